package dev.pappus.server.async;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationObserver;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands lines to those who follow: those of an instance when it ends, also where its invocation
 * goes on. Any thread may use it.
 */
public final class LogHub implements InvocationObserver, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogHub.class);

  private static final int BEAT_SECONDS = 15;

  private final Limits limits;
  private final AtomicBoolean beating = new AtomicBoolean();
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("log-beat").daemon().factory());
  private final Set<Subscription> followers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger count = new AtomicInteger();
  private volatile boolean closed;

  /**
   * Whose lines.
   *
   * @param namespace of the invocations
   * @param name only those about this function or composition, or null
   * @param id only those of this invocation, or null
   */
  public record Filter(Namespace namespace, @Nullable String name, @Nullable String id) {
    boolean takes(InvocationInfo info) {
      return info.namespace().equals(namespace) && (id == null || id.equals(info.id()));
    }

    boolean takes(LogLine line) {
      return name == null || line.isAbout(name);
    }
  }

  /** Gets lines; must not block. */
  public interface Follower {
    /** Nothing happened for a while: whoever is gone is noticed when this is sent. */
    void beat();

    /**
     * What is new of an invocation.
     *
     * @param lines of an instance that has ended; or if {@code ended}, all of the invocation, those
     *     told before included, perhaps none
     * @param ended whether the invocation has ended
     */
    void lines(String invocation, List<LogLine> lines, boolean ended);

    /** There will be no more. */
    void end();
  }

  /** Ends what {@link #follow} began. */
  public final class Subscription implements AutoCloseable {
    private final Filter filter;
    private final Follower follower;

    private Subscription(Filter filter, Follower follower) {
      this.filter = filter;
      this.follower = follower;
    }

    @Override
    public void close() {
      if (followers.remove(this)) {
        count.decrementAndGet();
      }
    }
  }

  public LogHub(Limits limits) {
    this.limits = limits;
  }

  /**
   * Begins to follow.
   *
   * @throws ProblemException OVERLOADED
   */
  public Subscription follow(Filter filter, Follower follower) {
    int now = count.incrementAndGet();
    if (now > limits.get(Limit.LOG_FOLLOWERS)) {
      count.decrementAndGet();
      throw new ProblemException(
          limits.exceeded(
              ProblemCode.OVERLOADED, Limit.LOG_FOLLOWERS, "clients that follow logs", now));
    }
    Subscription subscription = new Subscription(filter, follower);
    followers.add(subscription);
    if (closed) {
      follower.end(); // close() may have looked before it was there
      return subscription;
    }
    if (beating.compareAndSet(false, true)) {
      var _ =
          timer.scheduleWithFixedDelay(
              () -> followers.forEach(LogHub::beat), BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
    }
    return subscription;
  }

  /** A follower that fails must not end the timer of all others. */
  private static void beat(Subscription each) {
    try {
      each.follower.beat();
    } catch (RuntimeException e) {
      LOG.warn("a follower of logs failed and follows no longer", e);
      each.close();
    }
  }

  @Override
  public void started(InvocationInfo invocation) {}

  @Override
  public void instanceEnded(InvocationInfo invocation, int place, InstanceReport report) {
    if (!report.logTail().isEmpty()) {
      tell(invocation, () -> LogLine.of(invocation, place, report), false);
    }
  }

  @Override
  public void ended(InvocationTarget target, InvocationResult result) {
    tell(result.info(), () -> LogLine.of(result), true);
  }

  private void tell(InvocationInfo invocation, Supplier<List<LogLine>> news, boolean ended) {
    List<LogLine> lines = null;
    for (Subscription each : followers) {
      if (each.filter.takes(invocation)) {
        lines = lines == null ? news.get() : lines;
        List<LogLine> wanted = lines.stream().filter(each.filter::takes).toList();
        each.follower.lines(invocation.id(), wanted, ended);
      }
    }
  }

  /** Ends every follower. */
  @Override
  public void close() {
    closed = true;
    timer.shutdownNow();
    followers.forEach(each -> each.follower.end());
  }
}
