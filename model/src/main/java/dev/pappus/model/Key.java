package dev.pappus.model;

/**
 * The key that groups items: an unsigned 32-bit number.
 *
 * @param bits the number's 32 bits
 */
public record Key(int bits) implements Comparable<Key> {
  /** The key of items to which nobody gave one. */
  public static final Key ZERO = new Key(0);

  /** The largest key, 2³² − 1. */
  public static final long MAX = 0xFFFF_FFFFL;

  /**
   * Returns the key with this value.
   *
   * @throws IllegalArgumentException unless {@code 0 <= value <= MAX}
   */
  public static Key of(long value) {
    if (value < 0 || value > MAX) {
      throw new IllegalArgumentException("key out of range: " + value);
    }
    return value == 0 ? ZERO : new Key((int) value);
  }

  /** The key as a non-negative number. */
  public long value() {
    return Integer.toUnsignedLong(bits);
  }

  @Override
  public int compareTo(Key other) {
    return Integer.compareUnsigned(bits, other.bits);
  }

  @Override
  public String toString() {
    return Integer.toUnsignedString(bits);
  }
}
