package dev.pappus.sandbox.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.GuestState;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.LibosPlace;
import dev.pappus.sandbox.Programs;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How system calls of Linux programs reach the library OS, and what that may ask of the kernel. */
class ProgramCallsTest {
  private static final long SEED = Long.getLong("pappus.seed", 20261128L);

  /** Of section libos in guest/hostile/calls.c. */
  private static final long LIBOS = 0x800000;

  private static final int ARCH_PRCTL = 158;
  private static final int RT_SIGRETURN = 15;
  private static final int EXIT_GROUP = 231;
  private static final int X32_BIT = 0x4000_0000;
  private static final int FAULT = 1000;
  private static final int NESTED = 1001;
  private static final int LOOP = 1002;
  private static final int LEAVE = 1003;
  private static final int OUT = 1004;

  /** Of leave_spoiled. */
  private static final int WAYS = 32;

  private final ProcessDriver driver = new ProcessDriver(TestSettings.plain());
  private ProcessEngine engine;
  private ProcessFunction function;

  @BeforeEach
  void open() {
    engine = driver.openEngine(0);
    function =
        ProcessFunction.of(
            GuestLayout.of(Guests.CONTEXT_BYTES),
            Guests.image("calls")
                .withLibos(new LibosPlace(LIBOS, LIBOS + 0x1000, 0, 0, LIBOS, LIBOS)),
            new FaultBackoff(TestSettings.plain().backoff()));
  }

  @AfterEach
  void close() {
    engine.close();
    driver.close();
  }

  private InstanceResult run(String mode, long number) {
    return run(mode, number, Limits.DEFAULTS);
  }

  private InstanceResult run(String mode, long number, Limits limits) {
    return new InstanceRunner(engine, MonotonicClock.SYSTEM)
        .run(
            function,
            // It knows nothing of snapshots.
            Programs.withoutSnapshots(Guests.spec("calls")),
            List.of(Runs.set("mode", mode), Runs.set("number", Long.toString(number))),
            Deadline.in(TimeUnit.MINUTES.toNanos(1)),
            limits);
  }

  private void assertServing() {
    assertThat(Runs.text(run("any_call", 21))).isEqualTo("42");
    new Runs(driver, engine).assertServing();
  }

  @Test
  void everyCallGoesToTheLibraryOs() {
    for (int number = 0; number < 512; number++) {
      // Linux lets uretprobe and uprobe pass every filter, the very unmapping is allowed.
      if (number != 335 && number != 336) {
        assertThat(Runs.text(run("any_call", number)))
            .as("call %d", number)
            .isEqualTo(Integer.toString(2 * number));
      }
    }
    long x32 = X32_BIT | 41;
    assertThat(Runs.text(run("any_call", x32))).isEqualTo(Long.toString(2 * x32));
    assertThat(Runs.text(run("unmap_zygote", 0x10000))).isEqualTo("22");
    assertThat(Runs.text(run("unmap_zygote", 0x7F00_0010_0000L))).isEqualTo("0");
    assertServing();
  }

  @Test
  void aCallChangesNothingButItsResult() {
    Random random = new Random(SEED);
    for (int i = 0; i < 20; i++) {
      long number = random.nextInt();
      assertThat(Runs.text(run("preserved", number)))
          .as("seed %d: %d", SEED, number)
          .isEqualTo("0");
    }
  }

  @Test
  void theStackPointerDoesNotMatter() {
    assertThat(Runs.text(run("without_stack", 100))).isEqualTo("200");
    assertThat(Runs.text(run("on_exit_stack", 100))).isEqualTo("200");
    assertThat(Runs.text(run("many", 200_000))).isEqualTo(Long.toString(200_000L * 201));
  }

  @Test
  void theLibraryOsMayEndTheRunInTwoWays() {
    for (int call : new int[] {LEAVE, OUT}) {
      Problem problem = Runs.failed(run("any_call", call));
      assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_EXIT);
      assertThat(Objects.requireNonNull(problem.guest()).exitCode()).isEqualTo(7);
    }
    // From its code without a signal, with what the runtime has left as code.
    Problem left = Runs.failed(run("from_libos", EXIT_GROUP));
    assertThat(left.code()).isEqualTo(ProblemCode.GUEST_EXIT);
    // A return from a signal that never was: whatever lay on the stack; the run ends somehow.
    assertThat(run("from_libos", RT_SIGRETURN).problem()).isNotNull();
    assertServing();
  }

  @Test
  void itMaySetTheThreadPointers() {
    assertThat(Runs.text(run("bases_from_libos", 77))).isEqualTo("0");
    for (int what = 0x1001; what <= 0x1004; what++) {
      assertThat(Runs.text(run("base_from_libos", what))).as("%x", what).isEqualTo("0");
    }
    // Trapped and answered: no other thing that arch_prctl knows, nor its neighbours.
    for (int what : new int[] {0x1000, 0x1005, 0x1011, 0x1012, 0x1021, 0x1023, 0x2001, 0x5001}) {
      assertThat(Runs.text(run("base_from_libos", what)))
          .as("%x", what)
          .isEqualTo(Integer.toString(2 * ARCH_PRCTL));
    }
    assertServing();
  }

  @Test
  void itMayAskForNothingElse() {
    // Not in a signal: it is trapped, and answered, as the program's own calls are.
    for (int call : new int[] {0, 1, 9, 10, 13, 39, 41, 59, ARCH_PRCTL}) {
      assertThat(Runs.text(run("from_libos", call))).isEqualTo(Integer.toString(2 * call));
    }
    Problem problem = Runs.failed(run("any_call", NESTED));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_FAULT);
    assertThat(problem.detail()).contains("library OS", "system call");
    assertServing();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20, 102, 252})
  void callsOfThe32BitAbiAreTheEnd(int number) {
    Problem problem = Runs.failed(run("call_32", number));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_FAULT);
    assertThat(problem.detail()).containsAnyOf("of the 32-bit ABI", "general protection");
  }

  @Test
  void faultsAndDeadlinesInTheLibraryOsSayWhereTheyWere() {
    Problem fault = Runs.failed(run("any_call", FAULT));
    assertThat(fault.code()).isEqualTo(ProblemCode.GUEST_FAULT);
    assertThat(fault.detail()).contains("page fault on write to 0x8");
    GuestState state = Objects.requireNonNull(fault.guest());
    assertThat(state.symbol()).startsWith("answer");
    Problem late =
        Runs.failed(
            run(
                "any_call",
                LOOP,
                Limits.DEFAULTS.with(Limit.FUNCTION_RUN, TimeUnit.MILLISECONDS.toNanos(20))));
    assertThat(late.code()).isEqualTo(ProblemCode.GUEST_DEADLINE);
    assertThat(Objects.requireNonNull(late.guest()).symbol()).startsWith("answer");
    assertServing();
  }

  /**
   * Where signals are put, which are blocked, and whether one comes before the next run has begun.
   */
  @Test
  void whatTheKernelKeepsOfARunIsGoneBeforeTheNext() {
    Random random = new Random(SEED);
    for (int i = 0; i < 100; i++) {
      int how = i < WAYS ? i : random.nextInt(WAYS);
      InstanceResult left = run("leave_spoiled", how);
      assertThat(left.problem()).as("way %d", how).isNull();
      assertThat(left.outputs().getFirst().isEmpty()).isTrue();
      assertThat(Runs.text(run(i % 2 == 0 ? "spoilt_bytes" : "any_call", 21)))
          .as("seed %d, way %d", SEED, how)
          .isEqualTo(i % 2 == 0 ? "0" : "42");
    }
    assertServing();
  }

  /** The kernel would tell a later run's signals of an earlier run's fault. */
  @Test
  void aFaultCostsAProgramsChild() {
    assertThat(Runs.text(run("any_call", 21))).isEqualTo("42");
    List<Integer> first = Books.group(engine.zygoteProcess());
    assertThat(Runs.text(run("any_call", 21))).isEqualTo("42");
    assertThat(Books.group(engine.zygoteProcess())).isEqualTo(first);
    assertThat(Runs.failed(run("any_call", FAULT)).code()).isEqualTo(ProblemCode.GUEST_FAULT);
    assertThat(Books.group(engine.zygoteProcess())).hasSize(1);
  }

  @Test
  void onlyCodeOfTheLibraryOsMayEndTheRun() {
    assertThat(Runs.text(run("any_call", EXIT_GROUP))).isEqualTo(Integer.toString(2 * EXIT_GROUP));
    assertThat(Runs.text(run("any_call", RT_SIGRETURN)))
        .isEqualTo(Integer.toString(2 * RT_SIGRETURN));
  }
}
