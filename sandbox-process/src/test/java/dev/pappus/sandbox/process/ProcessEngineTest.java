package dev.pappus.sandbox.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import dev.pappus.sandbox.ThreadPriority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contexts, zygotes and children that are lost, and everything that has a bound. */
class ProcessEngineTest {
  private static final long SEED = Long.getLong("pappus.seed", 20261128L);

  private static void kill(long process) {
    ProcessHandle.of(process).ifPresent(ProcessHandle::destroyForcibly);
  }

  /** Waits for the first child of a zygote; its number. */
  static int child(int zygote) {
    while (true) {
      for (int member : Books.group(zygote)) {
        if (member != zygote) {
          return member;
        }
      }
      Thread.onSpinWait();
    }
  }

  /** Waits for a child that has computed for a while, unlike those that wait; its number. */
  private static int loopingChild(int zygote) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < end) {
      for (int member : Books.group(zygote)) {
        if (member != zygote && Books.ticks(member) >= 2) {
          return member;
        }
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no child computes");
  }

  @Test
  void aZygoteThatWasKilledBetweenRunsIsReplacedWhenAChildIsWanted() throws InterruptedException {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ProcessEngine engine = driver.openEngine(0)) {
      Runs runs = new Runs(driver, engine);
      for (int round = 0; round < 5; round++) {
        runs.assertServing();
        int zygote = engine.zygoteProcess();
        kill(zygote);
        // In children that wait already.
        runs.assertServing();
        assertThat(engine.zygoteProcess()).isEqualTo(zygote);
        // This run's child is lost; the next needs another.
        assertThat(Runs.failed(runs.hostile("loop_forever", 1_000_000)).code())
            .isEqualTo(ProblemCode.GUEST_DEADLINE);
        runs.assertServing();
        assertThat(engine.zygoteProcess()).isNotEqualTo(zygote);
        assertThat(Books.group(zygote)).isEmpty();
      }
      assertThat(Books.zombies()).isEmpty();
    }
  }

  /** How long an engine waits for a zygote that does nothing, beyond the deadline of a run. */
  private static long patienceNanos(int index) throws Exception {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ProcessEngine engine = driver.openEngine(index)) {
      Runs runs = new Runs(driver, engine);
      int zygote = engine.zygoteProcess();
      assertThat(new ProcessBuilder("kill", "-STOP", "" + zygote).start().waitFor()).isZero();
      long beganNanos = System.nanoTime();
      Problem stopped = Runs.failed(runs.hostile("loop_forever", 5_000_000));
      long nanos = System.nanoTime() - beganNanos;
      assertThat(stopped.code()).isEqualTo(ProblemCode.SANDBOX_UNAVAILABLE);
      assertThat(stopped.detail()).contains("does not answer");
      assertThat(Books.group(zygote)).isEmpty();
      runs.assertServing();
      return nanos;
    }
  }

  @Test
  void onAThreadThatServesOthersAZygoteIsNotWaitedForLong() throws Exception {
    assertThat(patienceNanos(-1)).isLessThan(patienceNanos(0) / 2);
  }

  @Test
  void onAThreadThatServesOthersRunsAreEndedAsElsewhere() {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ProcessEngine engine = driver.openEngine(-1)) {
      Runs runs = new Runs(driver, engine);
      for (int round = 0; round < 5; round++) {
        runs.assertServing();
        assertThat(Runs.failed(runs.hostile("loop_forever", 5_000_000)).code())
            .isEqualTo(ProblemCode.GUEST_DEADLINE);
        assertThat(Runs.printed(runs.program(Limits.DEFAULTS, "work"))).startsWith("2000 ");
      }
      runs.assertServing();
    }
  }

  /** Has a function run in a loop, does something to a process of its, and returns the outcome. */
  private static Problem disturbed(Runs runs, int zygote, IntConsumer disturbance)
      throws InterruptedException {
    Thread other = Thread.ofPlatform().start(() -> disturbance.accept(loopingChild(zygote)));
    InstanceResult result = runs.hostile("loop_forever", TimeUnit.SECONDS.toNanos(2));
    other.join();
    return Runs.failed(result);
  }

  @Test
  void aChildThatWasKilledFromOutsideCostsOneRun() throws InterruptedException {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ProcessEngine engine = driver.openEngine(0)) {
      Runs runs = new Runs(driver, engine);
      runs.assertServing();
      int zygote = engine.zygoteProcess();
      Problem problem = disturbed(runs, zygote, ProcessEngineTest::kill);
      assertThat(problem.code()).isEqualTo(ProblemCode.SANDBOX_UNAVAILABLE);
      assertThat(problem.detail()).contains("was killed");
      runs.assertServing();
      assertThat(engine.zygoteProcess()).isEqualTo(zygote);
    }
  }

  @Test
  void aChildOutlivesItsZygoteToTheEndOfItsRun() throws InterruptedException {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ProcessEngine engine = driver.openEngine(0)) {
      Runs runs = new Runs(driver, engine);
      runs.assertServing();
      int zygote = engine.zygoteProcess();
      Problem problem = disturbed(runs, zygote, _ -> kill(zygote));
      assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_DEADLINE);
      runs.assertServing();
      assertThat(engine.zygoteProcess()).isNotEqualTo(zygote);
      assertThat(Books.group(zygote)).isEmpty();
    }
  }

  @Test
  void aDeadlineTellsWhereTheFunctionWas() {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ProcessEngine engine = driver.openEngine(0)) {
      Runs runs = new Runs(driver, engine);
      runs.assertServing();
      Problem problem = Runs.failed(runs.hostile("loop_forever", 300_000_000));
      assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_DEADLINE);
      assertThat(Objects.requireNonNull(problem.guest()).symbol()).startsWith("loop_forever");
    }
  }

  @Test
  void whatNoProcessCanMapIsRefused() {
    List<MappedRange> ranges = List.of(new MappedRange(0x1000, 0x2000, true, false));
    ProcessDriver.requireMappable(ranges, 0x1000);
    assertThatThrownBy(() -> ProcessDriver.requireMappable(ranges, 0x10000))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo(ProblemCode.BAD_BINARY);
              assertThat(e.problem().hint()).contains("0x10000");
            });
  }

  @Test
  void aChildStandsBackWhenItsEngineDoes() throws InterruptedException {
    int[] nice = new int[1];
    Thread owner =
        Thread.ofPlatform()
            .start(() -> {
              try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
                  ProcessEngine engine = driver.openEngine(0)) {
                Runs runs = new Runs(driver, engine);
                runs.assertServing();
                int zygote = engine.zygoteProcess();
                int thread = ThreadPriority.currentThread();
                Thread other =
                    Thread.ofPlatform()
                        .start(() -> {
                          int child = child(zygote);
                          ThreadPriority.lower(thread);
                          while (nice[0] == 0 && Books.living(zygote) > 1) {
                            engine.nudge();
                            nice[0] = Books.nice(child);
                          }
                        });
                runs.hostile("loop_forever", TimeUnit.SECONDS.toNanos(3));
                other.join();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    owner.join();
    assertThat(nice[0]).isPositive();
  }

  @Test
  void aChildLetsOthersGoFirstDuringRunsInTheBackgroundOnly() {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ProcessEngine engine = driver.openEngine(0)) {
      Runs runs = new Runs(driver, engine);
      runs.assertServing();
      int zygote = engine.zygoteProcess();
      int child = child(zygote);
      engine.inBackground(true);
      runs.assertServing();
      // One that waits already will do.
      assertThat(child(zygote)).isEqualTo(child);
      assertThat(Books.nice(child)).isEqualTo(Math.max(10, Books.nice(zygote)));
      engine.inBackground(false);
      runs.assertServing();
      // Another one, where that one could not be raised.
      assertThat(Books.nice(child(zygote))).isEqualTo(Books.nice(zygote));
    }
  }

  @Test
  void enginesSideBySideDoNotDisturbEachOther() throws Exception {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> done = new ArrayList<>();
      for (int index = 0; index < 4; index++) {
        done.add(threads.submit(serving(driver, index)));
      }
      for (Future<Integer> one : done) {
        assertThat(one.get()).isEqualTo(150);
      }
    }
    assertThat(Books.zombies()).isEmpty();
  }

  private static Callable<Integer> serving(ProcessDriver driver, int index) {
    return () -> {
      Random random = new Random(SEED + index);
      int count = 0;
      try (ProcessEngine engine = driver.openEngine(index)) {
        Runs runs = new Runs(driver, engine);
        while (count < 150) {
          long number = random.nextInt(1 << 30);
          assertThat(Runs.text(runs.process("thread_pointer", number)))
              .isEqualTo(Long.toString(number));
          if (random.nextInt(4) == 0) {
            assertThat(Runs.failed(runs.hostile("null_write")).code())
                .isEqualTo(ProblemCode.GUEST_FAULT);
          }
          count++;
        }
      }
      return count;
    };
  }

  @Test
  void contextsAreBoundLoadedOrMade() {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain().withSandboxesPerEngine(2));
        ProcessEngine engine = driver.openEngine(0)) {
      PreparedFunction first = function(driver, "echo", Guests.CONTEXT_BYTES);
      PreparedFunction second = function(driver, "copy", Guests.CONTEXT_BYTES);
      PreparedFunction third = function(driver, "greet", Guests.CONTEXT_BYTES);
      PreparedFunction large = function(driver, "greet", 2 * Guests.CONTEXT_BYTES);
      assertWarmth(engine, first, false, true);
      assertWarmth(engine, first, true, false);
      assertWarmth(engine, second, false, true);
      assertWarmth(engine, first, true, false);
      assertWarmth(engine, second, true, false);
      // Both places are taken: the one that has waited longer changes its function.
      assertWarmth(engine, third, false, false);
      assertWarmth(engine, second, true, false);
      assertWarmth(engine, first, false, false);
      engine.domain().forget(first);
      assertWarmth(engine, third, false, false);
      assertWarmth(engine, large, false, true);
    }
  }

  private static PreparedFunction function(ProcessDriver driver, String guest, long contextBytes) {
    return driver.prepare(Guests.binary(guest), contextBytes);
  }

  private static void assertWarmth(
      ProcessEngine engine, PreparedFunction function, boolean bound, boolean fresh) {
    try (Context context = engine.domain().acquire(function)) {
      assertThat(context.warmth()).isEqualTo(new Context.Warmth(bound, fresh));
    }
  }

  @Test
  void moreContextsThanAllowedAreRefused() {
    ProcessSettings settings = TestSettings.plain().withSandboxesPerEngine(2);
    try (ProcessDriver driver = new ProcessDriver(settings);
        ProcessEngine engine = driver.openEngine(0)) {
      PreparedFunction function = function(driver, "echo", Guests.CONTEXT_BYTES);
      try (Context _ = engine.domain().acquire(function);
          Context _ = engine.domain().acquire(function)) {
        assertThatThrownBy(() -> engine.domain().acquire(function))
            .isInstanceOfSatisfying(
                ProblemException.class,
                e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.OVERLOADED));
      }
      assertWarmth(engine, function, true, false);
    }
  }

  @Test
  void theNodesBoundLeavesEachEngineOne() {
    ProcessSettings settings = TestSettings.plain().withSandboxesMax(1);
    try (ProcessDriver driver = new ProcessDriver(settings);
        ProcessEngine first = driver.openEngine(0);
        ProcessEngine second = driver.openEngine(1)) {
      PreparedFunction function = function(driver, "echo", Guests.CONTEXT_BYTES);
      try (Context _ = first.domain().acquire(function);
          Context _ = second.domain().acquire(function)) {
        assertThatThrownBy(() -> second.domain().acquire(function))
            .isInstanceOf(ProblemException.class);
      }
    }
  }

  @Test
  void memoryThatIsKeptStaysWithinTheBudget() {
    long budgetBytes = 6 << 20;
    ProcessSettings settings =
        TestSettings.plain().withLimits(Limits.DEFAULTS.with(Limit.RESIDENT_BYTES, budgetBytes));
    try (ProcessDriver driver = new ProcessDriver(settings);
        ProcessEngine engine = driver.openEngine(0)) {
      Runs runs = new Runs(driver, engine);
      for (long bytes : new long[] {3 << 20, 40 << 20, 1 << 20, 4 << 20}) {
        InstanceResult result =
            runs.run(
                "touch",
                Limits.DEFAULTS,
                Deadline.in(TimeUnit.MINUTES.toNanos(1)),
                Runs.set("bytes", Long.toString(bytes)));
        assertThat(result.problem()).isNull();
        assertThat(driver.budget().chargedBytes()).isLessThanOrEqualTo(budgetBytes);
        runs.assertServing();
      }
    }
  }

  @Test
  void whatIsInTheWayIsSaid(@TempDir Path folder) throws IOException {
    Path absent = folder.resolve("absent");
    SelfTestReport report = ProcessDriver.selfTest(TestSettings.plain().withZygote(absent));
    assertThat(report.usable()).isFalse();
    assertThat(report.findings()).singleElement().asString().contains("make -C guest");
    Path broken = Files.writeString(folder.resolve("broken"), "no program");
    assertThat(broken.toFile().setExecutable(true)).isTrue();
    assertThat(ProcessDriver.selfTest(TestSettings.plain().withZygote(broken)).findings())
        .singleElement()
        .asString()
        .contains("ENOEXEC");
    Path other = folder.resolve("other");
    Files.copy(Path.of("/bin/true"), other);
    assertThat(ProcessDriver.selfTest(TestSettings.plain().withZygote(other)).usable()).isFalse();
    assertThatThrownBy(() -> new ProcessDriver(TestSettings.plain().withZygote(absent)))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.SANDBOX_UNAVAILABLE));
    SelfTestReport good = ProcessDriver.selfTest(TestSettings.plain());
    assertThat(good.findings()).isEmpty();
    assertThat(good.usable()).isTrue();
    assertThat(good.roundTripNanos()).isPositive();
    assertThat(good.childrenStay()).isEqualTo(hasNotifications());
    SelfTestReport alone = ProcessDriver.selfTest(TestSettings.plain().withChildrenStay(false));
    assertThat(alone.usable()).isTrue();
    assertThat(alone.childrenStay()).isFalse();
  }

  /** Whether Linux is 5.19 or newer. */
  private static boolean hasNotifications() {
    String[] version = System.getProperty("os.version").split("[.-]", -1);
    int major = Integer.parseInt(version[0]);
    return major > 5 || (major == 5 && Integer.parseInt(version[1]) >= 19);
  }

  @Test
  void aRunWhoseDeadlineHasPassedMakesNoChild() throws ExecutionException, InterruptedException {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ProcessEngine engine = driver.openEngine(0)) {
      PreparedFunction function = function(driver, "basic", Guests.CONTEXT_BYTES);
      try (Context context = engine.domain().acquire(function)) {
        context.write(List.of(), List.of());
        assertThat(engine.run(context, Deadline.in(0)))
            .isInstanceOf(RunOutcome.DeadlineExceeded.class);
      }
    }
  }
}
