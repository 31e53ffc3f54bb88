package dev.pappus.dispatcher;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Names invocations: 26 characters of Crockford's base 32 over milliseconds of wall time, a
 * counter, and bits drawn when the process started. They sort by time, and two processes do not
 * clash.
 */
final class InvocationIds {
  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int CHARACTERS = 26;

  private final long processBits;
  private final AtomicInteger counter;

  InvocationIds() {
    // They need not be secret, and the first SecureRandom takes ten milliseconds of a node's start.
    SplittableRandom random = new SplittableRandom();
    processBits = random.nextLong() & 0xFFFF_FFFF_FFFFL;
    counter = new AtomicInteger(random.nextInt());
  }

  /** A new identifier. */
  String next() {
    long millis = System.currentTimeMillis();
    long count = Integer.toUnsignedLong(counter.getAndIncrement());
    // 128 bits: 48 of time, 32 of counter, 48 of the process; the first character carries three.
    long high = millis << 16 | count >>> 16;
    long low = count << 48 | processBits;
    char[] text = new char[CHARACTERS];
    for (int i = CHARACTERS - 1; i >= 0; i--) {
      text[i] = ALPHABET.charAt((int) (low & 31));
      low = low >>> 5 | high << 59;
      high >>>= 5;
    }
    return new String(text);
  }
}
