package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputTablesTest {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);
  static final int CONTEXT = 0x10000;
  static final int CONTROL = 0x1000;
  private static final int SETS = 0x2000;
  private static final int ITEMS = 0x3000;
  private static final int NAMES = 0x4000;
  private static final int DATA = 0x5000;
  static final List<String> OUTPUTS = List.of("first", "second");

  private final ArrayMemory memory = wellFormed();

  /** Two items in the first set, one in the second. */
  static ArrayMemory wellFormed() {
    ArrayMemory memory = new ArrayMemory(CONTEXT);
    memory.u64(CONTROL + GuestAbi.CONTROL_OUTPUT_COUNT, 2);
    memory.u64(CONTROL + GuestAbi.CONTROL_OUTPUT_SETS, SETS);
    memory.u64(CONTROL + GuestAbi.CONTROL_OUTPUT_ITEMS, ITEMS);
    byte[] names = "firstsecondabc".getBytes(StandardCharsets.UTF_8);
    memory.write(NAMES, MemorySegment.ofArray(names));
    memory.write(DATA, MemorySegment.ofArray(new byte[] {10, 11, 12, 13}));
    putWords(memory, SETS, NAMES, 5, 0, NAMES + 5, 6, 2, 0, 0, 3);
    putWords(memory, ITEMS, NAMES + 11, 1, DATA, 2, 1);
    putWords(memory, ITEMS + 40, NAMES + 12, 1, DATA + 1, 3, 2);
    putWords(memory, ITEMS + 80, NAMES + 13, 1, 0, 0, 3);
    return memory;
  }

  private static void putWords(ArrayMemory memory, long address, long... words) {
    for (int i = 0; i < words.length; i++) {
      memory.u64(address + 8L * i, words[i]);
    }
  }

  private List<DataSet> read() {
    return OutputTables.read(memory, CONTROL, OUTPUTS, Limits.DEFAULTS);
  }

  private Problem refused(Limits limits) {
    ProblemException thrown =
        catchThrowableOfType(
            ProblemException.class, () -> OutputTables.read(memory, CONTROL, OUTPUTS, limits));
    assertThat(thrown).isNotNull();
    assertThat(thrown.problem().hint()).isNotBlank();
    return thrown.problem();
  }

  private void assertBad(String message) {
    Problem problem = refused(Limits.DEFAULTS);
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_BAD_OUTPUT);
    assertThat(problem.detail()).contains(message);
  }

  @Test
  void readsWellFormedTables() {
    List<DataSet> sets = read();
    assertThat(sets).extracting(DataSet::name).containsExactly("first", "second");
    assertThat(sets.get(0).items()).extracting(Item::name).containsExactly("a", "b");
    assertThat(sets.get(0).items().get(0).toBytes()).containsExactly(10, 11);
    assertThat(sets.get(0).items().get(1).toBytes()).containsExactly(11, 12, 13);
    assertThat(sets.get(0).items().get(1).key()).isEqualTo(Key.of(2));
    assertThat(sets.get(1).items().getFirst().sizeBytes()).isZero();
  }

  @Test
  void itemsDoNotChangeWithTheGuest() {
    Item item = read().getFirst().items().getFirst();
    memory.write(DATA, MemorySegment.ofArray(new byte[] {99, 99}));
    assertThat(item.toBytes()).containsExactly(10, 11);
  }

  @Test
  void emptySetsKeepTheirRegisteredNameUnread() {
    putWords(memory, SETS, -1, -1, 0, -1, -1, 0, 0, 0, 0);
    assertThat(read()).containsExactly(DataSet.empty("first"), DataSet.empty("second"));
  }

  @Test
  void noOutputsAreRegisteredAndNoneLeft() {
    memory.u64(CONTROL + GuestAbi.CONTROL_OUTPUT_COUNT, 0);
    assertThat(OutputTables.read(memory, CONTROL, List.of(), Limits.DEFAULTS)).isEmpty();
    assertBad("left 0 output sets, but 2 are registered");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1, 3, 1L << 32, Long.MIN_VALUE})
  void otherNumbersOfSetsAreRefused(long count) {
    memory.u64(CONTROL + GuestAbi.CONTROL_OUTPUT_COUNT, count);
    assertBad("output sets, but 2 are registered");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, -72, CONTEXT, CONTEXT - 71, Long.MAX_VALUE, Long.MIN_VALUE})
  void tablesOutsideTheContextAreRefused(long address) {
    memory.u64(CONTROL + GuestAbi.CONTROL_OUTPUT_SETS, address);
    assertBad("output set table");
    memory.u64(CONTROL + GuestAbi.CONTROL_OUTPUT_SETS, SETS);
    memory.u64(CONTROL + GuestAbi.CONTROL_OUTPUT_ITEMS, address);
    assertBad("item table of output set 'first'");
  }

  @Test
  void tablesAtTheVeryEndAreRead() {
    memory.write(CONTEXT - 72, MemorySegment.ofArray(memory.bytes(SETS, 72)));
    memory.u64(CONTROL + GuestAbi.CONTROL_OUTPUT_SETS, CONTEXT - 72);
    assertThat(read().getFirst().items()).hasSize(2);
  }

  @Test
  void indicesMustNotGoBack() {
    memory.u64(SETS + 16, 1);
    memory.u64(SETS + 24 + 16, 0);
    assertBad("begins with item 1 and ends before item 0");
  }

  @Test
  void indicesThatWouldOverflowAreRefused() {
    memory.u64(SETS + 16, Long.MAX_VALUE / 20);
    memory.u64(SETS + 24 + 16, Long.MAX_VALUE / 20 + 1);
    assertBad("begin with number");
    memory.u64(SETS + 16, -2);
    memory.u64(SETS + 24 + 16, -1);
    assertBad("begin with number");
    memory.u64(CONTROL + GuestAbi.CONTROL_OUTPUT_ITEMS, -40);
    memory.u64(SETS + 16, 1);
    memory.u64(SETS + 24 + 16, 2);
    assertBad("item table");
  }

  @ParameterizedTest
  @ValueSource(longs = {10_001, 1L << 31, 1L << 60, Long.MAX_VALUE, -1})
  void tooManyItemsAreRefusedBeforeAnythingIsAllocated(long end) {
    memory.u64(SETS + 24 + 16, end);
    memory.u64(SETS + 48 + 16, -1);
    Problem problem = refused(Limits.DEFAULTS);
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_OUTPUT_LIMIT);
    assertThat(problem.detail()).contains("'first'", "10000", "limits.set_items");
  }

  @Test
  void itemsOfAllSetsTogetherAreLimited() {
    Limits limits = Limits.DEFAULTS.with(Limit.SET_ITEMS, 4);
    List<String> outputs = IntStream.range(0, 17).mapToObj(i -> "set" + i).toList();
    memory.u64(CONTROL + GuestAbi.CONTROL_OUTPUT_COUNT, 17);
    for (int i = 0; i <= 17; i++) {
      putWords(memory, SETS + 24L * i, 0, 0, 4L * i);
    }
    for (int i = 0; i < 4 * 17; i++) {
      putWords(memory, ITEMS + 40L * i, 0, 0, 0, 0, 0);
    }
    ProblemException thrown =
        catchThrowableOfType(
            ProblemException.class, () -> OutputTables.read(memory, CONTROL, outputs, limits));
    assertThat(thrown).isNotNull();
    assertThat(thrown.problem().code()).isEqualTo(ProblemCode.GUEST_OUTPUT_LIMIT);
    assertThat(thrown.problem().detail()).contains("'set16'", "68", "64", "limits.set_items");
    memory.u64(SETS + 24L * 17 + 16, 4L * 16);
    assertThat(OutputTables.read(memory, CONTROL, outputs, limits)).hasSize(17);
  }

  @ParameterizedTest
  @ValueSource(longs = {256, 1L << 33, -1, Long.MIN_VALUE})
  void longNamesAreRefused(long bytes) {
    memory.u64(ITEMS + 8, bytes);
    assertBad("at most 255 are allowed");
    memory.u64(ITEMS + 8, 1);
    memory.u64(SETS + 8, bytes);
    assertBad("name of output set 'first'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a", ".", "..", "a/..", "a/./b", "a\0b"})
  void namesThatBreakTheRulesAreRefused(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    memory.write(NAMES + 100, MemorySegment.ofArray(bytes));
    putWords(memory, ITEMS, NAMES + 100, bytes.length);
    assertBad("breaks the rules");
  }

  @Test
  void namesMustBeUtf8() {
    byte[][] malformed = {
      {(byte) 0xFF},
      {(byte) 0xC0, (byte) 0x80},
      {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
      {(byte) 0xE2, (byte) 0x82}
    };
    for (byte[] bytes : malformed) {
      memory.write(NAMES + 100, MemorySegment.ofArray(bytes));
      putWords(memory, ITEMS, NAMES + 100, bytes.length);
      assertBad("is not UTF-8");
    }
    byte[] replacement = "\uFFFD".getBytes(StandardCharsets.UTF_8);
    memory.write(NAMES + 100, MemorySegment.ofArray(replacement));
    putWords(memory, ITEMS, NAMES + 100, replacement.length);
    assertThat(read().getFirst().items().getFirst().name()).isEqualTo("\uFFFD");
  }

  @Test
  void renamedAndUnnamedSetsKeepTheirPlaceAndTheirItemsNames() {
    putWords(memory, SETS, NAMES + 5, 6);
    putWords(memory, SETS + 24, 0, 0);
    List<DataSet> sets = read();
    assertThat(sets).extracting(DataSet::name).containsExactly("second", "");
    assertThat(sets.get(1).items()).extracting(Item::name).containsExactly("c");
  }

  @Test
  void rangesOfDataAreChecked() {
    long[][] ranges = {
      {CONTEXT, 1},
      {CONTEXT - 1, 2},
      {-1, 1},
      {-1, 2},
      {DATA, -1},
      {DATA, Long.MAX_VALUE},
      {Long.MAX_VALUE, Long.MAX_VALUE},
      {Long.MIN_VALUE, 1},
      {0, CONTEXT + 1}
    };
    for (long[] range : ranges) {
      putWords(memory, ITEMS + 16, range[0], range[1]);
      assertBad("item 'a' of output set 'first'");
    }
    putWords(memory, ITEMS + 16, 0, CONTEXT);
    assertThat(read().getFirst().items().getFirst().sizeBytes()).isEqualTo(CONTEXT);
    putWords(memory, ITEMS + 16, -1, 0);
    assertThat(read().getFirst().items().getFirst().sizeBytes()).isZero();
  }

  @Test
  void bytesOfAllOutputsAreLimited() {
    Limits limits = Limits.DEFAULTS.with(Limit.OUTPUT_BYTES, 5);
    assertThat(OutputTables.read(memory, CONTROL, OUTPUTS, limits)).hasSize(2);
    memory.u64(ITEMS + 24, 3);
    Problem problem = refused(limits);
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_OUTPUT_LIMIT);
    assertThat(problem.detail()).contains("6B", "5B", "limits.output_bytes");
  }

  @Test
  void keysAreCutToThirtyTwoBits() {
    memory.u64(ITEMS + 32, -1);
    assertThat(read().getFirst().items().getFirst().key()).isEqualTo(Key.of(Key.MAX));
  }

  @Test
  void mutatedTablesAreRefusedOrWithinTheLimits() {
    Random random = new Random(SEED);
    Limits limits = Limits.DEFAULTS.with(Limit.OUTPUT_BYTES, 10_000).with(Limit.SET_ITEMS, 50);
    long[] interesting = {
      0, 1, -1, CONTEXT, CONTEXT - 1, 50, 51, Long.MIN_VALUE, Long.MAX_VALUE, DATA
    };
    int accepted = 0;
    for (int round = 0; round < 20_000; round++) {
      ArrayMemory mutated = wellFormed();
      for (int i = random.nextInt(3); i >= 0; i--) {
        long[] tables = {
          CONTROL + 8L * random.nextInt(9),
          SETS + 8L * random.nextInt(9),
          ITEMS + 8L * random.nextInt(15)
        };
        long value =
            random.nextBoolean()
                ? interesting[random.nextInt(interesting.length)]
                : random.nextInt(2 * CONTEXT);
        mutated.u64(tables[random.nextInt(3)], value);
      }
      try {
        checkInvariants(OutputTables.read(mutated, CONTROL, OUTPUTS, limits), limits);
        accepted++;
      } catch (ProblemException e) {
        assertThat(e.problem().code())
            .as("seed %d round %d", SEED, round)
            .isIn(ProblemCode.GUEST_BAD_OUTPUT, ProblemCode.GUEST_OUTPUT_LIMIT);
      }
    }
    assertThat(accepted).as("seed %d", SEED).isBetween(500, 19_500);
  }

  static void checkInvariants(List<DataSet> sets, Limits limits) {
    assertThat(sets).hasSize(OUTPUTS.size());
    long bytes = 0;
    for (DataSet set : sets) {
      assertThat(set.items().size()).isLessThanOrEqualTo(limits.count(Limit.SET_ITEMS));
      bytes += set.sizeBytes();
    }
    assertThat(bytes).isLessThanOrEqualTo(limits.get(Limit.OUTPUT_BYTES));
  }
}
