package dev.pappus.server;

import dev.pappus.communication.EgressPolicy;
import dev.pappus.communication.HttpFunction;
import dev.pappus.dispatcher.Dispatcher;
import dev.pappus.dispatcher.InvocationObserver;
import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.language.AnySharding;
import dev.pappus.model.Limits;
import dev.pappus.sandbox.Backends;
import dev.pappus.server.access.Accounts;
import dev.pappus.server.access.Tokens;
import dev.pappus.server.api.Problems;
import dev.pappus.server.api.Surfaces;
import dev.pappus.server.async.LogHub;
import dev.pappus.server.http.BodyBudget;
import dev.pappus.server.telemetry.Telemetry;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: dispatcher, sandboxes, communication functions and both ports. Several may run in
 * one JVM. Any thread may use it; whoever started it closes it.
 */
public final class PappusNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PappusNode.class);

  private final Configuration configuration;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final LogHub logs;
  private @Nullable Surfaces served;
  private @Nullable Addresses addresses;
  private @Nullable Backends backends;
  private @Nullable Dispatcher dispatcher;
  private @Nullable DurableParts durable;
  private @Nullable NodePorts ports;
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
    NodeProcessors processors = NodeProcessors.keeping(configuration.ioCores());
    // Sandboxes try whether they hold, and the rest reads files: two things that need not wait for
    // each other.
    Opening<Backends> sandboxes =
        opened(
            Opening.of(
                "sandboxes", () -> Sandboxes.open(configuration, processors), Backends::close));
    HttpFunction http = opened(new HttpFunction(egressPolicy(), limits));
    Telemetry telemetry =
        opened(new Telemetry(configuration.nodeName(), configuration.telemetry()));
    Problems problems = new Problems(configuration.nodeName());
    Accounts accounts =
        new Accounts(Tokens.open(configuration.dataFolder()), configuration.access().namespaces());
    BodyBudget budget = NodePorts.budget(limits);
    ports = opened(new NodePorts(configuration, problems, accounts, budget));
    dispatcher = openDispatcher(sandboxes, http, telemetry, processors);
    telemetry.show(dispatcher);
    telemetry.show(sandboxes());
    durable = DurableParts.open(dispatcher, http, problems, accounts, configuration);
    telemetry.show(durable.invocations());
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
    addresses = ports.open(surfaces, dispatcher::borrowThread);
    durable.start(logs);
    ready = true;
  }

  /** A dispatcher, which closes folder and backends; if there is none after all, they end here. */
  private Dispatcher openDispatcher(
      Opening<Backends> sandboxes,
      HttpFunction http,
      Telemetry telemetry,
      NodeProcessors processors) {
    List<InvocationObserver> observers = new ArrayList<>(telemetry.observers());
    observers.add(logs);
    DataFolder folder = DataFolder.open(configuration.dataFolder());
    try {
      Backends opened = sandboxes.take();
      backends = opened;
      return new Dispatcher(
          new Dispatcher.Settings(
              configuration.nodeName(),
              folder,
              opened,
              configuration.engines(),
              List.of(processors.trusted(http)),
              configuration.limits(),
              AnySharding.DEFAULT,
              observers,
              processors::enterUntrusted));
    } catch (RuntimeException | Error e) {
      closeAfter(e, folder);
      if (backends != null) {
        closeAfter(e, backends);
      }
      throw e;
    }
  }

  private static void closeAfter(Throwable failure, AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
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

  /** What its ports serve. */
  Surfaces surfaces() {
    return Objects.requireNonNull(served);
  }

  /** Where the node listens. */
  public Addresses addresses() {
    return Objects.requireNonNull(addresses);
  }

  /**
   * In a few lines: which sandbox native programs get and why, and which others there are, which
   * may have to be found out first.
   */
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
    if (ports != null) {
      ports.stopAccepting();
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
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        LOG.warn("stopping a part of the node failed", e);
      }
    }
  }
}
