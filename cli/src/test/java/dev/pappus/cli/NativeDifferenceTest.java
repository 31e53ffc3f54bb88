package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.kvm.EntryVariant;
import dev.pappus.sandbox.wasm.WasmDriver;
import dev.pappus.sandbox.wasm.WasmSettings;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Random modules end alike, whoever checks their bounds, and as they do on the Java engine. */
@NeedsWabt
@NeedsKvm
class NativeDifferenceTest {
  private static final long SEED = Long.getLong("pappus.seed", 20261128L);
  private static final int MODULES = Integer.getInteger("pappus.wasm.modules", 3);
  private static final long CONTEXT_BYTES = 32 << 20;

  @Test
  void modulesEndAlikeInEverySandbox() throws IOException {
    int traps = 0;
    for (int module = 0; module < MODULES; module++) {
      Path binary = NativeModules.assemble(RandomModule.text(SEED + module));
      try (NativeRun explicit = NativeRun.onKvm(EntryVariant.NO_IDT, WasmCompiler.Checks.EXPLICIT);
          NativeRun hardware = NativeRun.onKvm(EntryVariant.IDT, WasmCompiler.Checks.HARDWARE);
          NativeRun engine = NativeRun.on(new WasmDriver(WasmSettings.DEFAULTS))) {
        PreparedFunction withCode = prepare(explicit, binary);
        PreparedFunction withTables = prepare(hardware, binary);
        PreparedFunction inJava =
            engine.prepare(MemorySegment.ofArray(Files.readAllBytes(binary)), CONTEXT_BYTES);
        for (int i = 0; i < RandomModule.FUNCTIONS; i++) {
          String what = "seed %d, function %d".formatted(SEED + module, i);
          String expected = end(explicit, withCode, i);
          assertThat(end(hardware, withTables, i)).as(what).isEqualTo(expected);
          assertThat(end(engine, inJava, i)).as(what).isEqualTo(expected);
          traps += expected.startsWith("exit") ? 0 : 1;
        }
      }
    }
    // Else the modules would show little.
    assertThat(traps).isBetween(MODULES * 5, MODULES * (RandomModule.FUNCTIONS - 5));
  }

  private static PreparedFunction prepare(NativeRun sandbox, Path binary) {
    byte[] program = NativeModules.build(binary, sandbox.checks());
    return sandbox.prepare(MemorySegment.ofArray(program), CONTEXT_BYTES);
  }

  /** How a run ended, without where. */
  private static String end(NativeRun sandbox, PreparedFunction function, int number) {
    Item item = Item.of("case", Key.ZERO, new byte[] {(byte) number});
    String outcome =
        NativeRun.outcome(
            sandbox.run(function, List.of("case"), List.of(), new DataSet("case", List.of(item))));
    return outcome.replaceFirst(" at 0x[0-9a-f]+", "").replaceFirst(" in f\\d+$", "");
  }
}
