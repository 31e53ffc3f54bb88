package dev.pappus.server.async;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.Dispatcher;
import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.Invocation;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.InvocationRequest.Options;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationResult.Failed;
import dev.pappus.dispatcher.InvocationResult.Outcome;
import dev.pappus.dispatcher.InvocationResult.Succeeded;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.dispatcher.OutputSet;
import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.dispatcher.store.InvocationStore;
import dev.pappus.language.AnySharding;
import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.TraceContext;
import dev.pappus.sandbox.Backends;
import dev.pappus.server.access.Accounts;
import dev.pappus.server.access.Meter;
import dev.pappus.server.access.Quota;
import dev.pappus.server.access.Tokens;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The durable queue before an engine that ends invocations as each test wants. */
class DurableInvocationsTest {
  private static final Outcome SUCCESS = new Succeeded(List.of());

  @TempDir Path folder;
  private final AtomicInteger ids = new AtomicInteger(1000);

  /** What the queue started and the test has not ended. */
  private final BlockingQueue<Run> runs = new LinkedBlockingQueue<>();

  private record Run(
      InvocationInfo info, InvocationTarget target, CompletableFuture<InvocationResult> result)
      implements Invocation {
    @Override
    public String id() {
      return info.id();
    }

    @Override
    public CompletionStage<List<InstanceReport>> instances() {
      return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public void cancel() {}

    void end(Outcome outcome) {
      result.complete(new InvocationResult(info, outcome, Phases.ZERO, null, List.of()));
    }
  }

  private static Outcome failure(ProblemCode code) {
    return new Failed(Problem.of(code, "for the test").withHint("none"));
  }

  private InvocationStore open() {
    return InvocationStore.open(folder.resolve("invocations.db"), Limits.DEFAULTS);
  }

  private DurableInvocations queue(InvocationStore store, int underWayMax) {
    return queue(store, underWayMax, WorkQuota.NONE);
  }

  private DurableInvocations queue(InvocationStore store, int underWayMax, WorkQuota quota) {
    return new DurableInvocations(
        new DurableInvocations.Settings(
            store,
            this::start,
            () -> "id" + ids.incrementAndGet(),
            underWayMax,
            quota,
            Limits.DEFAULTS));
  }

  private Invocation start(InvocationRequest request) {
    Run run =
        new Run(
            new InvocationInfo(
                Objects.requireNonNull(request.options().id()),
                request.options().namespace(),
                request.target().name(),
                Instant.now(),
                TraceContext.begin()),
            request.target(),
            new CompletableFuture<>());
    runs.add(run);
    return run;
  }

  private Run next() throws InterruptedException {
    return Objects.requireNonNull(runs.poll(30, TimeUnit.SECONDS), "nothing was started");
  }

  private static String accept(DurableInvocations queue) throws Exception {
    return accept(queue, Namespace.DEFAULT);
  }

  private static String accept(DurableInvocations queue, Namespace namespace) throws Exception {
    return accept(queue, namespace, false);
  }

  private static String accept(DurableInvocations queue, Namespace namespace, boolean awaited)
      throws Exception {
    InvocationRequest request =
        new InvocationRequest(
            new InvocationTarget.Named("f"), List.of(), Options.DEFAULT.withNamespace(namespace));
    return get(queue.accept(new DurableInvocations.Submission(request, null, null, awaited))).id();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @Test
  void whatRunsCountsForTheConcurrencyOfItsNamespace() throws Exception {
    Namespace small = new Namespace("small");
    Path tokens = Files.createDirectory(folder.resolve("tokens"));
    Accounts accounts = new Accounts(Tokens.open(tokens), Map.of(small, new Quota(0, 1, 0)));
    Meter meter = Objects.requireNonNull(accounts.meter(small));
    try (InvocationStore store = open();
        DurableInvocations queue = queue(store, 3, accounts)) {
      queue.start(_ -> {});
      assertThat(meter.enter(0, true)).isNull(); // a request is being served
      String first = accept(queue, small);
      String second = accept(queue, small);
      accept(queue);
      Run other = next();
      assertThat(other.info().namespace()).isEqualTo(Namespace.DEFAULT);
      meter.leave(0);
      Run run = next();
      assertThat(run.info().id()).isEqualTo(first);
      assertThat(meter.enter(0, true)).isNotNull();
      assertThat(meter.enter(0, false)).isNull(); // it may look and cancel
      meter.leave(0);
      other.end(SUCCESS);
      run.end(SUCCESS);
      run = next();
      assertThat(run.info().id()).isEqualTo(second);
      run.end(SUCCESS);
      get(queue.result(second));
      until(() -> meter.underWay() == 0);
    }
  }

  @Test
  void whoWaitsForItsEndCountsInstead() throws Exception {
    Namespace small = new Namespace("small");
    Path tokens = Files.createDirectory(folder.resolve("tokens"));
    Accounts accounts = new Accounts(Tokens.open(tokens), Map.of(small, new Quota(0, 1, 0)));
    Meter meter = Objects.requireNonNull(accounts.meter(small));
    try (InvocationStore store = open();
        DurableInvocations queue = queue(store, 3, accounts)) {
      queue.start(_ -> {});
      assertThat(meter.enter(0, true)).isNull();
      String id = accept(queue, small, true);
      Run run = next();
      assertThat(meter.underWay()).isEqualTo(1);
      queue.result(id).cancel(false); // it counts itself now
      assertThat(meter.underWay()).isEqualTo(2);
      CompletableFuture<InvocationResult> result = queue.result(id);
      assertThat(meter.underWay()).isEqualTo(1);
      run.end(SUCCESS);
      assertThat(get(result).status()).isEqualTo(InvocationStatus.SUCCEEDED);
      meter.leave(0);
      until(() -> meter.underWay() == 0);
    }
  }

  private static void until(java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("still not").isNegative();
      Thread.onSpinWait();
    }
  }

  @Test
  void anAttemptThatEndedIsNotItsEnd() throws Exception {
    List<Invocation> attempts = new CopyOnWriteArrayList<>();
    try (Dispatcher dispatcher = new Dispatcher(withoutFunctions());
        InvocationStore store = open();
        DurableInvocations queue =
            new DurableInvocations(
                new DurableInvocations.Settings(
                    store,
                    request -> {
                      attempts.add(dispatcher.invoke(request)); // fails, and is remembered
                      return start(request);
                    },
                    () -> "id" + ids.incrementAndGet(),
                    1,
                    WorkQuota.NONE,
                    Limits.DEFAULTS))) {
      InvocationHistory history = new InvocationHistory(dispatcher, queue, store);
      queue.start(_ -> {});
      String id = accept(queue);
      CompletableFuture<InvocationResult> result = queue.result(id);
      Run first = next();
      get(attempts.getFirst().result());
      assertThat(dispatcher.recent(id)).isPresent();
      assertThat(history.hasEnded(id, Namespace.DEFAULT)).isFalse();
      first.end(failure(ProblemCode.OVERLOADED));
      Run second = next();
      assertThat(history.hasEnded(id, Namespace.DEFAULT)).isFalse();
      second.end(SUCCESS);
      get(result);
      assertThat(history.hasEnded(id, Namespace.DEFAULT)).isTrue();
    }
  }

  private Dispatcher.Settings withoutFunctions() {
    return new Dispatcher.Settings(
        "n1",
        DataFolder.open(folder.resolve("dispatcher")),
        new Backends(List.of(), Map.of()),
        1,
        List.of(),
        Limits.DEFAULTS,
        AnySharding.DEFAULT,
        List.of(),
        () -> {});
  }

  @Test
  void aResultThatCannotBeKeptFreesItsPlace() throws Exception {
    MemorySegment freed;
    try (Arena arena = Arena.ofShared()) {
      freed = arena.allocate(10);
    }
    try (InvocationStore store = open();
        DurableInvocations queue = queue(store, 1)) {
      queue.start(_ -> {});
      CompletableFuture<InvocationResult> first = queue.result(accept(queue));
      CompletableFuture<InvocationResult> second = queue.result(accept(queue));
      next()
          .end(
              new Succeeded(
                  List.of(new OutputSet("s", "s", List.of(new Item("i", Key.ZERO, freed))))));
      next().end(SUCCESS);
      assertThat(get(first).outcome())
          .isInstanceOfSatisfying(
              Failed.class,
              failed -> assertThat(failed.problem().code()).isEqualTo(ProblemCode.INTERNAL));
      assertThat(get(second).status()).isEqualTo(InvocationStatus.SUCCEEDED);
    }
  }

  @Test
  void aDiskThatTakesNoResultsIsTriedWithOneRunAtATime() throws Exception {
    open().close();
    sql("CREATE TRIGGER full BEFORE INSERT ON result BEGIN SELECT RAISE(ABORT, 'full'); END");
    try (InvocationStore store = open();
        DurableInvocations queue = queue(store, 3)) {
      queue.start(_ -> {});
      List<CompletableFuture<InvocationResult>> results = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        results.add(queue.result(accept(queue)));
      }
      for (Run run : List.of(next(), next(), next())) {
        run.end(SUCCESS);
      }
      for (int trial = 1; trial <= 3; trial++) {
        Run alone = next();
        assertThat(queue.storageFaults()).as("faults").isGreaterThanOrEqualTo(trial);
        assertThat(runs).as("beside trial %d", trial).isEmpty();
        alone.end(SUCCESS);
      }
      assertThat(results).noneMatch(CompletableFuture::isDone);
      assertThat(queue.unfinished()).isEqualTo(3);

      sql("DROP TRIGGER full");
      while (queue.unfinished() > 0) {
        Run run = runs.poll(10, TimeUnit.MILLISECONDS);
        if (run != null) {
          run.end(SUCCESS);
        }
      }
      for (CompletableFuture<InvocationResult> each : results) {
        assertThat(get(each).status()).isEqualTo(InvocationStatus.SUCCEEDED);
      }
      assertThat(queue.storageFaults()).isZero();
    }
  }

  private void sql(String statement) throws Exception {
    String url = "jdbc:sqlite:" + folder.resolve("invocations.db");
    try (Connection connection = DriverManager.getConnection(url);
        Statement change = connection.createStatement()) {
      change.execute(statement);
    }
  }

  @Test
  void stoppingInGoodOrderIsNoCrash() throws Exception {
    String id;
    try (InvocationStore store = open();
        DurableInvocations queue = queue(store, 1)) {
      queue.stop(); // only accepted here
      id = accept(queue);
    }
    for (int stop = 0; stop < 7; stop++) {
      try (InvocationStore store = open();
          DurableInvocations queue = queue(store, 1)) {
        queue.start(_ -> {});
        Run run = next();
        queue.stop();
        run.end(failure(ProblemCode.SHUTTING_DOWN));
        queue.drain(TimeUnit.SECONDS.toNanos(30));
      }
    }
    try (InvocationStore store = open();
        DurableInvocations queue = queue(store, 1)) {
      queue.start(_ -> {});
      CompletableFuture<InvocationResult> result = queue.result(id);
      next().end(SUCCESS);
      assertThat(get(result).status()).isEqualTo(InvocationStatus.SUCCEEDED);
    }
  }

  @Test
  void aNodeThatDiesEachTimeGivesUp() throws Exception {
    String id;
    try (InvocationStore store = open();
        DurableInvocations queue = queue(store, 1)) {
      queue.stop(); // only accepted here
      id = accept(queue);
    }
    for (int crash = 0; crash < 5; crash++) {
      try (InvocationStore store = open();
          DurableInvocations queue = queue(store, 1)) {
        queue.start(_ -> {});
        var _ = next(); // and nobody is left to end it
      }
    }
    try (InvocationStore store = open();
        DurableInvocations queue = queue(store, 1)) {
      CompletableFuture<InvocationResult> result = queue.result(id);
      queue.start(_ -> {});
      assertThat(get(result).status()).isEqualTo(InvocationStatus.FAILED);
      assertThat(runs).isEmpty();
    }
  }

  @Test
  void whoeverIsToldOfAnEndFindsIt() throws Exception {
    try (InvocationStore store = open();
        DurableInvocations queue = queue(store, 1)) {
      queue.start(_ -> {});
      String id = accept(queue);
      AtomicBoolean stillLive = new AtomicBoolean();
      CompletableFuture<Void> told =
          queue
              .live(id)
              .orElseThrow()
              .done()
              .thenAccept(_ -> stillLive.set(queue.live(id).isPresent()));
      next().end(SUCCESS);
      get(told);
      assertThat(stillLive).isFalse();
    }
  }

  @Test
  void whoeverStopsWaitingLeavesNothing() throws Exception {
    try (InvocationStore store = open();
        DurableInvocations queue = queue(store, 1)) {
      queue.start(_ -> {});
      String id = accept(queue);
      DurableJob job = queue.live(id).orElseThrow();
      CompletableFuture<InvocationResult> patient = queue.result(id);
      for (int i = 0; i < 100; i++) {
        assertThat(queue.result(id).cancel(false)).isTrue();
      }
      assertThat(job.waiters()).isEqualTo(1);
      next().end(SUCCESS);
      assertThat(get(patient).status()).isEqualTo(InvocationStatus.SUCCEEDED);
      assertThat(job.waiters()).isZero();
    }
  }

  @Test
  void aWishToCancelDoesNotHideWhatHappened() throws Exception {
    try (InvocationStore store = open();
        DurableInvocations queue = queue(store, 2)) {
      queue.start(_ -> {});
      String id = accept(queue);
      Run run = next();
      CompletionStage<InvocationResult> ended = queue.cancel(id, Namespace.DEFAULT).orElseThrow();
      run.end(failure(ProblemCode.GUEST_FAULT));
      assertThat(get(ended).status()).isEqualTo(InvocationStatus.FAILED);

      String refused = accept(queue);
      Run waiting = next();
      ended = queue.cancel(refused, Namespace.DEFAULT).orElseThrow();
      waiting.end(failure(ProblemCode.OVERLOADED));
      assertThat(get(ended).status()).isEqualTo(InvocationStatus.CANCELLED);
    }
  }
}
