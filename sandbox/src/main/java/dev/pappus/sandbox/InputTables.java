package dev.pappus.sandbox;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Places inputs and tables into a guest and fills its control block (docs/abi.md). From the image's
 * end upwards: items that were collected; set names; data of the others, each item aligned; and in
 * one piece item names, output set names, input set records, output set records, item records. Item
 * data is copied once, from where it is to the guest; the rest is put together here and written in
 * three pieces.
 */
public final class InputTables {
  private static final long STAGING_BYTES_MAX = 1 << 30;

  /** The control block, so that what follows is aligned as items are. */
  private static final long CONTROL_ROOM_BYTES = GuestAbi.ITEM_ALIGNMENT;

  private final long heapEnd;
  private final @Nullable InputCollector collector;
  private final List<DataSet> inputs;
  private final List<byte[]> inputNames;
  private final List<byte[]> outputNames;
  private final List<byte[]> itemNames;

  private InputTables(
      long heapEnd,
      List<DataSet> inputs,
      List<String> outputs,
      @Nullable InputCollector collector) {
    this.heapEnd = heapEnd;
    this.collector = collector;
    this.inputs = inputs;
    inputNames = new ArrayList<>(inputs.size());
    itemNames = new ArrayList<>();
    for (DataSet set : inputs) {
      inputNames.add(utf8(set.isEmpty() ? "" : set.name()));
      for (Item item : set.items()) {
        itemNames.add(utf8(item.name()));
      }
    }
    outputNames = new ArrayList<>(outputs.size());
    for (String output : outputs) {
      outputNames.add(utf8(output));
    }
  }

  /**
   * Writes everything a run needs except registers.
   *
   * @param memory the context; what the image does not fill of it is zero
   * @param image the function, already placed
   * @param inputs one set for each registered input, in order, under its registered name
   * @param outputs registered output set names, in order
   * @param collector what has put some inputs into the context already, or null
   * @return where the guest's heap begins: the first address above everything written
   * @throws ProblemException with GUEST_MEMORY if it does not fit
   */
  public static long write(
      GuestMemory memory,
      ElfImage image,
      List<DataSet> inputs,
      List<String> outputs,
      @Nullable InputCollector collector) {
    InputTables tables = new InputTables(image.freeEnd(), inputs, outputs, collector);
    // Everything is measured before anything is written: a call that fails leaves no trace.
    Plan plan = tables.plan(collector == null ? image.freeBegin() : collector.end());
    tables.write(memory, plan);
    tables.writeControlBlock(memory, image.controlBlock(), plan, plan.heapBegin(), image.freeEnd());
    return plan.heapBegin();
  }

  /** Whole pages in which {@link #write} puts data of items and nothing else; there may be none. */
  public static PageRange itemPages(ElfImage image, List<DataSet> inputs, List<String> outputs) {
    Plan plan = new InputTables(image.freeEnd(), inputs, outputs, null).plan(image.freeBegin());
    long start = GuestLayout.pageCeiling(plan.namesEnd());
    return new PageRange(start, Math.max(start, plan.dataEnd() & -GuestLayout.PAGE_BYTES));
  }

  /**
   * Bytes that {@link #writeAllocated} needs.
   *
   * @param availableBytes what the guest can have at most
   * @throws ProblemException with GUEST_MEMORY if that is less
   */
  public static long allocatedBytes(
      List<DataSet> inputs, List<String> outputs, long availableBytes) {
    return new InputTables(availableBytes, inputs, outputs, null)
        .plan(CONTROL_ROOM_BYTES)
        .heapBegin();
  }

  /**
   * Writes everything a run needs into memory that the guest has allocated, the control block at
   * its beginning. The guest gets memory by itself: {@code heap_begin} and {@code heap_end} are 0.
   *
   * @param address where {@link #allocatedBytes} are free and zero, aligned to {@link
   *     GuestAbi#ITEM_ALIGNMENT}
   */
  public static void writeAllocated(
      GuestMemory memory, long address, List<DataSet> inputs, List<String> outputs) {
    InputTables tables = new InputTables(memory.sizeBytes(), inputs, outputs, null);
    Plan plan = tables.plan(address + CONTROL_ROOM_BYTES);
    tables.write(memory, plan);
    tables.writeControlBlock(memory, address, plan, 0, 0);
  }

  /** Where things go: each part ends where the next begins, alignment apart. */
  private record Plan(long start, long namesEnd, long dataEnd, long tables, long heapBegin) {}

  private Plan plan(long start) {
    long namesEnd = advance(start, totalBytes(inputNames));
    long dataEnd = namesEnd;
    for (DataSet set : inputs) {
      for (Item item : set.items()) {
        if (collectedAt(item) < 0) {
          dataEnd = advance(align(dataEnd, GuestAbi.ITEM_ALIGNMENT), item.sizeBytes());
        }
      }
    }
    long tailNames = totalBytes(itemNames) + totalBytes(outputNames);
    long tables = align(advance(dataEnd, tailNames), GuestAbi.RECORD_ALIGNMENT);
    long recordBytes =
        (long) GuestAbi.SET_BYTES * (inputs.size() + 1L + outputNames.size() + 1L)
            + (long) GuestAbi.ITEM_BYTES * itemNames.size();
    long heapBegin = advance(tables, recordBytes);
    if (heapBegin - dataEnd > STAGING_BYTES_MAX) {
      throw doesNotFit(heapBegin - start);
    }
    return new Plan(start, namesEnd, dataEnd, tables, heapBegin);
  }

  private void write(GuestMemory memory, Plan plan) {
    writeSetNames(memory, plan.start());
    writeItems(memory, plan.namesEnd());
    writeTables(memory, plan);
  }

  private void writeSetNames(GuestMemory memory, long start) {
    int bytes = (int) totalBytes(inputNames);
    if (bytes > 0) {
      ByteBuffer names = buffer(bytes);
      inputNames.forEach(names::put);
      memory.write(start, MemorySegment.ofBuffer(names.flip()));
    }
  }

  private void writeItems(GuestMemory memory, long namesEnd) {
    long at = namesEnd;
    for (DataSet set : inputs) {
      for (Item item : set.items()) {
        if (collectedAt(item) < 0) {
          at = align(at, GuestAbi.ITEM_ALIGNMENT);
          if (item.sizeBytes() > 0) {
            memory.write(at, item.bytes());
          }
          at += item.sizeBytes();
        }
      }
    }
  }

  /** Where an item lies that was collected; -1 if it was not. */
  private long collectedAt(Item item) {
    return collector == null ? -1 : collector.addressOf(item.bytes());
  }

  private void writeTables(GuestMemory memory, Plan plan) {
    long dataEnd = plan.dataEnd();
    ByteBuffer tail = buffer((int) (plan.heapBegin() - dataEnd));
    itemNames.forEach(tail::put);
    long outputNamesAt = dataEnd + tail.position();
    outputNames.forEach(tail::put);
    tail.position((int) (plan.tables() - dataEnd));

    long nameAt = plan.start();
    long first = 0;
    for (int i = 0; i < inputs.size(); i++) {
      nameAt = putName(tail, nameAt, inputNames.get(i));
      tail.putLong(first);
      first += inputs.get(i).items().size();
    }
    tail.putLong(0).putLong(0).putLong(first);

    nameAt = outputNamesAt;
    for (byte[] name : outputNames) {
      nameAt = putName(tail, nameAt, name);
      tail.putLong(0);
    }
    tail.putLong(0).putLong(0).putLong(0);

    nameAt = dataEnd;
    long dataAt = plan.namesEnd();
    int index = 0;
    for (DataSet set : inputs) {
      for (Item item : set.items()) {
        nameAt = putName(tail, nameAt, itemNames.get(index++));
        long at = collectedAt(item);
        if (at < 0) {
          at = align(dataAt, GuestAbi.ITEM_ALIGNMENT);
          dataAt = at + item.sizeBytes();
        }
        tail.putLong(at).putLong(item.sizeBytes()).putLong(item.key().value());
      }
    }
    memory.write(dataEnd, MemorySegment.ofBuffer(tail.flip()));
  }

  private void writeControlBlock(
      GuestMemory memory, long controlBlock, Plan plan, long heapBegin, long heapLimit) {
    long outputSets = plan.tables() + (long) GuestAbi.SET_BYTES * (inputs.size() + 1L);
    long items = outputSets + (long) GuestAbi.SET_BYTES * (outputNames.size() + 1L);
    ByteBuffer block =
        buffer(GuestAbi.CONTROL_BYTES)
            .putInt(ExitCodes.NOT_SET)
            .putInt(0)
            .putLong(heapBegin)
            .putLong(heapLimit)
            .putLong(inputs.size())
            .putLong(plan.tables())
            .putLong(outputNames.size())
            .putLong(outputSets)
            .putLong(items)
            .putLong(0);
    memory.write(controlBlock, MemorySegment.ofBuffer(block.flip()));
  }

  /** A name's address and length; an empty name has address 0. */
  private static long putName(ByteBuffer tail, long at, byte[] name) {
    tail.putLong(name.length == 0 ? 0 : at).putLong(name.length);
    return at + name.length;
  }

  private long advance(long at, long bytes) {
    if (at > heapEnd || bytes > heapEnd - at) {
      throw doesNotFit(bytes);
    }
    return at + bytes;
  }

  private ProblemException doesNotFit(long bytes) {
    long inputBytes = 0;
    for (DataSet set : inputs) {
      inputBytes += set.sizeBytes();
    }
    return new ProblemException(
        Problem.of(
                ProblemCode.GUEST_MEMORY,
                "the inputs (%d items, %d bytes) do not fit into the function's context: %d bytes"
                    + " are wanted where memory ends at 0x%x",
                itemNames.size(),
                inputBytes,
                bytes,
                heapEnd)
            .withHint("deploy the function with a larger context, or split the input"));
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] utf8(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private static long totalBytes(List<byte[]> names) {
    long sum = 0;
    for (byte[] name : names) {
      sum += name.length;
    }
    return sum;
  }

  private static long align(long address, int alignment) {
    return (address + alignment - 1) & -alignment;
  }
}
