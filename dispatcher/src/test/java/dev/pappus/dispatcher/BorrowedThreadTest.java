package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.TestNode.await;
import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.problem;
import static dev.pappus.dispatcher.TestNode.set;
import static dev.pappus.dispatcher.TestNode.texts;
import static dev.pappus.dispatcher.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pappus.model.Limit;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.StartLevel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Short functions run on the thread that invokes them, if it is lent; nothing else does. */
class BorrowedThreadTest {
  private static final String HOST = "host";

  @TempDir Path folder;
  private final ScheduledExecutorService host =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name(HOST).factory());

  /** Where a body ran last. */
  private volatile String ranOn = "";

  private volatile CountDownLatch gate = new CountDownLatch(1);
  private volatile boolean slow;
  private final AtomicInteger runs = new AtomicInteger();
  private final AtomicInteger runsOnHost = new AtomicInteger();
  private final AtomicInteger spins = new AtomicInteger();
  private final Map<String, String> ranOnThread = new ConcurrentHashMap<>();

  @AfterEach
  void endHost() {
    gate.countDown();
    host.close();
  }

  private TestNode node(int engines) {
    return withWork(TestNode.in(folder).engines(engines).start());
  }

  private TestNode withWork(TestNode node) {
    node.function(
        "work",
        List.of("in"),
        List.of("out"),
        call -> {
          ranOn = Thread.currentThread().getName();
          if (ranOn.equals(HOST)) {
            runsOnHost.getAndIncrement();
          }
          runs.getAndIncrement();
          if (slow) {
            call.await(gate);
          }
          return Functions.copy(call);
        });
    host.execute(() -> node.dispatcher.borrowThread(host));
    return node;
  }

  private InvocationResult runFromHost(TestNode node) {
    return await(CompletableFuture.supplyAsync(() -> node.start("work", set("a")), host).join());
  }

  private void untilItRunsOnHost(TestNode node) {
    until(() -> {
      assertThat(outputs(runFromHost(node))).hasSize(1);
      return ranOn.equals(HOST);
    });
  }

  @Test
  void whatIsKnownToBeShortRunsWhereItIsInvoked() {
    try (TestNode node = node(2)) {
      outputs(runFromHost(node));
      assertThat(ranOn).as("nothing is known of it yet").startsWith("engine");
      untilItRunsOnHost(node);
      outputs(node.run("work", set("a")));
      assertThat(ranOn).as("invoked from a thread that is not lent").startsWith("engine");
    }
  }

  @Test
  void codeThatHasToBeReadFromItsFileRunsThereAsWell() {
    JavaDriver driver = new JavaDriver();
    driver.residentBytes = 1 << 20; // more than there is room for: it is read each time
    try (TestNode node =
        withWork(
            TestNode.in(folder).driver(driver).engines(2).limit(Limit.CODE_CACHE, 1).start())) {
      untilItRunsOnHost(node);
      long before = node.dispatcher.stats().codeLoads();
      until(() -> {
        StartLevel start = Objects.requireNonNull(runFromHost(node).coldestStart());
        return ranOn.equals(HOST) && start.code() == StartLevel.Code.FILE;
      });
      assertThat(node.dispatcher.stats().codeLoads()).isGreaterThan(before);
    }
  }

  @Test
  void codeThatIsOnDiskIsReadElsewhere() throws Exception {
    assumeThat(Files.getFileStore(folder).type())
        .as("a file system that drops files when asked to")
        .isIn("ext4", "xfs", "btrfs", "overlay");
    JavaDriver driver = new JavaDriver();
    driver.residentBytes = 1 << 20;
    try (TestNode node =
        withWork(
            TestNode.in(folder).driver(driver).engines(1).limit(Limit.CODE_CACHE, 1).start())) {
      untilItRunsOnHost(node);
      List<Path> blobs;
      try (Stream<Path> files = Files.walk(folder)) {
        blobs = files.filter(file -> file.toString().contains("sha256")).toList();
      }
      blobs = blobs.stream().filter(Files::isRegularFile).toList();
      assertThat(blobs).isNotEmpty();
      for (Path blob : blobs) {
        drop(blob);
      }
      StartLevel start = Objects.requireNonNull(runFromHost(node).coldestStart());
      assertThat(start.code()).isEqualTo(StartLevel.Code.DISK);
      assertThat(ranOn).startsWith("engine");
    }
  }

  /** Has the kernel drop a file from its page cache: dd(1), nocache. */
  private static void drop(Path path) throws Exception {
    Process dd =
        new ProcessBuilder(
                "dd",
                "of=" + path,
                "oflag=nocache",
                "conv=notrunc,fdatasync",
                "count=0",
                "status=none")
            .inheritIO()
            .start();
    assertThat(dd.waitFor()).isZero();
  }

  @Test
  void aRunThatTurnsOutToBeLongGoesOnElsewhere() {
    try (TestNode node = node(1)) {
      until(() -> hasMovedOn(node, "work")); // not each begins on the host's thread
      outputs(runFromHost(node));
      assertThat(ranOn).as("it is not trusted for a while").startsWith("engine");
      untilItRunsOnHost(node);
    }
  }

  /** What it has read is still there for the second attempt. */
  @Test
  void aRunThatGoesOnElsewhereHasInputsThatStayInSandboxes() {
    try (TestNode node = node(1)) {
      untilItRunsOnHost(node);
      node.driver.lends = () -> true;
      node.function("copy", List.of("in"), List.of("out"), Functions::copy);
      node.compositions(
          """
          function copy (in) => (out);
          function work (in) => (out);
          composition chain (A) => (R) {
            copy (in = all A) => (X = out);
            work (in = all X) => (R = out);
          }
          """);
      until(() -> hasMovedOn(node, "chain"));
      assertThat(node.driver.lentNow.get()).isZero();
      assertThat(node.driver.lent.get()).isPositive();
    }
  }

  /**
   * Runs what ends with {@code work}, which is slow; whether that began twice, here and elsewhere.
   */
  private boolean hasMovedOn(TestNode node, String name) {
    slow = false;
    until(() -> {
      InvocationResult each = await(startFromHost(node, name));
      assertThat(texts(outputs(each).getFirst().items())).containsExactly("a");
      return ranOn.equals(HOST);
    });
    gate = new CountDownLatch(1);
    slow = true;
    int before = runs.get();
    int beforeOnHost = runsOnHost.get();
    Invocation run = startFromHost(node, name);
    until(() -> runs.get() > before);
    boolean movesOn = runsOnHost.get() > beforeOnHost;
    if (movesOn) {
      until(() -> runs.get() - before == 2);
      // The host's thread is free again, while the run goes on.
      assertThat(CompletableFuture.supplyAsync(() -> "free", host).join()).isEqualTo("free");
    }
    gate.countDown();
    assertThat(texts(outputs(await(run)).getFirst().items())).containsExactly("a");
    return movesOn;
  }

  /** However many functions take long once, each of which would be forgiven. */
  @Test
  void whatTakesLongTogetherIsTooMuch() {
    try (TestNode node = node(1)) {
      List<String> names = IntStream.range(0, 30).mapToObj(i -> "each" + i).toList();
      for (String name : names) {
        node.function(
            name,
            List.of("in"),
            List.of("out"),
            call -> {
              ranOnThread.put(name, Thread.currentThread().getName());
              long end = System.nanoTime() + (slow ? 4_000_000 : 0);
              while (System.nanoTime() < end) {
                Thread.onSpinWait();
              }
              return Functions.copy(call);
            });
        until(() -> {
          outputs(await(startFromHost(node, name)));
          return HOST.equals(ranOnThread.get(name));
        });
      }
      slow = true;
      for (String name : names) {
        outputs(await(startFromHost(node, name)));
      }
      assertThat(ranOnThread).containsValue(HOST);
      assertThat(names).anySatisfy(name -> assertThat(ranOnThread.get(name)).startsWith("engine"));
    }
  }

  private Invocation startFromHost(TestNode node, String name) {
    return CompletableFuture.supplyAsync(() -> node.start(name, set("a")), host).join();
  }

  @Test
  void whatWaitsForAnEngineGoesFirst() {
    try (TestNode node = node(1)) {
      untilItRunsOnHost(node);
      CountDownLatch held = new CountDownLatch(1);
      List<Invocation> holders = List.of(hold(node, held), node.start("hold", set("a")));
      until(() -> node.dispatcher.stats().computeWaiting() > 0);
      Invocation run =
          CompletableFuture.supplyAsync(() -> node.start("work", set("a")), host).join();
      held.countDown();
      outputs(await(run));
      assertThat(ranOn).startsWith("engine");
      holders.forEach(each -> outputs(await(each)));
    }
  }

  /** What is too long for a thread that serves connections, as long as an engine has time. */
  @Test
  void whileNoEngineIsIdleLongerFunctionsStayAsWell() {
    try (TestNode node = node(1)) {
      spinning(node, "medium");
      CountDownLatch held = new CountDownLatch(1);
      Invocation holder = hold(node, held);
      until(() -> ranOnHost(node, "medium"));
      held.countDown();
      outputs(await(holder));
      if (Runtime.getRuntime().availableProcessors() > 1) {
        until(() -> !ranOnHost(node, "medium"));
      }
    }
  }

  /** However much waits here, other things are done in between. */
  @Test
  void connectionsAreServedBetweenTurns() {
    try (TestNode node = node(1)) {
      spinning(node, "medium");
      CountDownLatch held = new CountDownLatch(1);
      Invocation holder = hold(node, held);
      until(() -> {
        int before = spins.get();
        List<Invocation> all = new ArrayList<>();
        CompletableFuture<Integer> doneBefore = new CompletableFuture<>();
        Runnable connection = () -> doneBefore.complete(spins.get() - before);
        host.execute(() -> {
          for (int i = 0; i < 8; i++) {
            all.add(node.start("medium", set("a")));
          }
          var _ = host.schedule(connection, 0, TimeUnit.NANOSECONDS);
        });
        int done = doneBefore.join();
        all.forEach(Invocation::cancel);
        return done > 0 && done < all.size();
      });
      held.countDown();
      outputs(await(holder));
    }
  }

  /** Keeps the only engine busy until {@code held} is released. */
  private static Invocation hold(TestNode node, CountDownLatch held) {
    CountDownLatch begun = new CountDownLatch(1);
    node.function(
        "hold",
        List.of("in"),
        List.of("out"),
        call -> {
          begun.countDown();
          call.await(held);
          return Functions.copy(call);
        });
    Invocation holder = node.start("hold", set("a"));
    until(() -> begun.getCount() == 0);
    return holder;
  }

  private boolean ranOnHost(TestNode node, String name) {
    outputs(await(startFromHost(node, name)));
    return HOST.equals(ranOnThread.get(name));
  }

  /** A function of 0.4 ms, which is known. */
  private void spinning(TestNode node, String name) {
    node.function(
        name,
        List.of("in"),
        List.of("out"),
        call -> {
          long end = System.nanoTime() + 400_000;
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          spins.getAndIncrement();
          ranOnThread.put(name, Thread.currentThread().getName());
          return Functions.copy(call);
        });
    for (int i = 0; i < 20; i++) {
      outputs(node.run(name, set("a")));
    }
  }

  @Test
  void aCancelledOneDoesNotBegin() {
    try (TestNode node = node(1)) {
      untilItRunsOnHost(node);
      int before = runs.get();
      Invocation run =
          CompletableFuture.supplyAsync(
                  () -> {
                    Invocation started = node.start("work", set("a"));
                    started.cancel();
                    return started;
                  },
                  host)
              .join();
      assertThat(problem(await(run)).code()).isEqualTo(ProblemCode.CANCELLED);
      CompletableFuture.runAsync(() -> {}, host).join();
      assertThat(runs.get()).isEqualTo(before);
    }
  }

  @Test
  void theThreadSurvivesAFailingBackend() {
    try (TestNode node = node(1)) {
      untilItRunsOnHost(node);
      AtomicInteger failures = new AtomicInteger();
      node.function(
          "bug",
          List.of("in"),
          List.of("out"),
          call -> {
            if (Thread.currentThread().getName().equals(HOST)) {
              failures.getAndIncrement();
              throw new JavaDriver.BackendBug();
            }
            return Functions.copy(call);
          });
      until(() -> {
        await(CompletableFuture.supplyAsync(() -> node.start("bug", set("a")), host).join());
        return failures.get() > 0;
      });
      untilItRunsOnHost(node);
    }
  }

  @Test
  void whereTheHostGivesNoEngineOthersRunIt() {
    try (TestNode node = node(1)) {
      node.driver.refusals =
          index ->
              index >= 0
                  ? null
                  : Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "deliberate").withHint("none");
      for (int i = 0; i < 100; i++) {
        outputs(runFromHost(node));
        assertThat(ranOn).startsWith("engine");
      }
    }
  }

  @Test
  void codeThatIsDroppedIsForgottenThere() {
    try (TestNode node = node(1)) {
      untilItRunsOnHost(node);
      int before = node.driver.forgotten.get();
      node.register("work", List.of("in"), List.of("out"), "2", Registry.OnConflict.REPLACE);
      until(() -> node.driver.forgotten.get() - before == 2);
    }
  }
}
