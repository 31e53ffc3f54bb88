package dev.pappus.sandbox.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.PreparedFunction;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Children that serve one run after the other. */
class ChildReuseTest {
  private static final long SEED = Long.getLong("pappus.seed", 20261129L);

  // Of leave_spoiled in guest/hostile/process.c.
  private static final int SPOIL_FLAGS = 1;
  private static final int TRAP_NEXT_RUN = 2;
  private static final int SPOIL_STACK = 4;
  private static final int WAYS = 8;

  // Of arch_prctl(2).
  private static final int SET_GS = 0x1001;
  private static final int SET_FS = 0x1002;

  private final ProcessDriver driver =
      new ProcessDriver(TestSettings.plain().withSandboxesPerEngine(1));
  private ProcessEngine engine;
  private Runs runs;

  @BeforeEach
  void open() {
    engine = driver.openEngine(0);
    runs = new Runs(driver, engine);
    assumeTrue(driver.selfTest().childrenStay(), "the kernel has no notifications");
  }

  @AfterEach
  void close() {
    engine.close();
    driver.close();
  }

  private List<Integer> processes() {
    return Books.group(engine.zygoteProcess());
  }

  /** Spoils its child as told, and ends its run well. */
  private void leaveSpoiled(int how) {
    InstanceResult result = runs.process("leave_spoiled", how);
    assertThat(result.problem()).isNull();
    assertThat(result.outputs().getFirst().isEmpty()).isTrue();
  }

  @Test
  void aChildServesRunAfterRunGoodOrNot() {
    assertThat(Runs.text(runs.process("thread_pointer", 1))).isEqualTo("1");
    List<Integer> first = processes();
    assertThat(first).hasSize(2);
    for (int i = 0; i < 100; i++) {
      assertThat(Runs.text(runs.process("thread_pointer", i))).isEqualTo(Integer.toString(i));
      assertThat(Runs.failed(runs.process("write_at", 8)).code())
          .isEqualTo(ProblemCode.GUEST_FAULT);
      assertThat(Runs.failed(runs.process("any_call", 41)).detail()).contains("41 (socket)");
    }
    assertThat(processes()).isEqualTo(first);
  }

  /** The kernel keeps bases that were set by a call, and puts them back whenever it switches. */
  @Test
  void segmentsThatARunHasSetAreGone() {
    assertThat(Runs.text(runs.process("bases", SET_FS))).isEqualTo("0");
    List<Integer> first = processes();
    for (int i = 0; i < 20; i++) {
      assertThat(Runs.text(runs.process("bases", SET_GS))).isEqualTo("0");
      assertThat(Runs.text(runs.process("bases", SET_FS))).isEqualTo("0");
      assertThat(Runs.text(runs.process("thread_pointer", 7))).isEqualTo("7");
      leaveSpoiled(0);
    }
    assertThat(processes()).isEqualTo(first);
  }

  /** Whatever the processor can do: calls that put a child right are made where they are due. */
  @Test
  void theNodeKnowsWhichChildrenAreDisturbed() {
    leaveSpoiled(0);
    assertThat(engine.hasDisturbedChild()).isFalse();
    assertThat(Runs.text(runs.process("thread_pointer", 1))).isEqualTo("1");
    assertThat(engine.hasDisturbedChild()).isTrue();
    leaveSpoiled(0);
    assertThat(engine.hasDisturbedChild()).isFalse();
    assertThat(Runs.failed(runs.process("write_at", 8)).code()).isEqualTo(ProblemCode.GUEST_FAULT);
    assertThat(engine.hasDisturbedChild()).isTrue();
    leaveSpoiled(0);
    assertThat(engine.hasDisturbedChild()).isFalse();
  }

  @Test
  void aProgramsChildStaysToo() {
    runs.program(Limits.DEFAULTS, "work");
    assertThat(Runs.printed(runs.program(Limits.DEFAULTS, "residue", "7"))).isEqualTo("0\n");
    List<Integer> first = processes();
    for (int i = 0; i < 30; i++) {
      assertThat(Runs.printed(runs.program(Limits.DEFAULTS, "residue", "7"))).isEqualTo("0\n");
    }
    assertThat(processes()).isEqualTo(first);
  }

  @Test
  void eachRunHasAChildOfItsOwnWhereThatIsAskedFor() {
    try (ProcessDriver other = new ProcessDriver(TestSettings.plain().withChildrenStay(false));
        ProcessEngine otherEngine = other.openEngine(0)) {
      assertThat(driver.sharesThreads()).isTrue();
      assertThat(other.sharesThreads()).as("others of its thread would wait too long").isFalse();
      Runs otherRuns = new Runs(other, otherEngine);
      for (int i = 0; i < 5; i++) {
        otherRuns.assertServing();
        assertThat(Runs.printed(otherRuns.program(Limits.DEFAULTS, "work"))).startsWith("2000 ");
        assertThat(Books.group(otherEngine.zygoteProcess()))
            .containsExactly(otherEngine.zygoteProcess());
      }
    }
  }

  @Test
  void aDeadlineCostsTheChild() {
    assertThat(Runs.text(runs.process("flags", 0))).isEqualTo("0");
    List<Integer> first = processes();
    assertThat(Runs.failed(runs.hostile("loop_forever", 2_000_000)).code())
        .isEqualTo(ProblemCode.GUEST_DEADLINE);
    assertThat(Runs.text(runs.process("flags", 0))).isEqualTo("0");
    assertThat(processes()).doesNotContain(first.getLast());
  }

  /** A fault leaves all signals blocked and no stack for them. */
  @Test
  void signalsReachTheRunAfterAFault() {
    assertThat(Runs.failed(runs.process("write_at", 8)).code()).isEqualTo(ProblemCode.GUEST_FAULT);
    List<Integer> first = processes();
    Problem fault = Runs.failed(runs.process("write_at", 16));
    assertThat(Objects.requireNonNull(fault.guest()).address()).isEqualTo(16);
    assertThat(processes()).isEqualTo(first);
    Problem late = Runs.failed(runs.processFor(300_000_000, "loop", 0));
    assertThat(late.code()).isEqualTo(ProblemCode.GUEST_DEADLINE);
    assertThat(Objects.requireNonNull(late.guest()).symbol()).startsWith("loop");
  }

  @Test
  void flagsThatARunHasSetAreGone() {
    leaveSpoiled(0);
    List<Integer> first = processes();
    leaveSpoiled(SPOIL_FLAGS);
    assertThat(Runs.text(runs.process("flags", 0))).isEqualTo("0");
    assertThat(processes()).isEqualTo(first);
  }

  @Test
  void whoeverHasSpoiledTheStartOfTheNextRunCostsTheChildOnly() {
    for (int how : new int[] {TRAP_NEXT_RUN, TRAP_NEXT_RUN | SPOIL_STACK | SPOIL_FLAGS}) {
      leaveSpoiled(how);
      List<Integer> first = processes();
      assertThat(Runs.text(runs.process("thread_pointer", 4711))).isEqualTo("4711");
      assertThat(processes()).isNotEqualTo(first);
    }
    // Some kernels return to such a stack, others end who asks for it.
    leaveSpoiled(SPOIL_STACK);
    assertThat(Runs.text(runs.process("thread_pointer", 4711))).isEqualTo("4711");
  }

  @Test
  void spoiledChildrenServeOthersAsNewOnes() {
    Random random = new Random(SEED);
    for (int i = 0; i < 300; i++) {
      leaveSpoiled(random.nextInt(WAYS));
      switch (random.nextInt(4)) {
        case 0 -> runs.assertServing();
        case 1 ->
            assertThat(Runs.text(runs.process("thread_pointer", i)))
                .as("seed %d run %d", SEED, i)
                .isEqualTo(Integer.toString(i));
        case 2 ->
            assertThat(Runs.failed(runs.process("any_call", 41)).detail()).contains("41 (socket)");
        default ->
            assertThat(Runs.text(runs.process("flags", 0)))
                .as("seed %d run %d", SEED, i)
                .isEqualTo("0");
      }
    }
  }

  @Test
  void functionsOfOneShapeShareAChild() {
    PreparedFunction one = driver.prepare(Guests.binary("echo"), Guests.CONTEXT_BYTES);
    PreparedFunction two = driver.prepare(Guests.binary("echo"), Guests.CONTEXT_BYTES);
    runs.echo(one, "x");
    List<Integer> first = processes();
    for (int i = 0; i < 20; i++) {
      runs.echo(two, "two" + i);
      runs.echo(one, "one" + i);
    }
    assertThat(processes()).isEqualTo(first);
    assertThat(Runs.printed(runs.program(Limits.DEFAULTS, "work"))).startsWith("2000 ");
    assertThat(processes()).isNotEqualTo(first);
  }

  @Test
  void aChildThatWasKilledWhileItWaitedCostsNoRun() {
    assertThat(Runs.text(runs.process("flags", 0))).isEqualTo("0");
    for (int i = 0; i < 5; i++) {
      int child = processes().getLast();
      ProcessHandle.of(child).ifPresent(ProcessHandle::destroyForcibly);
      assertThat(Runs.text(runs.process("thread_pointer", i))).isEqualTo(Integer.toString(i));
      assertThat(processes()).hasSize(2).doesNotContain(child);
    }
  }
}
