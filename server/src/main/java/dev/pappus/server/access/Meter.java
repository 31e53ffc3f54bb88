package dev.pappus.server.access;

import dev.pappus.model.MonotonicClock;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Holds what one token or namespace asks for to its quota. Any thread may use it; nothing blocks.
 */
public final class Meter {
  private final String whose;
  private final Quota quota;
  private final MonotonicClock clock;
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger working = new AtomicInteger();
  private final @Nullable Throttle requests;
  private final @Nullable Throttle bytes;

  /**
   * A meter that has counted nothing yet.
   *
   * @param whose for messages: {@code namespace 'team'}
   * @param clock the clock that buckets fill by
   */
  public Meter(String whose, Quota quota, MonotonicClock clock) {
    this.whose = whose;
    this.quota = quota;
    this.clock = clock;
    long now = clock.nanoTime();
    this.requests =
        quota.requestsPerSecond() > 0 ? new Throttle(quota.requestsPerSecond(), now) : null;
    this.bytes = quota.bytesPerSecond() > 0 ? new Throttle(quota.bytesPerSecond(), now) : null;
  }

  /**
   * Why a request may not be served now.
   *
   * @param detail names the quota
   * @param retryAfterNanos when another try may succeed
   */
  public record Excess(String detail, long retryAfterNanos) {}

  /**
   * Lets a request in, which {@link #leave} must then end, or says why not.
   *
   * @param declaredBytes length of its body as far as it is known, else 0
   * @param invokes whether it competes with work for concurrency; looking and cancelling do not
   */
  public @Nullable Excess enter(long declaredBytes, boolean invokes) {
    int before = underWay.getAndIncrement() + (invokes ? working.get() : 0);
    Excess excess = excess(before);
    if (excess != null) {
      underWay.getAndDecrement();
    } else {
      charge(declaredBytes);
    }
    return excess;
  }

  private @Nullable Excess excess(int before) {
    if (quota.concurrency() > 0 && before >= quota.concurrency()) {
      return new Excess(
          whose + " may have " + quota.concurrency() + " requests served at the same time", 0);
    }
    long now = clock.nanoTime();
    long bytesWait = bytes == null ? 0 : bytes.waitNanos(now);
    if (bytesWait > 0) {
      return new Excess(
          whose + " may send and receive " + quota.bytesPerSecond() + " bytes a second", bytesWait);
    }
    long requestsWait = requests == null ? 0 : requests.tryTake(now);
    return requestsWait == 0
        ? null
        : new Excess(whose + " may send " + shownRate() + " requests a second", requestsWait);
  }

  private String shownRate() {
    double rate = quota.requestsPerSecond();
    return rate == Math.rint(rate) ? Long.toString((long) rate) : Double.toString(rate);
  }

  /**
   * Ends a request that was let in.
   *
   * @param moreBytes of its body and its answer, beyond those declared; negative if fewer came
   */
  public void leave(long moreBytes) {
    underWay.getAndDecrement();
    charge(moreBytes);
  }

  /** Counts {@code moreBytes} of a request that goes on. */
  public void charge(long moreBytes) {
    if (bytes != null && moreBytes != 0) {
      bytes.charge(moreBytes, clock.nanoTime());
    }
  }

  /** Lets in work that is no request, which {@link #leaveWork} must then end, if there is room. */
  public boolean enterWork() {
    if (working.getAndIncrement() + underWay.get() < quota.concurrency()
        || quota.concurrency() == 0) {
      return true;
    }
    working.getAndDecrement();
    return false;
  }

  /** Lets in work even where there is no room: it is being done already. */
  public void takeWork() {
    working.getAndIncrement();
  }

  /** Ends work that was let in. */
  public void leaveWork() {
    working.getAndDecrement();
  }

  /** Requests that are served now, and other work. */
  public int underWay() {
    return underWay.get() + working.get();
  }
}
