package dev.pappus.server.async;

import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What two requests with one idempotency key must agree in: target and inputs. */
final class Fingerprint {
  /** Holds the header fields of a request, of which some differ each time it is sent. */
  private static final String HTTP_SET = "http";

  private static final String HTTP_HEADERS = "headers";

  private Fingerprint() {}

  /** SHA-256 in hexadecimal. */
  static String of(InvocationRequest request) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    text(digest, request.target().name());
    for (DataSet set : request.inputs()) {
      number(digest, set.items().size());
      for (Item item : set.items()) {
        text(digest, item.name());
        if (!set.name().equals(HTTP_SET) || !item.name().equals(HTTP_HEADERS)) {
          number(digest, item.key().value());
          bytes(digest, item.data());
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void text(MessageDigest digest, String text) {
    bytes(digest, MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static void bytes(MessageDigest digest, MemorySegment bytes) {
    number(digest, bytes.byteSize());
    digest.update(bytes.asByteBuffer());
  }

  private static void number(MessageDigest digest, long number) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
  }
}
