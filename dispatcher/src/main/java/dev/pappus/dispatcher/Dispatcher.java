package dev.pappus.dispatcher;

import dev.pappus.communication.CommunicationFunction;
import dev.pappus.dispatcher.InvocationResult.Failed;
import dev.pappus.dispatcher.InvocationResult.Succeeded;
import dev.pappus.dispatcher.RegistrySnapshot.CommunicationEntry;
import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.engine.CommunicationPool;
import dev.pappus.dispatcher.engine.EnginePool;
import dev.pappus.dispatcher.engine.FairShare;
import dev.pappus.dispatcher.engine.Timeouts;
import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.language.AnySharding;
import dev.pappus.language.PartitionSettings;
import dev.pappus.model.DataSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Signature;
import dev.pappus.model.Suggestion;
import dev.pappus.sandbox.Backends;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns invocations into ready tasks and their results into sets; owns the engines, but no guest
 * memory. Any thread may use it; the opener closes it, and the backends with it.
 */
public final class Dispatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private final Settings settings;
  private final Node node;
  private final Registry registry;
  private final Timeouts timeouts;
  private final InvocationIds ids = new InvocationIds();
  private final RecentInvocations recent = new RecentInvocations();
  private final Map<String, InvocationRun> running = new ConcurrentHashMap<>();
  private final AtomicInteger runningCount = new AtomicInteger();
  private final FairShare shares;
  private final AtomicLong internalErrors = new AtomicLong();
  private final LongAdder received = new LongAdder();
  private final LongAdder succeeded = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder overloaded = new LongAdder();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final RunListener listener =
      new RunListener() {
        @Override
        public void ended(InvocationRun run, InvocationResult result) {
          Dispatcher.this.ended(run, result);
        }

        @Override
        public void instanceEnded(InvocationRun run, int place, InstanceReport report) {
          tell(observer -> observer.instanceEnded(run.info(), place, report));
        }
      };

  /**
   * What a dispatcher is made of.
   *
   * @param nodeName shown in problems
   * @param dataFolder holds registry and binaries; made if absent
   * @param backends what compute functions run in; those that none of them runs fail with
   *     SANDBOX_UNAVAILABLE
   * @param engines compute engines to start; at least 1
   * @param communication functions of the platform
   * @param limits the node's limits
   * @param anySharding how {@code anyEach} and {@code anyKeyed} sets are cut
   * @param observers told of every invocation
   * @param onEngineThread done first on each thread that untrusted code is to run on
   */
  public record Settings(
      String nodeName,
      Path dataFolder,
      Backends backends,
      int engines,
      List<CommunicationFunction> communication,
      Limits limits,
      AnySharding anySharding,
      List<InvocationObserver> observers,
      Runnable onEngineThread) {
    public Settings {
      communication = List.copyOf(communication);
      observers = List.copyOf(observers);
      if (engines < 1) {
        throw new IllegalArgumentException("a node needs at least one engine, not " + engines);
      }
    }

    /** With the default cut of any-sets, observed by nobody, on threads as they are. */
    public Settings(
        String nodeName,
        Path dataFolder,
        Backends backends,
        int engines,
        List<CommunicationFunction> communication,
        Limits limits) {
      this(
          nodeName,
          dataFolder,
          backends,
          engines,
          communication,
          limits,
          AnySharding.DEFAULT,
          List.of(),
          () -> {});
    }
  }

  /**
   * Opens the data folder and starts the engines.
   *
   * @throws ProblemException with STORAGE_FAILED; the backends stay open then
   */
  public Dispatcher(Settings settings) {
    this(settings, ResultBudget.ofHeap());
  }

  /** With a budget of the caller's for results. */
  Dispatcher(Settings settings, ResultBudget results) {
    this.settings = settings;
    Limits limits = settings.limits();
    shares = new FairShare(limits.count(Limit.INVOCATIONS_MAX));
    DataFolder folder = DataFolder.open(settings.dataFolder());
    timeouts = new Timeouts();
    int waitingMax = limits.count(Limit.COMPUTE_QUEUE);
    Backends backends = settings.backends();
    EnginePool engines =
        new EnginePool(
            backends, settings.engines(), waitingMax, timeouts, settings.onEngineThread());
    CodeCache code =
        new CodeCache(backends, folder.blobs(), folder.templates(), limits, engines::forget);
    Node.Compute compute = new Node.Compute(engines, code, new CopiedBytes());
    node =
        new Node(
            settings.nodeName(),
            limits,
            new PartitionSettings(settings.anySharding(), settings.engines(), 0),
            compute,
            new CommunicationPool(limits.count(Limit.IO_CONCURRENCY), waitingMax),
            results,
            timeouts,
            internalErrors);
    registry = openRegistry(folder, compute);
  }

  private Registry openRegistry(DataFolder folder, Node.Compute compute) {
    boolean opened = false;
    try {
      Registry open =
          new Registry(
              folder,
              settings.backends(),
              compute.code(),
              settings.limits(),
              settings.communication().stream().map(Dispatcher::entryOf).toList());
      opened = true;
      return open;
    } finally {
      if (!opened) {
        compute.engines().close();
        timeouts.close();
        folder.close();
      }
    }
  }

  private static CommunicationEntry entryOf(CommunicationFunction function) {
    return new CommunicationEntry(
        new Registered.Communication(function.name(), function.signature()), function);
  }

  /** What any-sets are cut for on this node. */
  public PartitionSettings partition() {
    return node.partition();
  }

  /**
   * Has short functions that the calling thread invokes run on it, while nothing waits for an
   * engine. The thread must go on until this is closed.
   *
   * @param later does things on the calling thread, after what it is doing now
   */
  public void borrowThread(Executor later) {
    node.compute().engines().borrowThread(later);
  }

  /** What is registered. */
  public Registry registry() {
    return registry;
  }

  /** A new identifier for an invocation that is to be named before it starts. */
  public String newId() {
    return ids.next();
  }

  /**
   * Starts an invocation; returns at once. A problem, that of being overloaded included, is its
   * result.
   */
  public Invocation invoke(InvocationRequest request) {
    RegistrySnapshot snapshot = registry.snapshot(namespaceOfNames(request));
    String id = request.options().id();
    InvocationRun run =
        new InvocationRun(id == null ? newId() : id, node, snapshot, request, listener);
    received.increment();
    // Counted before the look at the flag: close() either sees this run or is seen by it.
    running.put(run.id(), run);
    int before = runningCount.getAndIncrement();
    boolean fits = shares.tryTake(request.options().namespace());
    if (!fits) { // on the books until it has ended, as everything that ends is
      shares.take(request.options().namespace());
    }
    tell(observer -> observer.started(run.info()));
    run.start(() -> admit(request, snapshot, before, fits), request.inputs());
    return run;
  }

  /** Where what {@code request} names is registered; its share is that of its own namespace. */
  private static Namespace namespaceOfNames(InvocationRequest request) {
    return switch (request.target()) {
      case InvocationTarget.OfPlatform _ -> Namespace.PLATFORM;
      case InvocationTarget.Named _, InvocationTarget.OneShot _ -> request.options().namespace();
    };
  }

  /**
   * Why an invocation of {@code namespace} would be refused for lack of room now, or null. Costs
   * little, so that whoever has not read all of a request yet can do without the rest.
   */
  public @Nullable Problem fullness(Namespace namespace) {
    if (closing.get()) {
      return shuttingDown();
    }
    if (!shares.hasRoom(namespace)) {
      return full(namespace, runningCount.get() + 1L);
    }
    return tooLongWait(namespace, Long.MAX_VALUE);
  }

  private Problem full(Namespace namespace, long underWay) {
    return settings
        .limits()
        .exceeded(
            ProblemCode.OVERLOADED,
            Limit.INVOCATIONS_MAX,
            underWay > settings.limits().get(Limit.INVOCATIONS_MAX)
                ? "invocations under way"
                : "invocations under way, of which namespace '" + namespace + "' has its share,",
            underWay)
        .withHint("try again a little later");
  }

  /** The problem that work of {@code namespace} would wait too long for an engine, or null. */
  private @Nullable Problem tooLongWait(Namespace namespace, long patienceNanos) {
    long most = Math.min(settings.limits().get(Limit.QUEUE_WAIT), patienceNanos);
    if (node.compute().engines().expectedWaitNanos(namespace) <= most) {
      return null;
    }
    return Problem.of(
            ProblemCode.OVERLOADED,
            "work of namespace '%s' would wait longer than %s for an engine (limits.%s)",
            namespace,
            Limit.QUEUE_WAIT.format(most),
            Limit.QUEUE_WAIT.key())
        .withHint("try again a little later, or with less work at once");
  }

  /** What {@code request} asks for, while {@code before} others are under way. */
  private Entry admit(
      InvocationRequest request, RegistrySnapshot snapshot, int before, boolean fits) {
    if (closing.get()) {
      throw new ProblemException(shuttingDown());
    }
    if (!fits) {
      throw new ProblemException(full(request.options().namespace(), before + 1L));
    }
    Problem wait = tooLongWait(request.options().namespace(), request.options().timeoutNanos());
    if (wait != null) {
      throw new ProblemException(wait);
    }
    Entry target = resolve(request.target(), snapshot);
    checkInputs(target, request.inputs());
    return target;
  }

  private static Entry resolve(InvocationTarget target, RegistrySnapshot snapshot) {
    return switch (target) {
      case InvocationTarget.OneShot oneShot -> RegistryRestorer.entryOf(oneShot.composition());
      case InvocationTarget.Named _, InvocationTarget.OfPlatform _ -> {
        Entry entry = snapshot.find(target.name());
        if (entry == null) {
          String shown = Names.printable(target.name());
          throw new ProblemException(
              Problem.of(
                      ProblemCode.UNKNOWN_INVOCABLE,
                      "no function or composition '%s' is registered%s",
                      shown,
                      Suggestion.didYouMean(shown, snapshot.names()))
                  .withHint("'pappus ls' lists what is registered")
                  .withFunction(shown));
        }
        yield entry;
      }
    };
  }

  private void checkInputs(Entry target, List<DataSet> inputs) {
    Signature signature = target.registered().signature();
    if (inputs.size() > signature.inputs().size()) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.UNKNOWN_SET,
                  "'%s' has %d input sets, the request %d",
                  target.name(),
                  signature.inputs().size(),
                  inputs.size())
              .withHint("its input sets are: " + String.join(", ", signature.inputs()))
              .withFunction(target.name()));
    }
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).items().size() > settings.limits().get(Limit.SET_ITEMS)) {
        throw new ProblemException(
            settings
                .limits()
                .exceeded(
                    ProblemCode.TOO_MANY_ITEMS,
                    Limit.SET_ITEMS,
                    "input set '" + signature.inputs().get(i) + "'",
                    inputs.get(i).items().size())
                .withFunction(target.name()));
      }
    }
  }

  private void ended(InvocationRun run, InvocationResult result) {
    running.remove(run.id(), run);
    runningCount.getAndDecrement();
    shares.give(run.info().namespace());
    switch (result.outcome()) {
      case Succeeded _ -> succeeded.increment();
      case Failed failure -> {
        failed.increment();
        if (failure.problem().code() == ProblemCode.OVERLOADED) {
          overloaded.increment();
        } else if (failure.problem().code() == ProblemCode.CANCELLED) {
          cancelled.increment();
        }
      }
    }
    recent.add(result);
    tell(observer -> observer.ended(run.target(), result));
  }

  private void tell(Consumer<InvocationObserver> event) {
    for (InvocationObserver observer : settings.observers()) {
      try {
        event.accept(observer);
      } catch (RuntimeException e) {
        internalErrors.getAndIncrement();
        LOG.error("an observer of invocations failed", e);
      }
    }
  }

  /**
   * The result of one of the last thousand invocations that ended, without the items of its outputs
   * and with at most 64 instance reports.
   */
  public Optional<InvocationResult> recent(String id) {
    return recent.find(id);
  }

  /** The results that {@link #recent(String)} finds, in the order in which they ended. */
  public List<InvocationResult> recent() {
    return recent.all();
  }

  /** An invocation under way. */
  public Optional<Invocation> running(String id) {
    return Optional.ofNullable(running.get(id));
  }

  /** The invocations under way. */
  public List<Invocation> running() {
    return List.copyOf(running.values());
  }

  /** The counters now; each is exact, but they are not read at one instant. */
  public DispatcherStats stats() {
    EnginePool engines = node.compute().engines();
    CodeCache code = node.compute().code();
    return new DispatcherStats(
        received.sum(),
        succeeded.sum(),
        failed.sum(),
        cancelled.sum(),
        overloaded.sum(),
        runningCount.get(),
        engines.waiting(),
        engines.busy(),
        engines.spares(),
        node.communication().waiting(),
        node.communication().running(),
        code.loaded(),
        code.residentBytes(),
        node.results().heldBytes(),
        node.compute().copied().in().sum(),
        node.compute().copied().out().sum(),
        internalErrors.get() + engines.internalErrors());
  }

  private static Problem shuttingDown() {
    return Problem.of(ProblemCode.SHUTTING_DOWN, "the node is stopping")
        .withHint("send the request to another node, or again once it is back");
  }

  /**
   * Refuses new invocations, lets running ones finish for limits.shutdown_grace, then fails them.
   * Guests that still run then are waited for until their deadline.
   */
  @Override
  public void close() {
    if (closing.getAndSet(true)) {
      return;
    }
    awaitRunning(settings.limits().get(Limit.SHUTDOWN_GRACE));
    running.values().forEach(run -> run.fail(shuttingDown()));
    long patienceNanos = settings.limits().get(Limit.FUNCTION_RUN) + 1_000_000_000L;
    if (node.compute().engines().close(patienceNanos)) {
      settings.backends().close();
    } else {
      LOG.error("an engine does not end; its sandboxes stay open until the process ends");
    }
    timeouts.close();
    registry.close();
  }

  private void awaitRunning(long graceNanos) {
    CompletableFuture<?>[] results =
        running.values().stream()
            .map(run -> run.result().toCompletableFuture())
            .toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(results).get(graceNanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      LOG.warn("{} invocations still run after the grace time and fail", runningCount.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("results never complete exceptionally", e);
    }
  }
}
