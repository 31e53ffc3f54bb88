package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.linux.KvmAvailability;
import dev.pappus.model.DataSet;
import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.FunctionNote;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.kvm.EntryVariant;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import dev.pappus.sandbox.process.ProcessDriver;
import dev.pappus.sandbox.process.ProcessSettings;
import dev.pappus.sandbox.wasm.WasmDriver;
import dev.pappus.sandbox.wasm.WasmSettings;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same source gives byte-identical results in every sandbox that this machine has: KVM with
 * both entry variants where /dev/kvm is, processes, and WebAssembly where clang is.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DifferentialTest {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);
  private static final long CONTEXT_BYTES = 64L << 20;

  @TempDir private Path folder;
  private final List<Place> places = new ArrayList<>();

  /** A sandbox, and what is compiled for it. */
  private record Place(String name, Target target, ComputeDriver driver, ComputeEngine engine)
      implements AutoCloseable {
    static Place of(String name, Target target, ComputeDriver driver) {
      return new Place(name, target, driver, driver.openEngine(0));
    }

    InstanceResult run(byte[] binary, List<DataSet> inputs) {
      MemorySegment bytes = MemorySegment.ofArray(binary);
      FunctionNote note =
          Objects.requireNonNull(FunctionNote.of(bytes, CONTEXT_BYTES, Limits.DEFAULTS));
      FunctionSpec spec =
          new FunctionSpec(
              note.name(),
              note.inputs().stream().map(InputSet::dynamic).toList(),
              note.outputs(),
              CONTEXT_BYTES,
              List.of());
      return new InstanceRunner(engine, MonotonicClock.SYSTEM)
          .run(
              driver.prepare(bytes, CONTEXT_BYTES),
              spec,
              inputs,
              Deadline.in(60_000_000_000L),
              Limits.DEFAULTS);
    }

    @Override
    public void close() {
      engine.close();
      driver.close();
    }
  }

  @BeforeAll
  void open() {
    if (!(KvmAvailability.probe() instanceof KvmAvailability.Absent)) {
      for (EntryVariant variant : EntryVariant.values()) {
        places.add(
            Place.of(
                "kvm " + variant.text(),
                Target.NATIVE,
                new KvmDriver(KvmSettings.DEFAULTS.withVariant(variant))));
      }
    }
    places.add(
        Place.of(
            "process",
            Target.NATIVE,
            new ProcessDriver(ProcessSettings.of(CommandRun.GUEST_BUILD))));
    if (Files.exists(CommandRun.GUEST_BUILD.resolve("echo.wasm"))) {
      places.add(Place.of("wasm", Target.WASM, new WasmDriver(WasmSettings.DEFAULTS)));
    }
    assertThat(places).as("sandboxes to compare").hasSizeGreaterThan(1);
  }

  @AfterAll
  void close() {
    places.reversed().forEach(Place::close);
  }

  /** What a run left, so that two of them can be compared. */
  private static List<String> shown(InstanceResult result) {
    assertThat(result.problem()).isNull();
    List<String> lines = new ArrayList<>();
    for (DataSet set : result.outputs()) {
      for (Item item : set.items()) {
        lines.add(set.name() + ":" + item.key() + "/" + item.name() + " " + digest(item));
      }
    }
    return lines;
  }

  private static String digest(Item item) {
    return item.sizeBytes() + " " + Digest.of(item.data());
  }

  private void assertSameEverywhere(
      String what, Map<Target, byte[]> binaries, List<DataSet> inputs) {
    List<String> first = null;
    for (Place place : places) {
      List<String> seen =
          shown(place.run(Objects.requireNonNull(binaries.get(place.target())), inputs));
      if (first == null) {
        first = seen;
        assertThat(seen).as(what).isNotEmpty();
      } else {
        assertThat(seen).as(what + " in " + place.name()).isEqualTo(first);
      }
    }
  }

  @Test
  void randomProgramsAgree() throws IOException, InterruptedException {
    compare(SEED, 12);
  }

  @Test
  @Tag("stress")
  void manyRandomProgramsAgree() throws IOException, InterruptedException {
    compare(SEED + 1000, 150);
  }

  private void compare(long seed, int programs) throws IOException, InterruptedException {
    for (int i = 0; i < programs; i++) {
      long own = seed + i;
      Path source = folder.resolve("fuzz" + own + ".c");
      Files.writeString(source, RandomProgram.of(own));
      Random random = new Random(own);
      String level = List.of("-O0", "-O1", "-O2", "-O3").get(random.nextInt(4));
      Map<Target, byte[]> binaries = compiled(source, List.of(level, "-w", "-ffp-contract=off"));
      assertSameEverywhere("seed " + own + " " + level, binaries, List.of(randomSet(random)));
    }
  }

  private Map<Target, byte[]> compiled(Path source, List<String> options)
      throws IOException, InterruptedException {
    CCompiler compiler = new CCompiler(CommandRun.terminal(folder));
    Map<Target, byte[]> binaries = new EnumMap<>(Target.class);
    for (Target target : places.stream().map(Place::target).distinct().toList()) {
      Path binary = folder.resolve(source.getFileName() + target.ending());
      CCompiler.Outcome outcome =
          CCompiler.run(compiler.line(target, List.of(source), options, binary), folder, Map.of());
      assertThat(outcome.exitCode()).as("%s: %s", source, outcome.messages()).isZero();
      binaries.put(target, Files.readAllBytes(binary));
    }
    return binaries;
  }

  private static DataSet randomSet(Random random) {
    List<Item> items = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      items.add(Item.of("item" + i, new Key(random.nextInt(10)), bytes));
    }
    return new DataSet("in", items);
  }

  private static DataSet text(String set, String... texts) {
    List<Item> items = new ArrayList<>();
    for (String each : texts) {
      items.add(Item.of("i" + items.size(), Key.ZERO, each.getBytes(StandardCharsets.UTF_8)));
    }
    return new DataSet(set, items);
  }

  @Test
  void examplesAgree() throws IOException {
    byte[] noise = new byte[200_000];
    new Random(SEED).nextBytes(noise);
    DataSet noisy = new DataSet("data", List.of(Item.of("x/y", new Key(7), noise)));
    example("greet", text("names", "World", "", "Ädä"));
    example("echo", noisy);
    example("count_lines", text("log", "an error\nand\nno error", ""), text("pattern", "error"));
    example("sum", text("numbers", "1", " 22 ", "-3"));
    example("make_requests", text("servers", "a http://127.0.0.1:1/x\nhttp://b.example/\n# no"));
    example("matmul_n", text("n", "100"));
    example("touch", text("bytes", "300000"));
  }

  private void example(String name, DataSet... inputs) throws IOException {
    Map<Target, byte[]> binaries = new EnumMap<>(Target.class);
    for (Target target : places.stream().map(Place::target).distinct().toList()) {
      binaries.put(
          target, Files.readAllBytes(CommandRun.GUEST_BUILD.resolve(name + target.ending())));
    }
    assertSameEverywhere(name, binaries, List.of(inputs));
  }
}
