package dev.pappus.server;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.server.access.AccessSettings;
import dev.pappus.server.access.Accounts;
import dev.pappus.server.api.AccessPolicy;
import dev.pappus.server.api.Problems;
import dev.pappus.server.api.Surfaces;
import dev.pappus.server.http.BodyBudget;
import dev.pappus.server.http.EventLoops;
import dev.pappus.server.http.Listener;
import dev.pappus.server.http.Routes;
import dev.pappus.server.http.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two ports of a node, with their threads and the certificate that they show. The node opens it
 * on one thread and closes it, also where opening has failed.
 */
final class NodePorts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodePorts.class);
  private static final int EVENT_LOOPS_MAX = 2;
  private static final long ANSWERS_GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Configuration configuration;
  private final Problems problems;
  private final Accounts accounts;
  private final BodyBudget budget;
  private @Nullable TlsFiles tls;
  private final EventLoops loops;
  private @Nullable Listener invocationListener;
  private @Nullable Listener administrationListener;

  /**
   * Ports that do not listen yet.
   *
   * @param accounts who may ask for what
   * @param budget bounds the bodies of both ports together
   */
  NodePorts(Configuration configuration, Problems problems, Accounts accounts, BodyBudget budget) {
    this.configuration = configuration;
    this.problems = problems;
    this.accounts = accounts;
    this.budget = budget;
    int cores = Runtime.getRuntime().availableProcessors();
    int own = configuration.ioCores() == 0 ? cores : configuration.ioCores();
    loops = new EventLoops(Math.min(EVENT_LOOPS_MAX, own));
  }

  /** A budget of a quarter of the heap, but at least one body of every permitted kind. */
  static BodyBudget budget(Limits limits) {
    return new BodyBudget(
        Math.max(
            Runtime.getRuntime().maxMemory() / 4,
            Math.max(limits.get(Limit.REQUEST_BODY), limits.get(Limit.BINARY_BYTES))));
  }

  /**
   * Starts to listen.
   *
   * @param lend gets each event loop that may run functions, on its own thread
   * @throws ConfigurationException if the certificate cannot be used
   * @throws IOException if an address cannot be had
   */
  PappusNode.Addresses open(Surfaces surfaces, Consumer<ScheduledExecutorService> lend)
      throws IOException {
    tls = openTls();
    if (configuration.ioCores() == 0) {
      loops.onEach(lend);
    }
    String host = configuration.host();
    String adminHost = configuration.adminHost();
    InetSocketAddress invocation = resolve(host, configuration.port());
    InetSocketAddress administration = resolve(adminHost, configuration.adminPort());
    Listener invocations =
        listener(loops, invocation, surfaces.invocation(access(host, invocation)));
    invocationListener = invocations;
    Listener administrations =
        listener(loops, administration, surfaces.administration(access(adminHost, administration)));
    administrationListener = administrations;
    PappusNode.Addresses addresses =
        new PappusNode.Addresses(
            url(host, invocations.open(invocation), tlsFor(invocation)),
            url(adminHost, administrations.open(administration), tlsFor(administration)));
    warnOfCleartext(invocation);
    warnOfCleartext(administration);
    return addresses;
  }

  private Listener listener(EventLoops threads, InetSocketAddress address, Routes routes) {
    return new Listener(
        new Listener.Settings(
            threads, configuration.limits(), budget, routes, problems::response, tlsFor(address)));
  }

  private AccessPolicy access(String host, InetSocketAddress address) {
    return new AccessPolicy(
        host, Objects.requireNonNull(address.getAddress()), configuration.access(), accounts);
  }

  private @Nullable TlsFiles openTls() {
    AccessSettings.Tls files = configuration.access().tls();
    if (files == null) {
      return null;
    }
    try {
      return new TlsFiles(files.certificate(), files.key());
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

  /**
   * Accepts no connection any more; those that are open are asked to end with their next answer.
   */
  void stopAccepting() {
    if (invocationListener != null) {
      invocationListener.stopAccepting();
    }
    if (administrationListener != null) {
      administrationListener.stopAccepting();
    }
  }

  /** Sends the answers that there are, for at most 2 s a port, and ends connections and threads. */
  @Override
  public void close() {
    if (invocationListener != null) {
      invocationListener.close(ANSWERS_GRACE_NANOS);
    }
    if (administrationListener != null) {
      administrationListener.close(ANSWERS_GRACE_NANOS);
    }
    loops.close();
    if (tls != null) {
      tls.close();
    }
  }
}
