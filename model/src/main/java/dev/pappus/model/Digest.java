package dev.pappus.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names content by its SHA-256. A node keeps several for each of its functions. */
public final class Digest {
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
  private static final HexFormat HEX = HexFormat.of();
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int WORD_DIGITS = 16;

  private final long first;
  private final long second;
  private final long third;
  private final long fourth;

  /**
   * The digest that is written so.
   *
   * @param hex 64 lower-case hexadecimal digits
   * @throws IllegalArgumentException for anything else
   */
  public Digest(String hex) {
    if (!SHA_256.matcher(hex).matches()) {
      throw new IllegalArgumentException("not a SHA-256 in hexadecimal: " + hex);
    }
    first = word(hex, 0);
    second = word(hex, 1);
    third = word(hex, 2);
    fourth = word(hex, 3);
  }

  private Digest(byte[] sha256) {
    MemorySegment words = MemorySegment.ofArray(sha256);
    first = words.get(WORD, 0);
    second = words.get(WORD, 8);
    third = words.get(WORD, 16);
    fourth = words.get(WORD, 24);
  }

  private static long word(String hex, int index) {
    int from = index * WORD_DIGITS;
    return HexFormat.fromHexDigitsToLong(hex, from, from + WORD_DIGITS);
  }

  /** The digest of {@code content}. */
  public static Digest of(MemorySegment content) {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    sha256.update(content.asByteBuffer());
    return new Digest(sha256.digest());
  }

  /** 64 lower-case hexadecimal digits. */
  public String hex() {
    return HEX.toHexDigits(first)
        + HEX.toHexDigits(second)
        + HEX.toHexDigits(third)
        + HEX.toHexDigits(fourth);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Digest digest
        && first == digest.first
        && second == digest.second
        && third == digest.third
        && fourth == digest.fourth;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(first ^ second ^ third ^ fourth);
  }

  /** {@code sha256:…}, the form in headers, files and messages. */
  @Override
  public String toString() {
    return "sha256:" + hex();
  }
}
