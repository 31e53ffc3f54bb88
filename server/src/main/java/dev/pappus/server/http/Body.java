package dev.pappus.server.http;

import java.lang.foreign.MemorySegment;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The whole body of a request. The bytes stay where they arrived; whoever holds a slice of {@link
 * #segment()} keeps them alive.
 *
 * @param bytes holds the body from its start; may be longer
 * @param length size of the body
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy would defeat its purpose
public record Body(byte[] bytes, int length) {
  /** No bytes. */
  public static final Body EMPTY = new Body(new byte[0], 0);

  /** The body, without a copy. */
  public MemorySegment segment() {
    return MemorySegment.ofArray(bytes).asSlice(0, length);
  }

  /** Whether there are no bytes. */
  public boolean isEmpty() {
    return length == 0;
  }

  /**
   * The body as text.
   *
   * @throws CharacterCodingException if it is not UTF-8
   */
  public String text() throws CharacterCodingException {
    return StandardCharsets.UTF_8
        .newDecoder()
        .decode(java.nio.ByteBuffer.wrap(bytes, 0, length))
        .toString();
  }
}
