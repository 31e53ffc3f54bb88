package dev.pappus.sandbox;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Reads the ring at {@code __pappus_log}: eight bytes that count everything ever printed, then 4096
 * bytes in which byte number {@code n} stands at {@code n % 4096}.
 */
public final class LogRing {
  private LogRing() {}

  /** What a function printed last, at most 4 KiB; empty if it has no ring. */
  public static String read(GuestMemory memory, ElfImage image) {
    if (image.logPointer().isPresent()) {
      long address = word(memory, image.logPointer().getAsLong());
      if (address != 0) {
        return read(memory, address);
      }
    }
    return image.logRing().isPresent() ? read(memory, image.logRing().getAsLong()) : "";
  }

  /**
   * What was printed last, at most 4 KiB. Nothing in the ring is trusted; malformed UTF-8 becomes
   * U+FFFD, and the rest of a character whose beginning was overwritten is left out.
   *
   * @param address where the ring stands; outside the context it counts as empty
   */
  public static String read(GuestMemory memory, long address) {
    if (!memory.contains(address, GuestAbi.LOG_BYTES)) {
      return "";
    }
    // Most runs print nothing: the count alone tells.
    long total = word(memory, address + GuestAbi.LOG_TOTAL);
    if (total == 0) {
      return "";
    }
    long from = address + GuestAbi.LOG_TEXT;
    if (Long.compareUnsigned(total, GuestAbi.LOG_CAPACITY_BYTES) <= 0) {
      byte[] text = new byte[(int) total];
      memory.read(from, MemorySegment.ofArray(text));
      return decode(text, 0);
    }
    int oldest = (int) (total & (GuestAbi.LOG_CAPACITY_BYTES - 1));
    byte[] text = new byte[GuestAbi.LOG_CAPACITY_BYTES];
    MemorySegment target = MemorySegment.ofArray(text);
    int tail = GuestAbi.LOG_CAPACITY_BYTES - oldest;
    memory.read(from + oldest, target.asSlice(0, tail));
    memory.read(from, target.asSlice(tail, oldest));
    return decode(text, continuationBytes(text));
  }

  private static long word(GuestMemory memory, long address) {
    MemorySegment word = MemorySegment.ofArray(new byte[Long.BYTES]);
    memory.read(address, word);
    return word.get(GuestAbi.U64, 0);
  }

  private static int continuationBytes(byte[] text) {
    int count = 0;
    while (count < 3 && (text[count] & 0xC0) == 0x80) {
      count++;
    }
    return count;
  }

  private static String decode(byte[] text, int from) {
    return new String(text, from, text.length - from, StandardCharsets.UTF_8);
  }
}
