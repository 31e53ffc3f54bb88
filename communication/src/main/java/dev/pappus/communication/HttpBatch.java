package dev.pappus.communication;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.ItemPath;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges of one call: side by side, each on a virtual thread, and all over when the call is.
 * The first failure, and an interrupt of the calling thread, ends the others.
 */
final class HttpBatch {
  private static final Set<ProblemCode> EXCHANGE_FAILURES =
      EnumSet.of(
          ProblemCode.HTTP_FAILED,
          ProblemCode.HTTP_STATUS,
          ProblemCode.HTTP_TIMEOUT,
          ProblemCode.HTTP_RESPONSE_LIMIT);

  private final HttpTransport transport;
  private final Watchdog watchdog;
  private final Semaphore slots;
  private final Limits limits;
  private final long deadlineNanos;

  private final List<Item> items;
  private final List<HttpRequestItem> requests = new ArrayList<>();
  private final @Nullable HttpAnswer[] answers;
  private final AtomicInteger nextIndex = new AtomicInteger();
  private final OutputBudget budget;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final List<Thread> workers = new ArrayList<>();
  private volatile boolean cancelled;

  /**
   * Parses all items before anything is sent.
   *
   * @throws ProblemException with {@link ProblemCode#HTTP_REQUEST_INVALID} for the first bad one
   */
  HttpBatch(
      HttpTransport transport,
      Watchdog watchdog,
      Semaphore slots,
      Limits limits,
      OutputBudget budget,
      List<Item> items,
      long deadlineNanos) {
    this.transport = transport;
    this.watchdog = watchdog;
    this.slots = slots;
    this.limits = limits;
    this.items = items;
    this.budget = budget;
    this.deadlineNanos = deadlineNanos;
    this.answers = new HttpAnswer[items.size()];
    for (Item item : items) {
      try {
        requests.add(HttpRequestItem.parse(item, limits));
      } catch (ProblemException e) {
        throw new ProblemException(e.problem().withItem(path(item)), e);
      }
    }
  }

  /**
   * Does the exchanges.
   *
   * @return the sets {@code headers} and {@code bodies}
   */
  List<DataSet> run() throws InterruptedException {
    // No more threads than slots, so that a large call does not fill the queue for the others.
    int width = Math.min(items.size(), limits.count(Limit.IO_CONCURRENCY));
    for (int i = 0; i < width; i++) {
      workers.add(Thread.ofVirtual().name("http-exchange-" + i).unstarted(this::work));
    }
    workers.forEach(Thread::start);
    join();
    Throwable failed = failure.get();
    if (failed instanceof ProblemException problem) {
      throw problem;
    }
    if (failed != null) {
      throw new ProblemException(
          Problem.of(ProblemCode.INTERNAL, "HTTP function: %s", failed)
              .withHint("report this with the node's log"),
          failed);
    }
    return results();
  }

  private void join() throws InterruptedException {
    InterruptedException interruption = null;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          // The exchanges still end here, on this call's time, not behind its back.
          interruption = e;
          cancel();
        }
      }
    }
    if (interruption != null) {
      throw interruption;
    }
  }

  private List<DataSet> results() {
    List<Item> headers = new ArrayList<>(items.size());
    List<Item> bodies = new ArrayList<>(items.size());
    for (int i = 0; i < answers.length; i++) {
      Item item = items.get(i);
      HttpAnswer answer = Objects.requireNonNull(answers[i]);
      headers.add(new Item(item.name(), item.key(), answer.head()));
      bodies.add(new Item(item.name(), item.key(), answer.body()));
    }
    return List.of(
        new DataSet(HttpFunction.HEADERS, headers), new DataSet(HttpFunction.BODIES, bodies));
  }

  private void cancel() {
    cancelled = true;
    workers.forEach(Thread::interrupt);
  }

  private void work() {
    try {
      int index = nextIndex.getAndIncrement();
      while (!cancelled && index < requests.size()) {
        try {
          answers[index] = answer(requests.get(index));
        } catch (ProblemException e) {
          throw new ProblemException(e.problem().withItem(path(items.get(index))), e);
        }
        index = nextIndex.getAndIncrement();
      }
    } catch (InterruptedException _) {
      // Cancelled; whoever did it knows why.
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
      cancel();
    }
  }

  private HttpAnswer answer(HttpRequestItem request) throws InterruptedException {
    if (!slots.tryAcquire(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      throw invocationDeadline(
          "waiting for one of "
              + limits.get(Limit.IO_CONCURRENCY)
              + " exchanges (limits.io_concurrency)");
    }
    try {
      return exchange(request);
    } finally {
      slots.release();
    }
  }

  private HttpAnswer exchange(HttpRequestItem request) throws InterruptedException {
    long ownNanos = limits.get(Limit.HTTP_TIMEOUT);
    long leftNanos = deadlineNanos - System.nanoTime();
    HttpExchange exchange = new HttpExchange(transport, limits, budget, request);
    try (Watchdog.Watch watch = watchdog.watch(System.nanoTime() + Math.min(ownNanos, leftNanos))) {
      try {
        return exchange.run();
      } catch (ProblemException | IOException e) {
        if (cancelled) {
          throw new InterruptedException("HTTP exchange cancelled");
        }
        if (watch.expired() && leftNanos < ownNanos) {
          throw invocationDeadline("in " + exchange.what());
        }
        Problem problem = watch.expired() ? timeout(exchange) : exchange.toProblem(e);
        if (request.errorAsItem() && becomesItem(problem, exchange)) {
          exchange.giveBack();
          return HttpAnswer.failed(problem.toString());
        }
        throw new ProblemException(problem, e);
      }
    }
  }

  /**
   * Whether Pappus-On-Error speaks of this problem: of what the network and the servers do, not of
   * what this node or its operator decided about the composition's own request.
   */
  private boolean becomesItem(Problem problem, HttpExchange exchange) {
    return !budget.exceeded()
        && (EXCHANGE_FAILURES.contains(problem.code())
            || (problem.code() == ProblemCode.EGRESS_DENIED && exchange.redirected()));
  }

  private Problem timeout(HttpExchange exchange) {
    return Problem.of(
            ProblemCode.HTTP_TIMEOUT,
            "%s: no complete answer within %s (limits.%s)",
            exchange.what(),
            Limit.HTTP_TIMEOUT.format(limits.get(Limit.HTTP_TIMEOUT)),
            Limit.HTTP_TIMEOUT.key())
        .withHint(
            "the request may have had its effect; raise limits.http_timeout in the node's"
                + " configuration if the server needs longer");
  }

  private ProblemException invocationDeadline(String where) {
    return new ProblemException(
        Problem.of(
                ProblemCode.INVOCATION_DEADLINE,
                "the invocation's time (limits.%s) ended %s",
                Limit.INVOCATION_WALL.key(),
                where)
            .withHint(
                "raise limits.invocation_wall in the node's configuration, or do less at once"));
  }

  private static String path(Item item) {
    return new ItemPath(HttpFunction.REQUESTS, item.key(), item.name()).toString();
  }
}
