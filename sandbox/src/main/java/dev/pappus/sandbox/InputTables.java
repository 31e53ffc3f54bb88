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

/**
 * Places inputs and tables into a guest and fills its control block (docs/abi.md). From the image's
 * end upwards: set names; item data, each item aligned; and in one piece item names, output set
 * names, input set records, output set records, item records. Item data is copied once, from where
 * it is to the guest; the rest is put together here and written in three pieces.
 */
public final class InputTables {
  private static final long STAGING_BYTES_MAX = 1 << 30;

  private final long heapEnd;
  private final List<DataSet> inputs;
  private final List<byte[]> inputNames;
  private final List<byte[]> outputNames;
  private final List<byte[]> itemNames;

  private InputTables(long heapEnd, List<DataSet> inputs, List<String> outputs) {
    this.heapEnd = heapEnd;
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
   * @param heapEnd exclusive upper limit for tables and heap
   * @param inputs one set for each registered input, in order, under its registered name
   * @param outputs registered output set names, in order
   * @return where the guest's heap begins: the first address above everything written
   * @throws ProblemException with GUEST_MEMORY if it does not fit
   */
  public static long write(
      GuestMemory memory,
      ElfImage image,
      long heapEnd,
      List<DataSet> inputs,
      List<String> outputs) {
    return new InputTables(heapEnd, inputs, outputs)
        .write(memory, image.endAddress(), image.controlBlock());
  }

  private long write(GuestMemory memory, long start, long controlBlock) {
    // Everything is measured before anything is written: a call that fails leaves no trace.
    long namesEnd = advance(start, totalBytes(inputNames));
    long dataEnd = namesEnd;
    for (DataSet set : inputs) {
      for (Item item : set.items()) {
        dataEnd = advance(align(dataEnd, GuestAbi.ITEM_ALIGNMENT), item.sizeBytes());
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
    writeSetNames(memory, start);
    writeItems(memory, namesEnd);
    writeTables(memory, start, namesEnd, dataEnd, tables, heapBegin);
    writeControlBlock(memory, controlBlock, tables, heapBegin);
    return heapBegin;
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
        at = align(at, GuestAbi.ITEM_ALIGNMENT);
        if (item.sizeBytes() > 0) {
          memory.write(at, item.data());
        }
        at += item.sizeBytes();
      }
    }
  }

  private void writeTables(
      GuestMemory memory, long start, long namesEnd, long dataEnd, long tables, long heapBegin) {
    ByteBuffer tail = buffer((int) (heapBegin - dataEnd));
    itemNames.forEach(tail::put);
    long outputNamesAt = dataEnd + tail.position();
    outputNames.forEach(tail::put);
    tail.position((int) (tables - dataEnd));

    long nameAt = start;
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
    long dataAt = namesEnd;
    int index = 0;
    for (DataSet set : inputs) {
      for (Item item : set.items()) {
        dataAt = align(dataAt, GuestAbi.ITEM_ALIGNMENT);
        nameAt = putName(tail, nameAt, itemNames.get(index++));
        tail.putLong(dataAt).putLong(item.sizeBytes()).putLong(item.key().value());
        dataAt += item.sizeBytes();
      }
    }
    memory.write(dataEnd, MemorySegment.ofBuffer(tail.flip()));
  }

  private void writeControlBlock(
      GuestMemory memory, long controlBlock, long tables, long heapBegin) {
    long outputSets = tables + (long) GuestAbi.SET_BYTES * (inputs.size() + 1L);
    long items = outputSets + (long) GuestAbi.SET_BYTES * (outputNames.size() + 1L);
    ByteBuffer block =
        buffer(GuestAbi.CONTROL_BYTES)
            .putInt(ExitCodes.NOT_SET)
            .putInt(0)
            .putLong(heapBegin)
            .putLong(heapEnd)
            .putLong(inputs.size())
            .putLong(tables)
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
