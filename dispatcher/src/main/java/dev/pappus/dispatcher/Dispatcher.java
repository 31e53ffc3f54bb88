package dev.pappus.dispatcher;

import dev.pappus.communication.CommunicationFunction;
import dev.pappus.dispatcher.RegistrySnapshot.CommunicationEntry;
import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.engine.CommunicationPool;
import dev.pappus.dispatcher.engine.EnginePool;
import dev.pappus.dispatcher.engine.Timeouts;
import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.language.AnySharding;
import dev.pappus.language.PartitionSettings;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Backends;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
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
  private final RunningInvocations running;
  private final Admission admission;
  private final InvocationBooks books;
  private final AtomicLong internalErrors = new AtomicLong();

  /**
   * What a dispatcher is made of.
   *
   * @param nodeName shown in problems
   * @param folder holds registry and binaries
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
      DataFolder folder,
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
        DataFolder folder,
        Backends backends,
        int engines,
        List<CommunicationFunction> communication,
        Limits limits) {
      this(
          nodeName,
          folder,
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
   * Reads what is registered and starts the engines. Closing it closes folder and backends, too.
   *
   * @throws ProblemException with STORAGE_FAILED; folder and backends stay open then
   */
  public Dispatcher(Settings settings) {
    this(settings, ResultBudget.ofHeap());
  }

  /** With a budget of the caller's for results. */
  Dispatcher(Settings settings, ResultBudget results) {
    this.settings = settings;
    Limits limits = settings.limits();
    DataFolder folder = settings.folder();
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
    running = new RunningInvocations(limits);
    admission = new Admission(limits, running, engines);
    books = new InvocationBooks(running, settings.observers(), internalErrors);
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
   * Has short functions that the calling thread invokes run on it, if nothing waits for an engine
   * by then. The thread must go on until this is closed.
   *
   * @param host does things on the calling thread: at once after what it is doing now, and
   *     scheduled ones after it has also looked after whatever else it serves
   */
  public void borrowThread(ScheduledExecutorService host) {
    node.compute().engines().borrowThread(host);
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
        new InvocationRun(id == null ? newId() : id, node, snapshot, request, books);
    books.received();
    // Counted before admission looks whether it is closed: close() sees this run or is seen by it.
    Problem noPlace = running.add(run);
    books.started(run);
    run.start(() -> admission.admit(request, snapshot, noPlace), request.inputs());
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
    return admission.fullness(namespace);
  }

  /**
   * The result of one of the last thousand invocations that ended, without the items of its outputs
   * and with at most 64 instance reports.
   */
  public Optional<InvocationResult> recent(String id) {
    return books.recent(id);
  }

  /** The results that {@link #recent(String)} finds, in the order in which they ended. */
  public List<InvocationResult> recent() {
    return books.recent();
  }

  /** An invocation under way. */
  public Optional<Invocation> running(String id) {
    return running.find(id);
  }

  /** The invocations under way. */
  public List<Invocation> running() {
    return running.all();
  }

  /** The counters now; each is exact, but they are not read at one instant. */
  public DispatcherStats stats() {
    EnginePool engines = node.compute().engines();
    CodeCache code = node.compute().code();
    InvocationBooks.Counts counts = books.counts();
    return new DispatcherStats(
        counts.received(),
        counts.succeeded(),
        counts.failed(),
        counts.cancelled(),
        counts.overloaded(),
        running.count(),
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

  /**
   * Refuses new invocations, lets running ones finish for limits.shutdown_grace, then fails them.
   * Guests that still run then are waited for until their deadline.
   */
  @Override
  public void close() {
    if (!admission.close()) {
      return;
    }
    awaitRunning(settings.limits().get(Limit.SHUTDOWN_GRACE));
    running.failAll(Admission.shuttingDown());
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
    try {
      running.ended().get(graceNanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      LOG.warn("{} invocations still run after the grace time and fail", running.count());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("results never complete exceptionally", e);
    }
  }
}
