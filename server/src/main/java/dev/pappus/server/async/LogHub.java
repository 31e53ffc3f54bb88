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
 * Hands what was printed to those who follow: that of an instance when it ends, also where its
 * invocation goes on. It takes nothing apart and waits for nobody, for it is told on threads that
 * end invocations. Any thread may use it.
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

    /** Whether a follower has to hear of it: of the one invocation it follows it hears the end. */
    boolean takes(LogNews news) {
      return name == null || id != null || news.mayBeAbout(name);
    }

    boolean takes(LogLine line) {
      return name == null || line.isAbout(name);
    }
  }

  /** Gets news on threads that end invocations: must only take note of it. */
  public interface Follower {
    /** Nothing happened for a while: whoever is gone is noticed when this is sent. */
    void beat();

    /** What is new of an invocation. */
    void news(LogNews news);

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
      tell(invocation, () -> LogNews.of(invocation, place, report));
    }
  }

  @Override
  public void ended(InvocationTarget target, InvocationResult result) {
    tell(result.info(), () -> LogNews.of(result));
  }

  /** A durable invocation has ended: its result is on disk. */
  public void ended(String durable) {
    for (Subscription each : followers) {
      if (durable.equals(each.filter.id())) {
        each.follower.end();
      }
    }
  }

  private void tell(InvocationInfo invocation, Supplier<LogNews> told) {
    LogNews news = null;
    for (Subscription each : followers) {
      if (each.filter.takes(invocation)) {
        news = news == null ? told.get() : news;
        if (each.filter.takes(news)) {
          each.follower.news(news);
        }
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
