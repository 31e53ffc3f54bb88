package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InputTablesTest {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);
  private static final int CONTROL = 0x15140;

  /** An image whose last page ends at 0x16000, with the control block where the sheet has it. */
  private static final ElfImage IMAGE =
      ElfImage.parse(
          new ElfBuilder()
              .segment(1, ElfBuilder.RX, 0x11000, new byte[64], 64)
              .segment(1, ElfBuilder.RW, 0x15000, new byte[512], 0x300)
              .symbol(GuestAbi.CONTROL_SYMBOL, CONTROL, 1)
              .build()
              .segment(),
          128L << 20,
          Limits.DEFAULTS);

  private static ElfImage image(long freeEnd) {
    return new ElfImage(
        IMAGE.entry(),
        IMAGE.segments(),
        IMAGE.freeBegin(),
        freeEnd,
        IMAGE.controlBlock(),
        IMAGE.logRing(),
        IMAGE.logPointer(),
        IMAGE.symbols(),
        null,
        null,
        null);
  }

  private static void assertWords(ArrayMemory memory, long address, long... expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(memory.u64(address + 8L * i))
          .as("word at 0x%x", address + 8L * i)
          .isEqualTo(expected[i]);
    }
  }

  @Test
  void workedLayoutOfTheReferenceIsReproducedByteForByte() {
    ArrayMemory memory = new ArrayMemory(0x20000);
    byte[] data = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    DataSet input = new DataSet("a", List.of(Item.of("x", Key.of(7), data)));
    long heapEnd = 0x7DF_B000;
    long heapBegin = InputTables.write(memory, image(heapEnd), List.of(input), List.of("r"), null);
    assertThat(heapBegin).isEqualTo(0x16120);

    ArrayMemory expected = new ArrayMemory(0x20000);
    expected.write(0x16000, utf8("a"));
    expected.write(0x16080, java.lang.foreign.MemorySegment.ofArray(data));
    expected.write(0x16090, utf8("xr"));
    put(expected, 0x16098, 0x16000, 1, 0, 0, 0, 1);
    put(expected, 0x160C8, 0x16091, 1, 0, 0, 0, 0);
    put(expected, 0x160F8, 0x16090, 1, 0x16080, 16, 7);
    put(expected, CONTROL, 0xFFFF_FFFFL, 0x16120, heapEnd, 1, 0x16098, 1, 0x160C8, 0x160F8, 0);
    assertThat(memory.bytes(0, 0x20000)).isEqualTo(expected.bytes(0, 0x20000));
  }

  private static java.lang.foreign.MemorySegment utf8(String text) {
    return java.lang.foreign.MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void put(ArrayMemory memory, long address, long... words) {
    for (int i = 0; i < words.length; i++) {
      memory.u64(address + 8L * i, words[i]);
    }
  }

  @Test
  void withoutSetsOnlySentinelsAreWritten() {
    ArrayMemory memory = new ArrayMemory(0x20000);
    long heapBegin = InputTables.write(memory, image(0x1F000), List.of(), List.of(), null);
    assertThat(heapBegin).isEqualTo(0x16000 + 48);
    assertWords(
        memory, CONTROL, 0xFFFF_FFFFL, 0x16030, 0x1F000, 0, 0x16000, 0, 0x16018, 0x16030, 0);
    assertWords(memory, 0x16000, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void pagesOfItemDataAloneAreKnown() {
    byte[] large = new byte[5 * 4096 + 100];
    List<DataSet> sets =
        List.of(
            new DataSet("a", List.of(Item.ofText("x", "small"), Item.of("y", Key.ZERO, large))));
    PageRange pages = InputTables.itemPages(image(0x80000), sets, List.of("r"));
    assertThat(pages).isEqualTo(new PageRange(0x17000, 0x1B000));
    assertThat(InputTables.itemPages(image(0x80000), List.of(), List.of("r")).sizeBytes()).isZero();
  }

  @Test
  void absentSetsHaveNoNameAndEmptyItemsNoData() {
    ArrayMemory memory = new ArrayMemory(0x20000);
    InputTables.write(
        memory,
        image(0x1F000),
        List.of(
            DataSet.empty("first"),
            new DataSet("b", List.of(Item.of("", Key.of(Key.MAX), new byte[0]))),
            DataSet.empty("last")),
        List.of(),
        null);
    long sets = memory.u64(CONTROL + GuestAbi.CONTROL_INPUT_SETS);
    assertWords(memory, sets, 0, 0, 0, 0x16000, 1, 0, 0, 0, 1, 0, 0, 1);
    long items = memory.u64(CONTROL + GuestAbi.CONTROL_INPUT_ITEMS);
    assertThat(memory.u64(items)).isZero();
    assertThat(memory.u64(items + 8)).isZero();
    assertThat(memory.u64(items + 24)).isZero();
    assertThat(memory.u64(items + 32)).isEqualTo(Key.MAX);
  }

  @Test
  void randomInputsCanBeReadBackThroughTheTables() {
    Random random = new Random(SEED);
    for (int round = 0; round < 300; round++) {
      ArrayMemory memory = new ArrayMemory(4 << 20);
      List<DataSet> inputs = new ArrayList<>();
      for (int i = random.nextInt(5); i > 0; i--) {
        inputs.add(randomSet("set" + i, random));
      }
      List<String> outputs = List.of("out", "stdio").subList(0, random.nextInt(3));
      long heapBegin = InputTables.write(memory, image(4 << 20), inputs, outputs, null);
      assertReadsBack(memory, inputs, outputs, heapBegin);
    }
  }

  private static DataSet randomSet(String name, Random random) {
    List<Item> items = new ArrayList<>();
    for (int i = random.nextInt(30); i > 0; i--) {
      byte[] bytes = new byte[random.nextInt(2000)];
      random.nextBytes(bytes);
      items.add(Item.of("ö".repeat(random.nextInt(20)), new Key(random.nextInt()), bytes));
    }
    return new DataSet(name, items);
  }

  private static void assertReadsBack(
      ArrayMemory memory, List<DataSet> inputs, List<String> outputs, long heapBegin) {
    assertWords(memory, CONTROL, 0xFFFF_FFFFL, heapBegin, 4 << 20, inputs.size());
    long sets = memory.u64(CONTROL + GuestAbi.CONTROL_INPUT_SETS);
    long items = memory.u64(CONTROL + GuestAbi.CONTROL_INPUT_ITEMS);
    long index = 0;
    for (DataSet set : inputs) {
      assertThat(text(memory, sets)).isEqualTo(set.isEmpty() ? "" : set.name());
      assertThat(memory.u64(sets + 16)).as("seed %d", SEED).isEqualTo(index);
      for (Item item : set.items()) {
        long record = items + 40 * index++;
        long address = memory.u64(record + 16);
        assertThat(address % 128).isZero();
        assertThat(address + item.sizeBytes()).isLessThanOrEqualTo(heapBegin);
        assertThat(text(memory, record)).isEqualTo(item.name());
        assertThat(memory.bytes(address, memory.u64(record + 24))).isEqualTo(item.toBytes());
        assertThat(memory.u64(record + 32)).isEqualTo(item.key().value());
      }
      sets += 24;
    }
    assertWords(memory, sets, 0, 0, index);
    long outputSets = memory.u64(CONTROL + GuestAbi.CONTROL_OUTPUT_SETS);
    for (String output : outputs) {
      assertThat(text(memory, outputSets)).isEqualTo(output);
      outputSets += 24;
    }
    assertWords(memory, outputSets, 0, 0, 0);
  }

  private static String text(ArrayMemory memory, long record) {
    byte[] bytes = memory.bytes(memory.u64(record), memory.u64(record + 8));
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void whatDoesNotFitLeavesNoTrace() {
    DataSet input = new DataSet("a", List.of(Item.of("x", Key.ZERO, new byte[100])));
    ArrayMemory memory = new ArrayMemory(0x20000);
    long needed = InputTables.write(memory, image(0x20000), List.of(input), List.of("r"), null);
    for (long heapEnd = 0; heapEnd < needed; heapEnd += heapEnd < 0x16000 ? 0x800 : 1) {
      ArrayMemory fresh = new ArrayMemory(0x20000);
      long end = heapEnd;
      ProblemException thrown =
          catchThrowableOfType(
              ProblemException.class,
              () -> InputTables.write(fresh, image(end), List.of(input), List.of("r"), null));
      assertThat(thrown.problem().code()).isEqualTo(ProblemCode.GUEST_MEMORY);
      assertThat(fresh.bytes(0, 0x20000)).isEqualTo(new byte[0x20000]);
    }
    InputTables.write(new ArrayMemory(0x20000), image(needed), List.of(input), List.of("r"), null);
  }
}
