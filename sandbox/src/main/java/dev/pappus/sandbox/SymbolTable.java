package dev.pappus.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Code symbols by address, packed into three arrays. At most {@value #SYMBOLS_MAX} are kept, and
 * 120 bytes of each name: enough to say where a function crashed.
 */
public final class SymbolTable {
  static final int SYMBOLS_MAX = 16_384;
  static final int NAME_BYTES_MAX = 120;

  private final long[] addresses;
  private final int[] nameEnds;
  private final byte[] names;

  /** Packs {@code symbols}, in any order. */
  SymbolTable(List<Symbol> symbols) {
    List<Symbol> sorted =
        symbols.stream().limit(SYMBOLS_MAX).sorted(SymbolTable::byAddress).toList();
    addresses = new long[sorted.size()];
    nameEnds = new int[sorted.size()];
    byte[][] encoded = new byte[sorted.size()][];
    int end = 0;
    for (int i = 0; i < addresses.length; i++) {
      Symbol symbol = sorted.get(i);
      encoded[i] = symbol.name().getBytes(StandardCharsets.UTF_8);
      end += encoded[i].length;
      addresses[i] = symbol.address();
      nameEnds[i] = end;
    }
    names = new byte[end];
    for (int i = 0; i < addresses.length; i++) {
      System.arraycopy(encoded[i], 0, names, nameEnds[i] - encoded[i].length, encoded[i].length);
    }
  }

  /** Without {@code Comparator}, for the reason that {@link ElfHeaders} gives. */
  private static int byAddress(Symbol a, Symbol b) {
    int order = Long.compare(a.address(), b.address());
    return order == 0 ? a.name().compareTo(b.name()) : order;
  }

  /** Number of symbols. */
  public int size() {
    return addresses.length;
  }

  /** The symbol with the largest address in {@code [lowest, address]}, as {@code name+0x12}. */
  @Nullable String nearest(long address, long lowest) {
    int found = Arrays.binarySearch(addresses, address);
    int index = found >= 0 ? firstAt(found) : firstAt(-found - 2);
    if (index < 0 || addresses[index] < lowest) {
      return null;
    }
    int start = index == 0 ? 0 : nameEnds[index - 1];
    String name = new String(names, start, nameEnds[index] - start, StandardCharsets.UTF_8);
    long offset = address - addresses[index];
    return offset == 0 ? name : name + "+0x" + Long.toHexString(offset);
  }

  /** Of several symbols at one address the first, so that answers do not depend on the search. */
  private int firstAt(int index) {
    int first = index;
    while (first > 0 && addresses[first - 1] == addresses[first]) {
      first--;
    }
    return first;
  }

  long residentBytes() {
    return 12L * addresses.length + names.length;
  }

  /**
   * A named place.
   *
   * @param address where
   * @param name printable
   */
  record Symbol(long address, String name) {}
}
