package dev.pappus.sandbox.wasm;

import static dev.pappus.sandbox.wasm.ModuleBuilder.END;
import static dev.pappus.sandbox.wasm.ModuleBuilder.call;
import static dev.pappus.sandbox.wasm.ModuleBuilder.i32;
import static dev.pappus.sandbox.wasm.ModuleBuilder.i64;
import static dev.pappus.sandbox.wasm.ModuleBuilder.leb;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.WasiCall;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every way in which a module can be stopped, and that the engine serves on. */
class TrapTest {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);
  private static final int UNREACHABLE = 0x00;
  private static final int LOOP = 0x03;
  private static final int BR = 0x0C;
  private static final int CALL_INDIRECT = 0x11;
  private static final int DROP = 0x1A;
  private static final int VOID = 0x40;

  private static Runs runs;

  @BeforeAll
  static void open() {
    runs = new Runs();
  }

  @AfterAll
  static void close() {
    runs.close();
  }

  private static Problem failed(InstanceResult result) {
    return Objects.requireNonNull(result.problem(), "problem");
  }

  private static void assertTrap(String words, MemorySegment module) {
    for (int round = 0; round < 3; round++) {
      Problem problem = failed(runs.run(module));
      assertThat(problem.code()).as("%s", problem).isEqualTo(ProblemCode.GUEST_FAULT);
      assertThat(problem.detail()).startsWith(words);
      assertThat(problem.hint()).isNotBlank();
      assertThat(runs.run(ModuleBuilder.command().build()).succeeded()).isTrue();
    }
  }

  private static void assertTrap(String words, Object... code) {
    assertTrap(words, ModuleBuilder.command(code).build());
  }

  @Test
  void arithmeticTrapsAreNamed() {
    assertTrap("unreachable executed", UNREACHABLE);
    assertTrap("integer divide by zero", i32(1), i32(0), 0x6D, DROP);
    assertTrap("integer divide by zero", i64(1), i64(0), 0x82, DROP);
    assertTrap("integer overflow", i32(Integer.MIN_VALUE), i32(-1), 0x6D, DROP);
    assertTrap("integer overflow", i64(Long.MIN_VALUE), i64(-1), 0x7F, DROP);
    // f32.const NaN and 2^31, i32.trunc_f32_s
    assertTrap("invalid conversion to integer", 0x43, 0, 0, 0xC0, 0x7F, 0xA8, DROP);
    assertTrap("integer overflow", 0x43, 0, 0, 0, 0x4F, 0xA8, DROP);
  }

  @Test
  void hintsSayWhatATrapMostProbablyMeans() {
    assertThat(failed(runs.run(ModuleBuilder.command(UNREACHABLE).build())).hint())
        .contains("assertion");
    assertThat(failed(runs.run(ModuleBuilder.command(i32(-1), 0x28, 2, 0, DROP).build())).hint())
        .contains("a pointer or an index was wrong");
    ModuleBuilder recursive = new ModuleBuilder().memory(1, 1);
    recursive.export("_start", 0, recursive.function(":", "", call(0)));
    assertThat(failed(runs.run(recursive.build())).hint()).contains("recurse less deeply");
    ModuleBuilder indirect = new ModuleBuilder().memory(1, 1).table(1, 1);
    int type = indirect.type(":");
    int start = indirect.function(":", "", i32(0), CALL_INDIRECT, leb(type), 0);
    assertThat(failed(runs.run(indirect.export("_start", 0, start).build())).hint())
        .contains("another type of function");
    ModuleBuilder dividing = ModuleBuilder.command(i32(1), i32(0), 0x6D, DROP);
    assertThat(failed(runs.run(dividing.build())).hint()).contains("division by zero");
  }

  @Test
  void accessesOutsideOfMemoryTrap() {
    for (int address :
        new int[] {65536, 65533, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 30}) {
      assertTrap("out of bounds memory access", i32(address), 0x28, 2, 0, DROP);
      assertTrap("out of bounds memory access", i32(address), i32(1), 0x36, 2, 0);
    }
    // An offset that would wrap around 32 bits: 16 + 0xFFFFFFFF is not 15.
    assertTrap("out of bounds memory access", i32(16), 0x28, 2, leb(0xFFFF_FFFFL), DROP);
    assertTrap("out of bounds memory access", i32(16), 0x2D, 0, leb(0x8000_0000L), DROP);
    // memory.fill, memory.copy beyond the end, and with lengths that are negative as Java sees it
    assertTrap("out of bounds memory access", i32(65530), i32(0), i32(7), 0xFC, 0x0B, 0);
    assertTrap("out of bounds memory access", i32(0), i32(0), i32(-1), 0xFC, 0x0B, 0);
    assertTrap("out of bounds memory access", i32(8), i32(0), i32(-4), 0xFC, 0x0B, 0);
    assertTrap("out of bounds memory access", i32(0), i32(65530), i32(7), 0xFC, 0x0A, 0, 0);
    assertTrap("out of bounds memory access", i32(0), i32(0), i32(-1), 0xFC, 0x0A, 0, 0);
  }

  @Test
  void callsThroughTablesTrap() {
    ModuleBuilder mismatch = new ModuleBuilder().memory(1, 1).table(3, 3);
    int other = mismatch.function("l:", "");
    int type = mismatch.type(":");
    mismatch.element(1, other);
    mismatch.export("_start", 0, mismatch.function(":", "", i32(1), CALL_INDIRECT, leb(type), 0));
    assertTrap("indirect call type mismatch", mismatch.build());

    for (int index : new int[] {0, 3, -1}) {
      ModuleBuilder module = new ModuleBuilder().memory(1, 1).table(3, 3);
      int nothing = module.type(":");
      int start = module.function(":", "", i32(index), CALL_INDIRECT, leb(nothing), 0);
      module.export("_start", 0, start);
      assertTrap(index == 0 ? "uninitialized table" : "undefined table", module.build());
    }
  }

  @Test
  void runawayRecursionEndsAsAnExhaustedStack() {
    ModuleBuilder direct = new ModuleBuilder().memory(1, 1);
    int self = direct.function(":", "", call(0));
    assertTrap("call stack exhausted", direct.export("_start", 0, self).build());

    ModuleBuilder indirect = new ModuleBuilder().memory(1, 1).table(1, 1).element(0, 0);
    int type = indirect.type(":");
    int start = indirect.function(":", "", i32(0), CALL_INDIRECT, leb(type), 0);
    assertTrap("call stack exhausted", indirect.export("_start", 0, start).build());
  }

  @Test
  void recursionThroughTheHostEndsAsAnExhaustedStackToo() {
    String wasi = WasiCall.MODULE;
    ModuleBuilder module = new ModuleBuilder().memory(1, 1);
    int write = module.importFunction(wasi, "fd_write", "iiii:i");
    int poll = module.importFunction(wasi, "poll_oneoff", "iiii:i");
    int random = module.importFunction(wasi, "random_get", "ii:i");
    int open = module.importFunction(wasi, "path_open", "iiiiillii:i");
    // The deeper, the less stack is left for each of them.
    int start =
        module.function(
            ":",
            "",
            i32(1),
            i32(0),
            i32(1),
            i32(100),
            call(write),
            DROP,
            i32(0),
            i32(64),
            i32(1),
            i32(256),
            call(poll),
            DROP,
            i32(0),
            i32(64),
            call(random),
            DROP,
            i32(3),
            i32(0),
            i32(0),
            i32(1),
            i32(1),
            i64(-1),
            i64(-1),
            i32(0),
            i32(96),
            call(open),
            DROP,
            call(4));
    module.data(0, "f");
    assertTrap("call stack exhausted", module.export("_start", 0, start).build());
  }

  @Test
  void deepButFiniteRecursionSucceeds() {
    // f(n) = n == 0 ? 0 : f(n - 1) + 1
    ModuleBuilder module = new ModuleBuilder().memory(1, 1);
    int f =
        module.function(
            "i:i", "", 0x20, 0, 0x45, 0x04, 0x7F, i32(0), 0x05, 0x20, 0, i32(1), 0x6B, call(0),
            i32(1), 0x6A, END);
    int start = module.function(":", "", i32(2000), call(f), DROP);
    module.export("_start", 0, start);
    assertThat(runs.run(module.build()).problem()).isNull();
  }

  @Test
  void theFunctionThatTrappedIsNamed() {
    ModuleBuilder module = new ModuleBuilder().memory(1, 1);
    int inner = module.function(":", "", UNREACHABLE);
    int start = module.function(":", "", call(inner));
    module.export("_start", 0, start).name(start, "main").name(inner, "explode");
    Problem problem = failed(runs.run(module.build()));
    assertThat(Objects.requireNonNull(problem.guest()).symbol()).isEqualTo("explode");
    assertThat(problem.detail()).isEqualTo("unreachable executed in explode");
    Problem unnamed = failed(runs.run(ModuleBuilder.command(UNREACHABLE).build()));
    assertThat(Objects.requireNonNull(unnamed.guest()).symbol()).isEqualTo("function 0");
  }

  @Test
  void trapsWhileAModuleIsInstantiatedAreFaultsToo() {
    ModuleBuilder starting = ModuleBuilder.command();
    starting.start(starting.function(":", "", UNREACHABLE));
    assertTrap("unreachable executed", starting.build());
    assertTrap("out of bounds memory access", ModuleBuilder.command().data(65535, "ab").build());
    assertTrap(
        "out of bounds table access", ModuleBuilder.command().table(1, 1).element(1, 0).build());
  }

  @Test
  void everyKindOfLoopEndsAtItsDeadline() {
    runs.with(Limits.DEFAULTS.with(Limit.FUNCTION_RUN, TimeUnit.MILLISECONDS.toNanos(20)));
    try {
      assertLate(ModuleBuilder.command(LOOP, VOID, BR, 0, END).build());
      assertLate(ModuleBuilder.command(LOOP, VOID, i32(1), 0x0D, 0, END).build());
      // br_table back to the loop
      assertLate(ModuleBuilder.command(LOOP, VOID, i32(0), 0x0E, 1, 0, 0, END).build());
      // Two calls each, without a loop: 2^60 of them, 60 deep
      ModuleBuilder doubling = new ModuleBuilder().memory(1, 1);
      doubling.function(
          "i:", "", 0x20, 0, 0x04, VOID, 0x20, 0, i32(1), 0x6B, call(0), 0x20, 0, i32(1), 0x6B,
          call(0), END);
      int start = doubling.function(":", "", i32(60), call(0));
      assertLate(doubling.export("_start", 0, start).build());
      ModuleBuilder starting = ModuleBuilder.command();
      starting.start(starting.function(":", "", LOOP, VOID, BR, 0, END));
      assertLate(starting.build());
      // Loops of which most is the platform's work
      ModuleBuilder random = new ModuleBuilder().memory(1, 1);
      int get = random.importFunction(WasiCall.MODULE, "random_get", "ii:i");
      int loop =
          random.function(":", "", LOOP, VOID, i32(0), i32(65536), call(get), DROP, BR, 0, END);
      assertLate(random.export("_start", 0, loop).build());
    } finally {
      runs.with(Limits.DEFAULTS);
    }
  }

  private static void assertLate(MemorySegment module) {
    InstanceResult result = runs.run(module);
    assertThat(failed(result).code()).isEqualTo(ProblemCode.GUEST_DEADLINE);
    assertThat(Objects.requireNonNull(failed(result).guest()).symbol()).startsWith("function");
    assertThat(result.runNanos()).isLessThan(TimeUnit.SECONDS.toNanos(5));
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(runs.run(ModuleBuilder.command().build()).problem()).isNull();
  }

  @Test
  void noInterruptionIsLeftWhenARunEndsAsItsDeadlineStrikes() {
    Random random = new Random(SEED);
    PreparedFunction nothing =
        runs.driver().prepare(ModuleBuilder.command().build(), Guests.CONTEXT_BYTES);
    for (int round = 0; round < 3000; round++) {
      Deadline deadline = Deadline.in(random.nextInt(100_000));
      Thread nudger = null;
      if (round % 10 == 0) {
        nudger =
            Thread.ofPlatform()
                .start(() -> {
                  LockSupport.parkNanos(20_000);
                  deadline.cancel();
                  runs.engine().nudge();
                });
      }
      runs.run(nothing, List.of(), List.of(), deadline);
      assertThat(Thread.interrupted()).as("seed %d round %d", SEED, round).isFalse();
      if (nudger != null) {
        join(nudger);
      }
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError("an interruption was left", e);
    }
  }

  @Test
  void anInterruptionForSomebodyElseIsKept() {
    Thread.currentThread().interrupt();
    assertThat(runs.run(ModuleBuilder.command().build()).problem()).isNull();
    assertThat(Thread.interrupted()).isTrue();
  }
}
