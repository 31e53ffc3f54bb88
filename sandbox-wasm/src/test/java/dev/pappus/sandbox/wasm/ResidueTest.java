package dev.pappus.sandbox.wasm;

import static dev.pappus.sandbox.wasm.ModuleBuilder.END;
import static dev.pappus.sandbox.wasm.ModuleBuilder.i32;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.PreparedFunction;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Nothing of one run is visible to the next: memory, globals, tables, data segments, files. */
class ResidueTest {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);
  private static final int ROUNDS = Integer.getInteger("pappus.residue.rounds", 300);

  /**
   * A command that traps unless everything is as in the file, and then changes all of it: memory
   * and its size, a global, a table and its size, a passive data segment.
   */
  private static MemorySegment spoiler() {
    ModuleBuilder module =
        new ModuleBuilder().memory(1, 100).table(2, 50).global('i', true, i32(7));
    module.data(64, "data").passiveData("passive");
    int trapUnlessZero = module.function("i:", "", 0x20, 0, 0x04, 0x40, 0x00, END);
    Object check = ModuleBuilder.call(trapUnlessZero);
    int start =
        module.function(
            ":",
            "",
            // the global is 7, memory has a page, the table two elements that are null
            0x23,
            0,
            i32(7),
            0x47,
            check,
            0x3F,
            0,
            i32(1),
            0x47,
            check,
            0xFC,
            0x10,
            0,
            i32(2),
            0x47,
            check,
            i32(0),
            0x25,
            0,
            0xD1,
            0x45,
            check,
            // memory is zero but for "data", and the passive segment is there
            i32(1000),
            0x28,
            2,
            0,
            check,
            i32(65532),
            0x28,
            2,
            0,
            check,
            i32(64),
            0x28,
            2,
            0,
            i32(0x61746164),
            0x47,
            check,
            i32(200),
            i32(0),
            i32(7),
            0xFC,
            0x08,
            1,
            0,
            // now all of it changes
            i32(8),
            0x24,
            0,
            i32(0),
            i32(255),
            i32(65536),
            0xFC,
            0x0B,
            0,
            i32(3),
            0x40,
            0,
            0x1A,
            i32(0),
            0xD2,
            0,
            0x26,
            0,
            0xD2,
            0,
            i32(5),
            0xFC,
            0x0F,
            0,
            0x1A,
            0xFC,
            0x09,
            1);
    module.declaredElement(trapUnlessZero);
    return module.export("_start", 0, start).build();
  }

  @Test
  void nothingOfAModuleSurvivesItsRun() {
    try (Runs runs = new Runs()) {
      PreparedFunction function = runs.driver().prepare(spoiler(), Guests.CONTEXT_BYTES);
      for (int round = 0; round < 20; round++) {
        assertThat(runs.run(function, List.of(), List.of()).problem())
            .as("round %d", round)
            .isNull();
        assertThat(runs.driver().reservedBytes()).isZero();
      }
    }
  }

  @Test
  @NeedsClang
  void nothingIsVisibleToTheNextRun() {
    Random random = new Random(SEED);
    try (Runs runs = new Runs()) {
      PreparedFunction residue = runs.driver().prepare(WasmGuests.binary("residue"), 2 << 20);
      PreparedFunction hostile = runs.driver().prepare(WasmGuests.binary("hostile"), 4 << 20);
      for (int round = 0; round < ROUNDS; round++) {
        Item seed = Item.ofText("seed", Integer.toString(random.nextInt(1 << 30)));
        List<DataSet> outputs =
            runs.run(residue, List.of("seed"), List.of("found"), Wasi.set("seed", seed)).outputs();
        assertThat(outputs.getFirst().items())
            .as("seed %d round %d", SEED, round)
            .extracting(Item::text)
            .containsExactly("0");
        String mode = random.nextBoolean() ? "print_and_crash" : "exhaust_memory";
        ProblemCode code =
            Objects.requireNonNull(
                    runs.run(
                            hostile,
                            List.of("mode"),
                            List.of("result", "other"),
                            Wasi.set("mode", Item.ofText("m", mode)))
                        .problem())
                .code();
        assertThat(code)
            .isEqualTo(
                mode.equals("print_and_crash")
                    ? ProblemCode.GUEST_FAULT
                    : ProblemCode.GUEST_MEMORY);
        assertThat(runs.driver().reservedBytes()).isZero();
      }
    }
  }
}
