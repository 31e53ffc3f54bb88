package dev.pappus.sandbox;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a guest left as its outputs. Nothing there is trusted: each table is copied out once,
 * each number is checked before it is used, and nothing is allocated before the limit that bounds
 * it has been checked.
 */
public final class OutputTables {
  private static final String HINT =
      "leave outputs through the runtime's functions; docs/abi.md describes the tables";

  private static final int ARRAY_BYTES_MAX = Integer.MAX_VALUE - 8;

  /** A function may have any number of sets, but may fill only so many of them to the limit. */
  private static final long FULL_SETS_MAX = 16;

  private final GuestMemory memory;
  private final Limits limits;
  private final List<String> outputs;
  private final @Nullable SealedContext sealed;
  private final BitSet staying;
  private long totalBytes;
  private long totalItems;

  private OutputTables(
      GuestMemory memory,
      Limits limits,
      List<String> outputs,
      @Nullable SealedContext sealed,
      BitSet staying) {
    this.memory = memory;
    this.limits = limits;
    this.outputs = outputs;
    this.sealed = sealed;
    this.staying = staying;
  }

  /**
   * Checks and copies the outputs.
   *
   * @param controlBlock address of the control block
   * @param outputs registered output set names, in order
   * @return one set for each of {@code outputs}, in order; those with items under the guest's name
   *     for them, empty ones under the registered name
   * @throws ProblemException with GUEST_BAD_OUTPUT or GUEST_OUTPUT_LIMIT
   */
  public static List<DataSet> read(
      GuestMemory memory, long controlBlock, List<String> outputs, Limits limits) {
    return new OutputTables(memory, limits, outputs, null, new BitSet()).read(controlBlock);
  }

  /**
   * The same, but leaves the items of some sets where they are: they are checked and lent.
   *
   * @param sealed lends them; of the same memory
   * @param staying positions of these sets
   */
  public static List<DataSet> read(
      GuestMemory memory,
      long controlBlock,
      List<String> outputs,
      Limits limits,
      SealedContext sealed,
      BitSet staying) {
    return new OutputTables(memory, limits, outputs, sealed, staying).read(controlBlock);
  }

  private List<DataSet> read(long controlBlock) {
    MemorySegment block = copy(controlBlock, GuestAbi.CONTROL_BYTES);
    long count = block.get(GuestAbi.U64, GuestAbi.CONTROL_OUTPUT_COUNT);
    if (count != outputs.size()) {
      throw bad(
          "the function left %s output sets, but %d are registered",
          Long.toUnsignedString(count), outputs.size());
    }
    if (outputs.isEmpty()) {
      return List.of();
    }
    long table = block.get(GuestAbi.U64, GuestAbi.CONTROL_OUTPUT_SETS);
    long tableBytes = (outputs.size() + 1L) * GuestAbi.SET_BYTES;
    if (!isInside(table, tableBytes)) {
      throw outside("the output set table", table, tableBytes);
    }
    MemorySegment records = copy(table, tableBytes);
    long items = block.get(GuestAbi.U64, GuestAbi.CONTROL_OUTPUT_ITEMS);
    List<DataSet> sets = new ArrayList<>(outputs.size());
    for (int i = 0; i < outputs.size(); i++) {
      sets.add(readSet(i, records, items));
    }
    return sets;
  }

  private DataSet readSet(int index, MemorySegment records, long items) {
    String registered = outputs.get(index);
    long record = (long) index * GuestAbi.SET_BYTES;
    long first = records.get(GuestAbi.U64, record + GuestAbi.SET_FIRST);
    long next = records.get(GuestAbi.U64, record + GuestAbi.SET_BYTES + GuestAbi.SET_FIRST);
    if (Long.compareUnsigned(first, next) > 0) {
      throw bad(
          "output set '%s' begins with item %s and ends before item %s",
          registered, Long.toUnsignedString(first), Long.toUnsignedString(next));
    }
    long count = next - first;
    if (count == 0) {
      return DataSet.empty(registered);
    }
    if (Long.compareUnsigned(count, limits.count(Limit.SET_ITEMS)) > 0) {
      throw new ProblemException(
          limits.exceeded(
              ProblemCode.GUEST_OUTPUT_LIMIT,
              Limit.SET_ITEMS,
              "items in output set '" + registered + "'",
              count < 0 ? Long.MAX_VALUE : count));
    }
    totalItems += count;
    if (totalItems > FULL_SETS_MAX * limits.count(Limit.SET_ITEMS)) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.GUEST_OUTPUT_LIMIT,
                  "items of all output sets up to '%s': %d are over the limit of %d (%d times"
                      + " limits.%s)",
                  registered,
                  totalItems,
                  FULL_SETS_MAX * limits.count(Limit.SET_ITEMS),
                  FULL_SETS_MAX,
                  Limit.SET_ITEMS.key())
              .withHint(
                  "put several values into one item, or raise limits.set_items in the node's"
                      + " configuration"));
    }
    // Beyond this bound the table could not lie in the context; below it nothing overflows.
    if (first < 0 || first > memory.sizeBytes() / GuestAbi.ITEM_BYTES) {
      throw bad(
          "the items of output set '%s' begin with number %s",
          registered, Long.toUnsignedString(first));
    }
    long table = items + first * GuestAbi.ITEM_BYTES;
    if (items < 0 || !isInside(table, count * GuestAbi.ITEM_BYTES)) {
      throw outside(
          "the item table of output set '" + registered + "'",
          items < 0 ? items : table,
          count * GuestAbi.ITEM_BYTES);
    }
    MemorySegment itemRecords = copy(table, count * GuestAbi.ITEM_BYTES);
    String name =
        readName(
            "output set",
            registered,
            records.get(GuestAbi.U64, record + GuestAbi.SET_NAME),
            records.get(GuestAbi.U64, record + GuestAbi.SET_NAME_BYTES));
    List<Item> found = new ArrayList<>((int) count);
    for (long at = 0; at < itemRecords.byteSize(); at += GuestAbi.ITEM_BYTES) {
      found.add(readItem(index, itemRecords, at));
    }
    return new DataSet(name, found);
  }

  private Item readItem(int index, MemorySegment records, long at) {
    String set = outputs.get(index);
    String name =
        readName(
            "an item in output set",
            set,
            records.get(GuestAbi.U64, at + GuestAbi.ITEM_NAME),
            records.get(GuestAbi.U64, at + GuestAbi.ITEM_NAME_BYTES));
    long bytes = records.get(GuestAbi.U64, at + GuestAbi.ITEM_DATA_BYTES);
    long address = records.get(GuestAbi.U64, at + GuestAbi.ITEM_DATA);
    Key key = Key.of(records.get(GuestAbi.U64, at + GuestAbi.ITEM_KEY) & Key.MAX);
    if (bytes == 0) {
      return Item.of(name, key, new byte[0]);
    }
    if (!isInside(address, bytes)) {
      throw outside(describe(name, set), address, bytes);
    }
    totalBytes += bytes;
    if (totalBytes > limits.get(Limit.OUTPUT_BYTES)) {
      throw new ProblemException(
          limits.exceeded(
              ProblemCode.GUEST_OUTPUT_LIMIT,
              Limit.OUTPUT_BYTES,
              "outputs up to " + describe(name, set),
              totalBytes));
    }
    if (bytes > ARRAY_BYTES_MAX) {
      throw bad("%s has %d bytes, more than can be read", describe(name, set), bytes);
    }
    return sealed != null && staying.get(index)
        ? new Item(name, key, sealed.lend(address, bytes))
        : new Item(name, key, copy(address, bytes));
  }

  private static String describe(String item, String set) {
    return "item '" + Names.printable(item) + "' of output set '" + set + "'";
  }

  /** Messages are put together only where they are needed: this runs for each of many items. */
  private String readName(String kind, String set, long address, long bytes) {
    if (bytes == 0) {
      return "";
    }
    if (bytes < 0 || bytes > Names.ITEM_NAME_BYTES_MAX) {
      throw bad(
          "the name of %s '%s' has %s bytes; at most %d are allowed",
          kind, set, Long.toUnsignedString(bytes), Names.ITEM_NAME_BYTES_MAX);
    }
    if (!isInside(address, bytes)) {
      throw outside("the name of " + kind + " '" + set + "'", address, bytes);
    }
    byte[] raw = new byte[(int) bytes];
    memory.read(address, MemorySegment.ofArray(raw));
    String name;
    try {
      name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (CharacterCodingException e) {
      throw bad("the name of %s '%s' is not UTF-8", kind, set);
    }
    try {
      return Names.requireItemName(name);
    } catch (ProblemException e) {
      throw bad("the name of %s '%s' breaks the rules: %s", kind, set, e.problem().detail());
    }
  }

  private MemorySegment copy(long address, long bytes) {
    MemorySegment target = MemorySegment.ofArray(new byte[(int) bytes]);
    memory.read(address, target);
    return target;
  }

  private boolean isInside(long address, long bytes) {
    return memory.contains(address, bytes);
  }

  private static ProblemException outside(String what, long address, long bytes) {
    return bad(
        "%s (%s bytes at 0x%x) is not inside the context",
        what, Long.toUnsignedString(bytes), address);
  }

  private static ProblemException bad(String detail, @Nullable Object... arguments) {
    return new ProblemException(
        Problem.of(ProblemCode.GUEST_BAD_OUTPUT, detail, arguments).withHint(HINT));
  }
}
