package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.GuestState;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every backend must do with well-behaved functions. To run it against a backend, depend on
 * {@code sandbox} with {@code <type>test-jar</type>} and {@code <scope>test</scope>}, and write in
 * the backend's test sources
 *
 * <pre>{@code
 * @Tag("kvm")
 * class KvmFunctionTest extends FunctionContract {
 *   @Override
 *   protected ComputeDriver driver() {
 *     return new KvmDriver(…);
 *   }
 * }
 * }</pre>
 *
 * <p>and the same for {@link HostileContract}, {@link ConcurrencyContract} and, if its contexts can
 * stay sealed, {@link SealedContract}; once for each entry variant where there are several.
 * Backends that run native code do the same for {@link ProcessorFaultContract}, {@link
 * IsolationContract} and {@link ResidueContract}; one that runs something else overrides {@link
 * #binary}.
 */
public abstract class FunctionContract extends ContractFixture {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);

  @Test
  void functionWithoutSetsSucceeds() {
    InstanceResult result = run("basic");
    assertThat(succeeded(result)).isEmpty();
    assertThat(result.warmth()).isNotNull();
    assertThat(result.loadNanos()).isPositive();
    assertThat(result.runNanos()).isPositive();
    assertThat(result.replyNanos()).isNotNegative();
  }

  /** Ways to build the guest that looks at itself. */
  protected List<String> probes() {
    return List.of("probe", "probe-int20", "probe-high", "probe-O0", "probe-O3");
  }

  @ParameterizedTest
  @MethodSource("probes")
  void runtimeKeepsItsPromisesHoweverItIsBuilt(String guest) {
    Item item = Item.of("x", Key.of(7), new byte[] {1, 2, 3});
    for (int round = 0; round < 2; round++) {
      List<DataSet> outputs = succeeded(run(guest, set("data", item), DataSet.empty("empty")));
      assertThat(outputs).extracting(DataSet::name).containsExactly("data", "stdio", "log");
      assertThat(outputs.get(2).items()).extracting(Item::text).containsExactly("done", "done");
      assertThat(outputs.get(2).items().get(1).key()).isEqualTo(Key.of(Key.MAX));
      assertSame(outputs.getFirst().items(), List.of(item));
      assertThat(outputs.get(1).items()).extracting(Item::name).containsExactly("stderr", "stdout");
      assertThat(outputs.get(1).items())
          .extracting(Item::text)
          .containsExactly("and an error\n", "printed 1 lines\n");
    }
  }

  @Test
  void stdioYieldsBothStreamsEvenIfEmpty() {
    List<DataSet> outputs =
        succeeded(
            run(
                "copy",
                Guests.spec("copy", List.of(), List.of("stdio"), Guests.CONTEXT_BYTES),
                Limits.DEFAULTS));
    assertThat(outputs.getFirst().items())
        .extracting(Item::name, Item::text)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("stderr", ""),
            org.assertj.core.groups.Tuple.tuple("stdout", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"echo", "copy"})
  void randomSetsComeBackAsTheyWent(String guest) {
    Random random = new Random(SEED);
    for (int round = 0; round < 20; round++) {
      List<String> names = List.of("data");
      if (guest.equals("copy")) {
        names = IntStream.range(0, random.nextInt(6)).mapToObj(i -> "set_" + i).toList();
      }
      FunctionSpec spec = Guests.spec(guest, names, names, Guests.CONTEXT_BYTES);
      DataSet[] inputs =
          names.stream().map(name -> randomSet(name, random)).toArray(DataSet[]::new);
      List<DataSet> outputs = succeeded(run(guest, spec, Limits.DEFAULTS, inputs));
      assertThat(outputs).as("seed %d", SEED).hasSize(inputs.length);
      for (int i = 0; i < inputs.length; i++) {
        assertThat(outputs.get(i).name()).isEqualTo(inputs[i].name());
        assertSame(outputs.get(i).items(), inputs[i].items());
      }
    }
  }

  private static DataSet randomSet(String name, Random random) {
    List<Item> items = new ArrayList<>();
    int count = random.nextInt(3) == 0 ? 0 : random.nextInt(40);
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(20_000)];
      random.nextBytes(bytes);
      String itemName = random.nextInt(5) == 0 ? "" : "item-" + random.nextInt(1000);
      items.add(new Item(itemName, new Key(random.nextInt()), MemorySegment.ofArray(bytes)));
    }
    return new DataSet(name, items);
  }

  private static void assertSame(List<Item> actual, List<Item> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).name()).isEqualTo(expected.get(i).name());
      assertThat(actual.get(i).key()).isEqualTo(expected.get(i).key());
      assertThat(actual.get(i).data().mismatch(expected.get(i).data())).isEqualTo(-1);
    }
  }

  @Test
  void itemNamesOfEveryLegalCharacterSurvive() {
    List<Item> items = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    int bytes = 0;
    for (int point = 1; point <= Character.MAX_CODE_POINT; point += point < 0x800 ? 1 : 257) {
      if (Character.getType(point) == Character.SURROGATE || point == '.' || point == '/') {
        continue;
      }
      int length = Character.toString(point).getBytes(StandardCharsets.UTF_8).length;
      if (bytes + length > 255) {
        items.add(Item.ofText(name.toString(), "x"));
        name.setLength(0);
        bytes = 0;
      }
      name.appendCodePoint(point);
      bytes += length;
    }
    items.add(Item.ofText("a/b/.hidden/..c/d.", "x"));
    DataSet input = new DataSet("data", items);
    assertSame(succeeded(run("echo", input)).getFirst().items(), items);
  }

  @Test
  void tenThousandItemsPass() {
    List<Item> items =
        IntStream.range(0, 10_000)
            .mapToObj(i -> Item.of("i" + i, Key.of(i), new byte[] {(byte) i}))
            .toList();
    assertSame(
        succeeded(run("copy", spec("copy"), Limits.DEFAULTS, new DataSet("data", items)))
            .getFirst()
            .items(),
        items);
  }

  private static FunctionSpec spec(String name) {
    return Guests.spec(name, List.of("data"), List.of("data"), Guests.CONTEXT_BYTES);
  }

  @Test
  @Tag("stress")
  void itemOfSixtyFourMebibytesPasses() {
    byte[] bytes = new byte[64 << 20];
    new Random(SEED).nextBytes(bytes);
    Item item = Item.of("large", Key.ZERO, bytes);
    FunctionSpec spec = Guests.spec("copy", List.of("data"), List.of("data"), 256L << 20);
    assertSame(
        succeeded(run("copy", spec, Limits.DEFAULTS, set("data", item))).getFirst().items(),
        List.of(item));
  }

  @Test
  void absentSetsAreEmptyAndStaticSetsWin() {
    Item fixed = Item.ofText("fixed", "static");
    FunctionSpec spec =
        new FunctionSpec(
            "copy",
            List.of(
                InputSet.dynamic("a"), new InputSet("b", List.of(fixed)), InputSet.dynamic("c")),
            List.of("a", "b", "c"),
            Guests.CONTEXT_BYTES,
            List.of());
    List<DataSet> outputs =
        succeeded(
            run(
                "copy",
                spec,
                Limits.DEFAULTS,
                set("other_name", Item.ofText("x", "1")),
                set("b", Item.ofText("supplied", "ignored"))));
    assertThat(outputs.get(0).items()).extracting(Item::name).containsExactly("x");
    assertThat(outputs.get(1).items()).extracting(Item::name).containsExactly("fixed");
    assertThat(outputs.get(2).isEmpty()).isTrue();
  }

  /** A small context in which functions that need little memory run. */
  protected long smallContextBytes() {
    return 512 << 10;
  }

  @Test
  void smallAndLargeContextsServe() {
    for (long bytes : new long[] {smallContextBytes(), 2 << 20, 8 << 20, 30_000_000, 1L << 30}) {
      FunctionSpec spec = Guests.spec("copy", List.of("data"), List.of("data"), bytes);
      Item item = Item.ofText("x", "in " + bytes);
      assertSame(
          succeeded(run("copy", spec, Limits.DEFAULTS, set("data", item))).getFirst().items(),
          List.of(item));
    }
  }

  @Test
  void inputsThatDoNotFitAreRefusedBeforeTheRun() {
    FunctionSpec spec = Guests.spec("copy", List.of("data"), List.of("data"), 1 << 20);
    Item item = Item.of("x", Key.ZERO, new byte[1 << 20]);
    Problem problem = failed(run("copy", spec, Limits.DEFAULTS, set("data", item)));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_MEMORY);
    assertThat(problem.function()).isEqualTo("copy");
    assertThat(problem.hint()).contains("larger context");
  }

  @Test
  void lastWordsOfAFailureReachTheCaller() {
    Problem problem = failed(run("hello", DataSet.empty("name")));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_EXIT);
    GuestState guest = Objects.requireNonNull(problem.guest());
    assertThat(guest.exitCode()).isEqualTo(1);
    assertThat(guest.lastWords()).isEqualTo("whom shall I greet? The set name is empty\n");
  }

  @Test
  void whatASuccessPrintsIsKnownWhereNoOutputTells() {
    FunctionSpec silent =
        Guests.spec("hello", List.of("name"), List.of("nothing"), Guests.CONTEXT_BYTES);
    DataSet name = set("name", Item.ofText("n", "World"));
    InstanceResult result = run("hello", silent, Limits.DEFAULTS, name);
    assertThat(succeeded(result).getFirst().items()).isEmpty();
    assertThat(result.printed()).isEqualTo("Hello, World!\ngreeted 5 bytes\n");
    assertThat(run("hello", name).printed()).as("stdio tells").isEmpty();
    assertThat(run("echo", DataSet.empty("data")).printed()).as("it prints nothing").isEmpty();
  }

  @Test
  void nothingIsLeftOfFormerRuns() {
    Random random = new Random(SEED);
    for (int round = 0; round < 60; round++) {
      switch (random.nextInt(5)) {
        case 0 -> {
          Item item = Item.ofText("m", Long.toString(random.nextInt(60)));
          assertThat(succeeded(run("matmul_n", set("n", item))).getFirst().items()).hasSize(1);
        }
        case 1 -> succeeded(run("probe", randomSet("data", random)));
        case 2 -> assertThat(failed(hostile("print_and_crash")).guest()).isNotNull();
        case 3 -> {
          DataSet data = randomSet("data", random);
          assertSame(succeeded(run("echo", data)).getFirst().items(), data.items());
        }
        default -> {
          DataSet untouched = succeeded(hostile("data_untouched")).getFirst();
          assertThat(untouched.items().getFirst().toBytes()).containsOnly(0);
          // The ring belongs to this run alone: only its own words are in it.
          GuestState guest = Objects.requireNonNull(failed(hostile("print_and_fail")).guest());
          assertThat(guest.lastWords()).isEqualTo("the last words of a function\n");
        }
      }
    }
  }

  @Test
  void useOfAllMemoryLeavesItZeroForTheNext() {
    FunctionSpec spec =
        Guests.spec("hostile", List.of("mode"), List.of("result", "other"), 16 << 20);
    for (int round = 0; round < 3; round++) {
      InstanceResult result =
          run("hostile", spec, Limits.DEFAULTS, set("mode", Item.ofText("m", "use_all_memory")));
      assertThat(succeeded(result).getFirst().items())
          .extracting(Item::name)
          .containsExactly("done");
    }
  }

  @Test
  void aForgottenFunctionCanBePreparedAgain() {
    succeeded(run("greet", set("names", Item.ofText("a", "Ada"))));
    forget("greet");
    DataSet greetings = succeeded(run("greet", set("names", Item.ofText("a", "Ada")))).getFirst();
    assertThat(greetings.items()).extracting(Item::text).containsExactly("Hello, Ada!\n");
  }

  @Test
  void limitsOfOutputsAreNamed() {
    Limits limits = Limits.DEFAULTS.with(Limit.OUTPUT_BYTES, 10);
    Problem bytes =
        failed(
            run("echo", Guests.spec("echo"), limits, set("data", Item.ofText("x", "12345678901"))));
    assertThat(bytes.code()).isEqualTo(ProblemCode.GUEST_OUTPUT_LIMIT);
    assertThat(bytes.detail()).contains("11B", "10B", "limits.output_bytes");
  }
}
