package dev.pappus.communication;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;
import org.jspecify.annotations.Nullable;

/**
 * Resolves a host and hands out only the addresses that the egress policy allows. The client
 * connects to exactly what is returned, so nothing can change between check and connection.
 *
 * <p>Name services may hang in native code that nothing interrupts and that would hold the carrier
 * of a virtual thread; a few platform threads of its own do the asking.
 */
final class GuardedResolver implements DnsResolver, AutoCloseable {
  private static final int LOOKUP_THREADS = 8;
  private static final long IDLE_SECONDS = 10;

  private final EgressPolicy policy;
  private final NameService names;
  private final ThreadPoolExecutor lookups;

  /** Turns a name into addresses; an interface so that tests can give any name any address. */
  @FunctionalInterface
  interface NameService {
    /** The service of the system. */
    NameService SYSTEM = host -> List.of(InetAddress.getAllByName(host));

    List<InetAddress> lookUp(String host) throws UnknownHostException;
  }

  GuardedResolver(EgressPolicy policy, NameService names, int lookupsMax) {
    this.policy = policy;
    this.names = names;
    lookups =
        new ThreadPoolExecutor(
            LOOKUP_THREADS,
            LOOKUP_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(lookupsMax),
            Thread.ofPlatform().daemon().name("http-lookup-", 0).factory());
    lookups.allowCoreThreadTimeOut(true);
  }

  /**
   * The addresses of {@code host} that may be connected to; never empty.
   *
   * @throws ProblemException with {@link ProblemCode#EGRESS_DENIED} if there is none
   */
  @Override
  public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
    InetAddress literal = Addresses.parseLiteral(host);
    List<InetSocketAddress> allowed = new ArrayList<>();
    EgressDecision refusal = null;
    for (InetAddress address : literal != null ? List.of(literal) : lookUp(host)) {
      EgressDecision decision = policy.decide(host, address, port);
      if (decision.allowed()) {
        allowed.add(new InetSocketAddress(address, port));
      } else if (refusal == null) {
        refusal = decision;
      }
    }
    if (!allowed.isEmpty()) {
      return allowed;
    }
    if (refusal == null) {
      throw new UnknownHostException(host);
    }
    throw new ProblemException(refusal.toProblem());
  }

  private List<InetAddress> lookUp(String host) throws UnknownHostException {
    Future<List<InetAddress>> lookup;
    try {
      lookup = lookups.submit(() -> names.lookUp(host));
    } catch (RejectedExecutionException e) {
      throw new ProblemException(
          Problem.of(ProblemCode.OVERLOADED, "too many name lookups wait for an answer")
              .withHint("check the node's name servers, or lower limits.io_concurrency"),
          e);
    }
    try {
      return lookup.get();
    } catch (InterruptedException e) {
      lookup.cancel(true);
      Thread.currentThread().interrupt();
      throw unknown(host, e);
    } catch (ExecutionException e) {
      throw unknown(host, e.getCause());
    }
  }

  private static UnknownHostException unknown(String host, @Nullable Throwable cause) {
    UnknownHostException exception = new UnknownHostException(host);
    exception.initCause(cause);
    return exception;
  }

  /** Not used by the client; it could not check the port. */
  @Override
  public InetAddress[] resolve(String host) {
    throw new UnsupportedOperationException("resolving without a port");
  }

  /** Not used by the client, which does no Kerberos. */
  @Override
  public String resolveCanonicalHostname(String host) {
    throw new UnsupportedOperationException("canonical host names");
  }

  /** Forgets waiting lookups. */
  @Override
  public void close() {
    lookups.shutdownNow();
  }
}
