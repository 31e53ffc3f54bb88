package dev.pappus.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pappus.linux.KvmAvailability;
import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.ProgramOptions;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.Libos;
import dev.pappus.sandbox.OneTemplateFile;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.Programs;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import dev.pappus.sandbox.process.ProcessDriver;
import dev.pappus.sandbox.process.ProcessSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A template that one kind of sandbox has made serves in the others, both ways. */
@Tag("kvm")
class SharedTemplateTest {
  private static final long SEED = Long.getLong("pappus.seed", 20261128L);

  /** More than what kvm shares between sandboxes, and in pages of its own. */
  private static final int STATIC_BYTES = 3 << 20;

  private final List<Sandbox> sandboxes = new ArrayList<>();

  /** A driver and its engine. */
  private record Sandbox(ComputeDriver driver, ComputeEngine engine) {}

  @BeforeAll
  static void needsKvm() {
    assumeThat(KvmAvailability.probe()).isNotInstanceOf(KvmAvailability.Absent.class);
  }

  @BeforeEach
  void open() {
    Path build = Objects.requireNonNull(Guests.file("libos.elf").getParent());
    Libos libos = Libos.in(build);
    add(new KvmDriver(KvmSettings.DEFAULTS.withWarmBlanks(0).withLibos(libos)));
    add(new ProcessDriver(ProcessSettings.of(build).withLibos(libos)));
  }

  private void add(ComputeDriver driver) {
    sandboxes.add(new Sandbox(driver, driver.openEngine(0)));
  }

  @AfterEach
  void close() {
    for (Sandbox each : sandboxes) {
      each.engine().close();
      each.driver().close();
    }
  }

  /** Some hosts' KVM hides features that programs could use, LZCNT and RDPID among them. */
  @Test
  void bothSeeTheSameProcessorButForWhatKvmHides() {
    String guests = sandboxes.get(0).driver().processor();
    String processes = sandboxes.get(1).driver().processor();
    assertThat(guests).isNotEmpty().hasSameSizeAs(processes);
    for (int i = 0; i < guests.length(); i++) {
      int shown = Character.digit(guests.charAt(i), 16);
      int there = Character.digit(processes.charAt(i), 16);
      assertThat(shown & there).as("digit %d of %s and %s", i, guests, processes).isEqualTo(shown);
    }
  }

  /** Whether this host's KVM hides nothing, so that templates serve in both. */
  static boolean bothSeeTheSame() {
    Path build = Objects.requireNonNull(Guests.file("libos.elf").getParent());
    try (KvmDriver kvm = new KvmDriver(KvmSettings.DEFAULTS.withWarmBlanks(0));
        ProcessDriver process = new ProcessDriver(ProcessSettings.of(build))) {
      return kvm.processor().equals(process.processor());
    }
  }

  private static FunctionSpec spec(String program, String... words) {
    byte[] bytes = new byte[STATIC_BYTES];
    new Random(SEED).nextBytes(bytes);
    return Programs.spec(
        program.substring(program.lastIndexOf('/') + 1),
        List.of(
            InputSet.dynamic("stdio"),
            InputSet.dynamic("what"),
            InputSet.dynamic("data"),
            new InputSet("fixed", List.of(Item.of("large", Key.ZERO, bytes)))),
        List.of("stdio", "data"),
        Guests.CONTEXT_BYTES,
        new ProgramOptions(List.of(words), true));
  }

  private static InstanceResult run(
      Sandbox sandbox, PreparedFunction function, FunctionSpec spec, List<DataSet> inputs) {
    Deadline deadline = Deadline.in(TimeUnit.MINUTES.toNanos(1));
    InstanceResult result =
        new InstanceRunner(sandbox.engine(), MonotonicClock.SYSTEM)
            .run(function, spec, inputs, deadline, Limits.DEFAULTS);
    assertThat(result.problem()).isNull();
    return result;
  }

  /** Set, key, name and content of all items. */
  private static List<String> contents(InstanceResult result) {
    List<String> all = new ArrayList<>();
    for (DataSet set : result.outputs()) {
      for (Item item : set.items()) {
        all.add(set.name() + ":" + item.key() + "/" + item.name() + "=" + item.text());
      }
    }
    return all;
  }

  private static DataSet text(String set, String item, String text) {
    return new DataSet(set, List.of(Item.ofText(item, text)));
  }

  private static DataSet what(String... words) {
    return text("what", "words", String.join("\n", words) + "\n");
  }

  /** What a probe, which finds it in the set {@code what}, can be told to do, with its data. */
  private static List<List<DataSet>> work() {
    DataSet nothing = DataSet.empty("stdio");
    DataSet input = text("stdio", "stdin", "a b\nc d e\n");
    DataSet data =
        new DataSet("data", List.of(Item.ofText("x", "first"), Item.ofText("deep/y", "second")));
    return List.of(
        List.of(nothing, what("work")),
        List.of(nothing, what("chance")),
        List.of(nothing, what("signals")),
        List.of(input, what("cat")),
        List.of(input, what("count")),
        List.of(nothing, what("copy", "/in/data", "/out/data"), data),
        List.of(nothing, what("show", "/in/data/deep/y", "/tmp/prepared"), data),
        List.of(nothing, what("copy", "/in/fixed", "/out/data")));
  }

  private static Stream<Arguments> ways() {
    return Programs.Libc.those().stream()
        .flatMap(libc -> Stream.of(Arguments.of(libc, 0, 1), Arguments.of(libc, 1, 0)));
  }

  /** Runs of {@code inputs}, from the start in the one, then from its template in both. */
  private void compare(
      Programs.Libc libc,
      String program,
      FunctionSpec spec,
      List<List<DataSet>> inputs,
      Sandbox maker,
      Sandbox user) {
    FunctionSpec plain = Programs.withoutSnapshots(spec);
    OneTemplateFile store = new OneTemplateFile();
    PreparedFunction made = prepare(maker, libc, program, spec, store);
    PreparedFunction used = prepare(user, libc, program, spec, store);
    PreparedFunction fresh = prepare(user, libc, program, plain, new OneTemplateFile());
    for (int round = 0; round < 2; round++) {
      for (List<DataSet> each : inputs) {
        List<String> first = contents(run(maker, made, spec, each));
        assertThat(contents(run(user, used, spec, each)))
            .as("%s in %s, template of %s", each, user.driver().name(), maker.driver().name())
            .isEqualTo(first)
            .isEqualTo(contents(run(user, fresh, plain, each)));
      }
    }
    assertThat(store.stored()).as("templates made").isEqualTo(1);
    assertThat(store.found()).as("templates taken over").isEqualTo(1);
  }

  private static PreparedFunction prepare(
      Sandbox sandbox,
      Programs.Libc libc,
      String program,
      FunctionSpec spec,
      OneTemplateFile store) {
    PreparedFunction function = sandbox.driver().prepare(Programs.binary(program, libc), spec);
    Objects.requireNonNull(function.templateSlot()).keepIn(store);
    return function;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void programsGoOnInTheOther(Programs.Libc libc, int maker, int user) {
    compare(
        libc, "probe", spec("probe", "from"), work(), sandboxes.get(maker), sandboxes.get(user));
  }

  /** Its snapshot point is the call around which it looks at all registers. */
  @ParameterizedTest
  @MethodSource("ways")
  void registersGoAlong(Programs.Libc libc, int maker, int user) {
    compare(
        libc,
        "conformance/registers",
        spec("registers", "/tmp"),
        List.of(List.of(text("stdio", "stdin", "12345678"))),
        sandboxes.get(maker),
        sandboxes.get(user));
  }

  /** Both take the data of static items for constant. */
  @ParameterizedTest
  @MethodSource("ways")
  void dataOfStaticItemsIsNotWritable(Programs.Libc libc, int maker, int user) {
    OneTemplateFile store = new OneTemplateFile();
    FunctionSpec spec = spec("probe", "from");
    PreparedFunction function = prepare(sandboxes.get(maker), libc, "probe", spec, store);
    var _ = run(sandboxes.get(maker), function, spec, work().getFirst());
    long constant =
        Objects.requireNonNull(store.load()).extents().stream()
            .filter(extent -> !extent.writable())
            .mapToLong(extent -> extent.bytes().byteSize())
            .sum();
    assertThat(constant).isGreaterThanOrEqualTo(STATIC_BYTES - 8192L);
  }
}
