package dev.pappus.communication;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Signature;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The communication function {@code HTTP}: each item of {@code requests} is one HTTP request, its
 * answer becomes an item of the same name and key in {@code headers} and in {@code bodies}
 * (docs/http-function.md).
 *
 * <p>Every request is sent exactly once, whether or not anyone reads its answer, and never again on
 * its own. Items of one call are exchanged side by side, and all calls together keep to {@link
 * Limit#IO_CONCURRENCY}, first come first served. For all threads; owns its connections until it is
 * closed.
 */
public final class HttpFunction implements CommunicationFunction, AutoCloseable {
  static final String REQUESTS = "requests";
  static final String HEADERS = "headers";
  static final String BODIES = "bodies";

  private static final Signature SIGNATURE =
      new Signature(List.of(REQUESTS), List.of(HEADERS, BODIES));

  private final EgressPolicy policy;
  private final Limits limits;
  private final Semaphore slots;

  /** A quarter of the heap; what a call has brought counts with the results of instances. */
  private final OutputBudget.Arrivals arrivals;

  private final Watchdog watchdog = new Watchdog();
  private final Supplier<HttpTransport> connects;

  /** Made for the first call: the start of a node need not wait for a client of its own. */
  private volatile @Nullable HttpTransport transport;

  private volatile boolean closed;

  /** A function that reaches where {@code policy} allows, within {@code limits}. */
  public HttpFunction(EgressPolicy policy, Limits limits) {
    this(
        policy,
        limits,
        GuardedResolver.NameService.SYSTEM,
        null,
        Runtime.getRuntime().maxMemory() / 4);
  }

  HttpFunction(
      EgressPolicy policy,
      Limits limits,
      GuardedResolver.NameService names,
      @Nullable SSLContext tls) {
    this(policy, limits, names, tls, Long.MAX_VALUE);
  }

  HttpFunction(
      EgressPolicy policy,
      Limits limits,
      GuardedResolver.NameService names,
      @Nullable SSLContext tls,
      long arrivalBytesMax) {
    this.policy = policy;
    this.limits = limits;
    arrivals = new OutputBudget.Arrivals(arrivalBytesMax);
    slots = new Semaphore(limits.count(Limit.IO_CONCURRENCY), true);
    connects = () -> new HttpTransport(policy, names, limits, tls);
  }

  @Override
  public String name() {
    return "HTTP";
  }

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public List<DataSet> invoke(List<DataSet> inputs, long deadlineNanos)
      throws InterruptedException {
    if (inputs.size() != 1) {
      throw new IllegalArgumentException("HTTP has one input set, not " + inputs.size());
    }
    if (closed) {
      throw new ProblemException(shuttingDown());
    }
    List<Item> items = inputs.getFirst().items();
    if (items.size() > limits.get(Limit.SET_ITEMS)) {
      throw new ProblemException(
          limits.exceeded(
              ProblemCode.TOO_MANY_ITEMS, Limit.SET_ITEMS, "items of requests", items.size()));
    }
    try (OutputBudget budget = new OutputBudget(limits, arrivals)) {
      return new HttpBatch(transport(), watchdog, slots, limits, budget, items, deadlineNanos)
          .run();
    } catch (ProblemException e) {
      throw closed ? new ProblemException(shuttingDown(), e) : e;
    }
  }

  /**
   * Refuses a URL to which no request can be sent, as far as that is clear without asking anyone:
   * the addresses that a name stands for are judged when it is connected to.
   *
   * @throws ProblemException with {@link ProblemCode#BAD_REQUEST} or {@link
   *     ProblemCode#EGRESS_DENIED}
   */
  public void checkDestination(String url) {
    HttpUrl parsed;
    try {
      if (url.chars().anyMatch(c -> c <= ' ')) {
        throw new IllegalArgumentException("the URL holds a blank or a control character");
      }
      parsed = HttpUrl.parse(url);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "%s", e.getMessage())
              .withHint("give an absolute URL, http://host/path or https://host/path"),
          e);
    }
    InetAddress address = Addresses.parseLiteral(parsed.host());
    if (address != null) {
      EgressDecision decision = policy.decide(parsed.host(), address, parsed.port());
      if (!decision.allowed()) {
        throw new ProblemException(decision.toProblem());
      }
    }
  }

  /** Bytes that have arrived for calls under way. */
  long arrivedBytes() {
    return arrivals.heldBytes();
  }

  private HttpTransport transport() {
    HttpTransport made = transport;
    return made == null ? makeTransport() : made;
  }

  private synchronized HttpTransport makeTransport() {
    if (closed) {
      throw new ProblemException(shuttingDown());
    }
    HttpTransport made = transport;
    if (made == null) {
      made = connects.get();
      transport = made;
    }
    return made;
  }

  private static Problem shuttingDown() {
    return Problem.of(ProblemCode.SHUTTING_DOWN, "the node stops and sends no more requests")
        .withHint("invoke again on another node, or when this one is back");
  }

  /** Ends the exchanges under way and closes all connections. */
  @Override
  public void close() {
    HttpTransport made;
    synchronized (this) {
      closed = true;
      made = transport;
    }
    if (made != null) {
      made.close();
    }
    watchdog.close();
  }
}
