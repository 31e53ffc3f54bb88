package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.kvm.EntryVariant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What WebAssembly says that code must do, at its corners: each case is a program's exit code. */
@NeedsWabt
class NativeSemanticsTest {
  private static final long CONTEXT_BYTES = 16 << 20;

  @Nested
  class ExplicitInProcess extends Suite {
    ExplicitInProcess() {
      super(NativeRun.inProcess());
    }
  }

  @Nested
  @NeedsKvm
  class ExplicitOnKvm extends Suite {
    ExplicitOnKvm() {
      super(NativeRun.onKvm(EntryVariant.NO_IDT, WasmCompiler.Checks.EXPLICIT));
    }
  }

  @Nested
  @NeedsKvm
  class HardwareWithoutIdt extends Suite {
    HardwareWithoutIdt() {
      super(NativeRun.onKvm(EntryVariant.NO_IDT, WasmCompiler.Checks.HARDWARE));
    }
  }

  @Nested
  @NeedsKvm
  class HardwareWithIdt extends Suite {
    HardwareWithIdt() {
      super(NativeRun.onKvm(EntryVariant.IDT, WasmCompiler.Checks.HARDWARE));
    }
  }

  /** A case and what becomes of it. */
  private record Case(String expression, String outcome) {}

  private static final String OUT_OF_BOUNDS = "out of bounds memory access";

  private static final List<Case> MEMORY =
      List.of(
          new Case("(i32.load8_u (i32.const 65535))", "exit 9"),
          new Case("(i32.load8_u (i32.const 65536))", OUT_OF_BOUNDS),
          new Case("(i32.load8_u offset=1 (i32.const 65535))", OUT_OF_BOUNDS),
          new Case("(i32.load (i32.const 65532)) (i32.const 24) i32.shr_u", "exit 9"),
          new Case("(i32.load (i32.const 65533))", OUT_OF_BOUNDS),
          new Case("(i32.load (i32.const -1))", OUT_OF_BOUNDS),
          new Case("(i32.load offset=4294967295 (i32.const -1))", OUT_OF_BOUNDS),
          new Case("(i32.load offset=4294967295 (i32.const 1))", OUT_OF_BOUNDS),
          new Case("(i32.wrap_i64 (i64.load offset=4294967288 (i32.const -8)))", OUT_OF_BOUNDS),
          new Case("(i64.store (i32.const 65529) (i64.const 1)) (i32.const 1)", OUT_OF_BOUNDS),
          new Case("(f64.store (i32.const -4) (f64.const 1)) (i32.const 1)", OUT_OF_BOUNDS),
          new Case(
              "(i64.store (i32.const 65528) (i64.const 5)) (i32.load8_u (i32.const 65528))",
              "exit 5"),
          new Case("(memory.grow (i32.const 0))", "exit 1"),
          new Case("(memory.grow (i32.const 2)) memory.size i32.add", "exit 4"),
          new Case("(i32.eq (memory.grow (i32.const 4)) (i32.const -1))", "exit 1"),
          new Case("(i32.eq (memory.grow (i32.const -1)) (i32.const -1))", "exit 1"),
          new Case("(drop (memory.grow (i32.const 1))) (i32.load8_u (i32.const 131071))", "exit 0"),
          new Case(
              "(drop (memory.grow (i32.const 1))) (i32.load8_u (i32.const 131072))", OUT_OF_BOUNDS),
          new Case(
              "(drop (memory.grow (i32.const 3))) (i32.store8 (i32.const 262143) (i32.const 7))"
                  + " (i32.load8_u (i32.const 262143))",
              "exit 7"),
          new Case(
              "(memory.fill (i32.const 65530) (i32.const 3) (i32.const 6))"
                  + " (i32.load8_u (i32.const 65535))",
              "exit 3"),
          new Case(
              "(memory.fill (i32.const 65530) (i32.const 3) (i32.const 7)) (i32.const 1)",
              OUT_OF_BOUNDS),
          new Case(
              "(memory.fill (i32.const 65536) (i32.const 3) (i32.const 0)) (i32.const 1)",
              "exit 1"),
          new Case(
              "(memory.fill (i32.const 65537) (i32.const 3) (i32.const 0)) (i32.const 1)",
              OUT_OF_BOUNDS),
          new Case(
              "(memory.copy (i32.const 17) (i32.const 16) (i32.const 4))"
                  + " (i32.load8_u (i32.const 20))",
              "exit 107"),
          new Case(
              "(memory.copy (i32.const 0) (i32.const 65535) (i32.const 2)) (i32.const 1)",
              OUT_OF_BOUNDS),
          new Case(
              "(memory.init $passive (i32.const 100) (i32.const 1) (i32.const 2))"
                  + " (i32.load8_u (i32.const 101))",
              "exit 99"),
          new Case(
              "(memory.init $passive (i32.const 0) (i32.const 2) (i32.const 2)) (i32.const 1)",
              OUT_OF_BOUNDS),
          new Case(
              "(data.drop $passive)"
                  + " (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 1)",
              OUT_OF_BOUNDS));

  private static final String DIVIDE = "integer divide by zero";
  private static final String OVERFLOW = "integer overflow";
  private static final String CONVERSION = "invalid conversion to integer";
  private static final String INDIRECT = "indirect call type mismatch";

  private static final List<Case> NUMBERS =
      List.of(
          new Case("(i32.div_s (i32.const 7) (global.get $zero))", DIVIDE),
          new Case("(i32.div_u (i32.const 7) (global.get $zero))", DIVIDE),
          new Case("(i32.rem_s (i32.const 7) (global.get $zero))", DIVIDE),
          new Case(
              "(i32.wrap_i64 (i64.rem_u (i64.const 7) (i64.extend_i32_u (global.get $zero))))",
              DIVIDE),
          new Case("(i32.div_s (i32.const 0x80000000) (global.get $minus))", OVERFLOW),
          new Case("(i32.rem_s (i32.const 0x80000000) (global.get $minus))", "exit 0"),
          new Case("(i32.trunc_f64_s (f64.const nan))", CONVERSION),
          new Case("(i32.trunc_f32_u (f32.const -nan))", CONVERSION),
          new Case("(i32.trunc_f64_s (f64.const 2147483648))", OVERFLOW),
          new Case(
              "(i32.trunc_f64_s (f64.const -2147483648.9)) (i32.const 24) i32.shr_u", "exit 128"),
          new Case("(i32.trunc_f64_u (f64.const -0.9))", "exit 0"),
          new Case("(i32.trunc_f64_u (f64.const -1))", OVERFLOW),
          new Case("(i32.wrap_i64 (i64.trunc_f64_u (f64.const 18446744073709551616)))", OVERFLOW),
          new Case("(i32.wrap_i64 (i64.trunc_f32_s (f32.const inf)))", OVERFLOW),
          new Case("(i32.trunc_sat_f64_s (f64.const nan))", "exit 0"),
          new Case(
              "(i32.shr_u (i32.trunc_sat_f64_s (f64.const 1e300)) (i32.const 24))", "exit 127"),
          // The sign of a zero is what the highest bit says.
          new Case(sign("(f64.min (f64.const 0) (f64.const -0))"), "exit 1"),
          new Case(sign("(f64.max (f64.const 0) (f64.const -0))"), "exit 0"),
          new Case(sign("(f64.nearest (f64.const -0.5))"), "exit 1"),
          new Case(sign("(f64.ceil (f64.const -0.5))"), "exit 1"),
          new Case(sign("(f64.neg (f64.const nan))"), "exit 1"),
          new Case(sign("(f64.copysign (f64.const 3) (f64.const -nan))"), "exit 1"),
          new Case(isNan("(f64.min (f64.const 1) (f64.const nan))"), "exit 1"),
          new Case(isNan("(f64.max (f64.const nan) (f64.const 1))"), "exit 1"),
          new Case(isNan("(f64.sqrt (f64.const -1))"), "exit 1"),
          new Case("(i32.trunc_f64_s (f64.nearest (f64.const 2.5)))", "exit 2"),
          new Case("(i32.trunc_f64_s (f64.nearest (f64.const 3.5)))", "exit 4"),
          new Case("(i32.trunc_f64_s (f64.floor (f64.const 2.9)))", "exit 2"),
          new Case("(i32.trunc_f32_s (f32.ceil (f32.const 2.1)))", "exit 3"),
          new Case("(i32.trunc_f32_s (f32.trunc (f32.const 2.9)))", "exit 2"),
          // With a fused multiplication the difference would not be zero.
          new Case(
              "(f64.eq (f64.sub (f64.mul (global.get $tenth) (f64.const 10)) (f64.const 1))"
                  + " (f64.const 0))",
              "exit 1"),
          new Case("(i32.clz (global.get $zero))", "exit 32"),
          new Case("(i32.ctz (global.get $zero))", "exit 32"),
          new Case("(i32.popcnt (global.get $minus))", "exit 32"),
          new Case("(i32.rotl (i32.const 0x80000001) (i32.const 33))", "exit 3"),
          new Case("(i32.shl (i32.const 3) (i32.const 32))", "exit 3"),
          new Case("(i32.and (i32.extend8_s (i32.const 0x80)) (i32.const 511))", "exit 384"),
          new Case(
              "(call_indirect (type $binary) (i32.const 3) (i32.const 4) (i32.const 0))", "exit 7"),
          new Case(
              "(call_indirect (type $binary) (i32.const 3) (i32.const 4) (i32.const 1))", INDIRECT),
          new Case(
              "(call_indirect (type $binary) (i32.const 3) (i32.const 4) (i32.const 2))", INDIRECT),
          new Case(
              "(call_indirect (type $binary) (i32.const 3) (i32.const 4) (i32.const -1))",
              INDIRECT),
          new Case(
              "(drop (table.grow $table (ref.func $add) (i32.const 5)))"
                  + " (call_indirect (type $binary) (i32.const 3) (i32.const 5) (i32.const 7))",
              "exit 8"),
          new Case("(table.size $table)", "exit 3"),
          new Case("(call $deep (i32.const 20000))", "exit 32"),
          new Case("(call $deep (i32.const -1))", "call stack exhausted in deep"),
          new Case("(call $forever (i32.const 1))", "call stack exhausted in forever"),
          new Case("unreachable", "unreachable executed"),
          new Case("(global.get $started)", "exit 42"),
          new Case("(call $several) i32.add i32.add", "exit 6"));

  private static String sign(String number) {
    return "(i32.wrap_i64 (i64.shr_u (i64.reinterpret_f64 " + number + ") (i64.const 63)))";
  }

  private static String isNan(String number) {
    return "(local.set $number " + number + ") (f64.ne (local.get $number) (local.get $number))";
  }

  /**
   * One module for all cases, since building takes long: the platform's log of how often a module
   * ran is nothing it can see, so the case is chosen by the one thing that differs between
   * otherwise equal modules: the word behind the marker.
   */
  private static String module(List<Case> cases) {
    StringBuilder functions = new StringBuilder();
    StringBuilder table = new StringBuilder();
    for (int i = 0; i < cases.size(); i++) {
      functions
          .append("(func $case%d (result i32) (local $number f64) ".formatted(i))
          .append(cases.get(i).expression())
          .append(")\n");
      table.append(" $case").append(i);
    }
    return """
    (module
      (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
      (memory (export "memory") 1 4)
      (type $binary (func (param i32 i32) (result i32)))
      (type $case (func (result i32)))
      (table $table 3 100 funcref)
      (elem (table $table) (i32.const 0) func $add $deep)
      (table $cases %d funcref)
      (elem (table $cases) (i32.const 0) func %s)
      (global $zero (mut i32) (i32.const 0))
      (global $minus (mut i32) (i32.const -1))
      (global $tenth (mut f64) (f64.const 0.1))
      (global $started (mut i32) (i32.const 0))
      (global $next (mut i32) (i32.const 1024))
      (data (i32.const 16) "hijk")
      (data (i32.const 65535) "\\09")
      (data $passive "abc")
      (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
      (func $deep (param i32) (result i32)
        (if (result i32) (local.get 0)
          (then (i32.and (i32.const 32)
            (i32.add (i32.const 0) (call $deep (i32.sub (local.get 0) (i32.const 1))))))
          (else (i32.const 32))))
      (func $forever (param i32) (result i32)
        (call $forever (i32.add (local.get 0) (i32.const 1))))
      (func $several (result i32 i32 i32) (i32.const 1) (i32.const 2) (i32.const 3))
      (func $start (global.set $started (i32.const 42)))
      (start $start)
      (func (export "pappus_allocate") (param $size i32) (param $alignment i32) (result i32)
        (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $next) (i32.const 127)) (i32.const -128)))
        (global.set $next (i32.add (local.get $at) (local.get $size)))
        (local.get $at))
      ;; The first byte of the first input item says which case it is.
      (func (export "pappus_run") (param $control i32) (result i32)
        (call_indirect $cases (type $case)
          (i32.load8_u (i32.load offset=16 (i32.load offset=56 (local.get $control))))))
      %s)
    """
        .formatted(cases.size(), table, functions);
  }

  abstract static class Suite {
    private final NativeRun sandbox;

    Suite(NativeRun sandbox) {
      this.sandbox = sandbox;
    }

    @AfterEach
    void close() {
      sandbox.close();
    }

    private void check(List<Case> cases) {
      PreparedFunction function =
          sandbox.prepare(NativeModules.ofText(module(cases), sandbox.checks()), CONTEXT_BYTES);
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < cases.size(); i++) {
          Case each = cases.get(i);
          String outcome =
              NativeRun.outcome(
                  sandbox.run(
                      function,
                      List.of("case"),
                      List.of(),
                      new DataSet(
                          "case", List.of(Item.of("case", Key.ZERO, new byte[] {(byte) i})))));
          if (each.outcome().startsWith("exit ")) {
            assertThat(outcome).as(each.expression()).isEqualTo(each.outcome());
          } else {
            assertThat(outcome).as(each.expression()).startsWith(each.outcome());
          }
        }
      }
    }

    @Test
    void memoryHasBounds() {
      check(MEMORY);
    }

    @Test
    void numbersTablesAndCallsAreAsSpecified() {
      check(NUMBERS);
    }

    @Test
    void aMemoryOfNothingHasNoFirstByte() {
      String text =
          """
          (module (memory (export "memory") 0)
            (func (export "_start") (drop (i32.load8_u (i32.const 0)))))
          """;
      assertThat(sandbox.outcome(prepare(text, CONTEXT_BYTES))).startsWith(OUT_OF_BOUNDS);
    }

    @Test
    void dataThatDoesNotFitIsATrap() {
      String text =
          """
          (module (memory (export "memory") 1) (data (i32.const 65535) "ab")
            (func (export "_start")))
          """;
      assertThat(sandbox.outcome(prepare(text, CONTEXT_BYTES))).startsWith(OUT_OF_BOUNDS);
    }

    @Test
    void memoryGrowsUntilTheContextIsFull() {
      String text =
          """
          (module
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (memory (export "memory") 1)
            (func (export "_start")
              (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
              (i32.store8 (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 1))
                (i32.const 1))
              (call $exit (i32.add (memory.size) (i32.const 1000)))))
          """;
      String outcome = sandbox.outcome(prepare(text, CONTEXT_BYTES));
      int pages = Integer.parseInt(outcome.substring("exit ".length())) - 1000;
      assertThat(pages).isBetween(150, 256);
      if (sandbox.checks() == WasmCompiler.Checks.HARDWARE) {
        assertThat(pages).isEqualTo(256);
      }
    }

    @Test
    void aMemoryThatIsTooLargeFromTheStartIsRefused() {
      String text = "(module (memory (export \"memory\") 257) (func (export \"_start\")))";
      assertThatThrownBy(() -> prepare(text, CONTEXT_BYTES))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining("its linear memory begins with 16842752 bytes");
      assertThat(sandbox.outcome(prepare(text, 64 << 20))).isEqualTo("exit 0");
    }

    private PreparedFunction prepare(String text, long contextBytes) {
      return sandbox.prepare(NativeModules.ofText(text, sandbox.checks()), contextBytes);
    }
  }

  @Test
  void aProcessDoesNotTakeWhatHardwareMustCheck() {
    try (NativeRun process = NativeRun.inProcess()) {
      assertThatThrownBy(() ->
              process.prepare(
                  NativeModules.ofGuest("basic", WasmCompiler.Checks.HARDWARE), CONTEXT_BYTES))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining("a virtual machine must check");
    }
  }
}
