package dev.pappus.server;

import dev.pappus.communication.CommunicationFunction;
import dev.pappus.communication.EgressPolicy;
import dev.pappus.communication.HttpFunction;
import dev.pappus.dispatcher.Dispatcher;
import dev.pappus.dispatcher.InvocationObserver;
import dev.pappus.language.AnySharding;
import dev.pappus.model.DataSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Signature;
import dev.pappus.sandbox.Backends;
import dev.pappus.sandbox.ProcessorSplit;
import dev.pappus.server.access.AccessSettings;
import dev.pappus.server.access.Accounts;
import dev.pappus.server.access.Tokens;
import dev.pappus.server.api.AccessPolicy;
import dev.pappus.server.api.Problems;
import dev.pappus.server.api.Surfaces;
import dev.pappus.server.async.LogHub;
import dev.pappus.server.http.BodyBudget;
import dev.pappus.server.http.EventLoops;
import dev.pappus.server.http.Listener;
import dev.pappus.server.http.TlsFiles;
import dev.pappus.server.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: dispatcher, sandboxes, communication functions and both ports. Several may run in
 * one JVM. Any thread may use it; whoever started it closes it.
 */
public final class PappusNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PappusNode.class);
  private static final int EVENT_LOOPS_MAX = 2;
  private static final long ANSWERS_GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Configuration configuration;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final LogHub logs;
  private @Nullable Surfaces served;
  private @Nullable Addresses addresses;
  private @Nullable Backends backends;
  private @Nullable TlsFiles tls;
  private @Nullable Dispatcher dispatcher;
  private @Nullable DurableParts durable;
  private @Nullable Listener invocationListener;
  private @Nullable Listener administrationListener;
  private volatile boolean ready;

  /**
   * Where a node listens.
   *
   * @param invocation base URL for invocations, {@code http://HOST:PORT}, or {@code https}
   * @param administration base URL for administration
   */
  public record Addresses(String invocation, String administration) {}

  private PappusNode(Configuration configuration) {
    this.configuration = configuration;
    this.logs = new LogHub(configuration.limits());
  }

  /**
   * Starts a node; it takes work when this returns.
   *
   * @throws ConfigurationException if a value cannot be used
   * @throws IOException if an address cannot be had
   * @throws dev.pappus.model.ProblemException STORAGE_FAILED if the data folder cannot be used
   */
  public static PappusNode start(Configuration configuration) throws IOException {
    PappusNode node = new PappusNode(configuration);
    try {
      node.open();
      return node;
    } catch (IOException | RuntimeException | Error e) {
      node.close();
      throw e;
    }
  }

  private void open() throws IOException {
    Limits limits = configuration.limits();
    HttpFunction http = opened(new HttpFunction(egressPolicy(), limits));
    ProcessorSplit split = splitProcessors();
    backends = openSandboxes(split);
    Telemetry telemetry =
        opened(new Telemetry(configuration.nodeName(), configuration.telemetry()));
    dispatcher = openDispatcher(backends, http, telemetry, split);
    telemetry.show(dispatcher);
    telemetry.show(backends);
    Problems problems = new Problems(configuration.nodeName());
    Accounts accounts =
        new Accounts(Tokens.open(configuration.dataFolder()), configuration.access().namespaces());
    durable = DurableParts.open(dispatcher, http, problems, accounts, configuration);
    telemetry.show(durable.invocations());
    BodyBudget budget = new BodyBudget(bodyBudgetBytes(limits));
    Surfaces surfaces =
        new Surfaces(
            dispatcher.registry(),
            dispatcher::invoke,
            dispatcher::fullness,
            durable.invocations(),
            http::checkDestination,
            durable.history(),
            logs,
            () -> ready,
            telemetry.endpoint(),
            front ->
                telemetry.answered(front.acceptNanos(), front.decodeNanos(), front.encodeNanos()),
            problems,
            configuration.localPathFolder(),
            configuration.compilers(),
            budget,
            limits,
            dispatcher.partition());
    served = surfaces;
    listen(surfaces, problems, budget, accounts);
    durable.start(logs);
    ready = true;
  }

  /**
   * Keeps the processors that the configuration wants for the node itself; null if it shares all.
   */
  private @Nullable ProcessorSplit splitProcessors() {
    if (configuration.ioCores() == 0) {
      return null;
    }
    try {
      ProcessorSplit split = new ProcessorSplit(configuration.ioCores());
      split.confineProcess();
      return split;
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("io_cores " + e.getMessage(), e);
    }
  }

  /** Backends look at where they may run when they are opened. */
  private Backends openSandboxes(@Nullable ProcessorSplit split) {
    if (split == null) {
      return Sandboxes.open(configuration);
    }
    split.enterUntrusted();
    try {
      return Sandboxes.open(configuration);
    } finally {
      split.enterTrusted();
    }
  }

  /** A communication function that does not run where untrusted code does. */
  private record OnTrustedProcessors(CommunicationFunction function, ProcessorSplit split)
      implements CommunicationFunction {
    @Override
    public String name() {
      return function.name();
    }

    @Override
    public Signature signature() {
      return function.signature();
    }

    @Override
    public List<DataSet> invoke(List<DataSet> inputs, long deadlineNanos)
        throws InterruptedException {
      split.enterTrusted();
      return function.invoke(inputs, deadlineNanos);
    }
  }

  /** A dispatcher, which closes its backends; if there is none after all, they end here. */
  private Dispatcher openDispatcher(
      Backends sandboxes, HttpFunction http, Telemetry telemetry, @Nullable ProcessorSplit split) {
    List<InvocationObserver> observers = new ArrayList<>(telemetry.observers());
    observers.add(logs);
    try {
      return new Dispatcher(
          new Dispatcher.Settings(
              configuration.nodeName(),
              configuration.dataFolder(),
              sandboxes,
              configuration.engines(),
              List.of(split == null ? http : new OnTrustedProcessors(http, split)),
              configuration.limits(),
              AnySharding.DEFAULT,
              observers,
              split == null ? () -> {} : split::enterUntrusted));
    } catch (RuntimeException | Error e) {
      sandboxes.close();
      throw e;
    }
  }

  private void listen(Surfaces surfaces, Problems problems, BodyBudget budget, Accounts accounts)
      throws IOException {
    Limits limits = configuration.limits();
    tls = openTls();
    int cores = Runtime.getRuntime().availableProcessors();
    int own = configuration.ioCores() == 0 ? cores : configuration.ioCores();
    EventLoops loops = opened(new EventLoops(Math.min(EVENT_LOOPS_MAX, own)));
    if (configuration.ioCores() == 0) {
      loops.onEach(Objects.requireNonNull(dispatcher)::borrowThread);
    }
    InetSocketAddress invocation = resolve(configuration.host(), configuration.port());
    InetSocketAddress administration =
        resolve(configuration.adminHost(), configuration.adminPort());
    invocationListener =
        new Listener(
            new Listener.Settings(
                loops,
                limits,
                budget,
                surfaces.invocation(access(configuration.host(), invocation, accounts)),
                problems::response,
                tlsFor(invocation)));
    administrationListener =
        new Listener(
            new Listener.Settings(
                loops,
                limits,
                budget,
                surfaces.administration(
                    access(configuration.adminHost(), administration, accounts)),
                problems::response,
                tlsFor(administration)));
    addresses =
        new Addresses(
            url(configuration.host(), invocationListener.open(invocation), tlsFor(invocation)),
            url(
                configuration.adminHost(),
                administrationListener.open(administration),
                tlsFor(administration)));
    warnOfCleartext(invocation);
    warnOfCleartext(administration);
  }

  private <T extends AutoCloseable> T opened(T resource) {
    opened.push(resource);
    return resource;
  }

  private EgressPolicy egressPolicy() {
    try {
      return EgressPolicy.parse(configuration.egressAllow(), configuration.egressPublic());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(String.valueOf(e.getMessage()), e);
    }
  }

  private AccessPolicy access(String host, InetSocketAddress address, Accounts accounts) {
    return new AccessPolicy(
        host, Objects.requireNonNull(address.getAddress()), configuration.access(), accounts);
  }

  private @Nullable TlsFiles openTls() {
    AccessSettings.Tls files = configuration.access().tls();
    if (files == null) {
      return null;
    }
    try {
      return opened(new TlsFiles(files.certificate(), files.key()));
    } catch (IOException e) {
      throw new ConfigurationException("[tls] " + e.getMessage(), e);
    }
  }

  /** How the port at {@code address} is secured; null is not at all. */
  private @Nullable TlsFiles tlsFor(InetSocketAddress address) {
    AccessSettings.Tls files = configuration.access().tls();
    boolean loopback = Objects.requireNonNull(address.getAddress()).isLoopbackAddress();
    return files != null && (files.loopback() || !loopback) ? tls : null;
  }

  private void warnOfCleartext(InetSocketAddress address) {
    InetAddress host = Objects.requireNonNull(address.getAddress());
    if (tlsFor(address) == null && !host.isLoopbackAddress()) {
      LOG.warn(
          "the port on {} speaks no TLS: whoever can read the network reads tokens, inputs and"
              + " results; set [tls] certificate and key, or put a proxy that does in front",
          host.getHostAddress());
    }
  }

  private static InetSocketAddress resolve(String host, int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IOException("'" + host + "' is no address of this machine");
    }
    return address;
  }

  private static String url(String host, InetSocketAddress bound, @Nullable TlsFiles addressTls) {
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return (addressTls == null ? "http://" : "https://") + shown + ":" + bound.getPort();
  }

  /** A quarter of the heap, but at least one body of every permitted kind. */
  private static long bodyBudgetBytes(Limits limits) {
    return Math.max(
        Runtime.getRuntime().maxMemory() / 4,
        Math.max(limits.get(Limit.REQUEST_BODY), limits.get(Limit.BINARY_BYTES)));
  }

  /** What its ports serve. */
  Surfaces surfaces() {
    return Objects.requireNonNull(served);
  }

  /** Where the node listens. */
  public Addresses addresses() {
    return Objects.requireNonNull(addresses);
  }

  /** In a few lines: which sandbox native programs get and why, and which others there are. */
  public List<String> describeSandboxes() {
    return Sandboxes.describe(configuration.sandbox(), sandboxes());
  }

  /** The sandboxes that the node offers. */
  public Backends sandboxes() {
    return Objects.requireNonNull(backends);
  }

  /**
   * Stops: accepts nothing new, lets running invocations finish for limits.shutdown_grace, fails
   * the rest, sends the answers, and frees everything. No effect the second time.
   */
  @Override
  public synchronized void close() {
    ready = false;
    if (invocationListener != null) {
      invocationListener.stopAccepting();
    }
    if (administrationListener != null) {
      administrationListener.stopAccepting();
    }
    if (durable != null) {
      durable.stop();
    }
    if (dispatcher != null) {
      dispatcher.close();
      dispatcher = null;
    }
    logs.close();
    if (durable != null) {
      durable.close();
      durable = null;
    }
    if (invocationListener != null) {
      invocationListener.close(ANSWERS_GRACE_NANOS);
      invocationListener = null;
    }
    if (administrationListener != null) {
      administrationListener.close(ANSWERS_GRACE_NANOS);
      administrationListener = null;
    }
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        LOG.warn("stopping a part of the node failed", e);
      }
    }
  }
}
