package dev.pappus.sandbox;

import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A backend that is opened when somebody asks for it: once, while others who ask wait. Any thread
 * may use it.
 */
final class LazyDriver {
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Backends.Offer offer;
  private final MonotonicClock clock;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile @Nullable ComputeDriver driver;

  /** Why the host has refused it, the last time; null if it has not, or gives it now. */
  private volatile @Nullable String refusal;

  private volatile long refusedNanos;
  private volatile boolean wasRefused;
  private volatile boolean closed;

  LazyDriver(Backends.Offer offer, MonotonicClock clock) {
    this.offer = offer;
    this.clock = clock;
  }

  String name() {
    return offer.name();
  }

  BinaryKind accepts() {
    return offer.accepts();
  }

  /** Whether the host gave it when it was first asked; asks it unless that is certain. */
  boolean isThere() {
    return offer.certain() || (driverOrNull(false) != null && !wasRefused);
  }

  /** The same, false if nobody has asked yet. */
  boolean isKnownToBeThere() {
    return offer.certain() || (driver != null && !wasRefused);
  }

  /** The driver; null if there is none, not even if the host is asked again. */
  @Nullable ComputeDriver get() {
    return driverOrNull(true);
  }

  /** Why there is no driver, as far as is known; null if there is one. */
  @Nullable String whyMissing() {
    return closed ? "the node has stopped" : refusal;
  }

  private @Nullable ComputeDriver driverOrNull(boolean again) {
    ComputeDriver known = driver;
    return known != null || !mayOpen(again) ? known : open(again);
  }

  private boolean mayOpen(boolean again) {
    return !closed
        && (refusal == null || (again && clock.nanoTime() - refusedNanos >= RETRY_NANOS));
  }

  private @Nullable ComputeDriver open(boolean again) {
    opening.lock();
    try {
      if (driver == null && mayOpen(again)) {
        driver = offer.opener().get();
        refusal = null;
      }
    } catch (ProblemException e) {
      Problem problem = e.problem();
      String hint = problem.hint();
      refusedNanos = clock.nanoTime();
      refusal = problem.detail() + (hint == null ? "" : "; " + hint);
      wasRefused = true;
    } finally {
      opening.unlock();
    }
    if (closed) {
      close(); // which may have come while the lock was held
    }
    return driver;
  }

  /** Closes the driver, now or when it has been opened; nobody gets one from now on. */
  void close() {
    closed = true;
    if (opening.tryLock()) {
      try {
        ComputeDriver open = driver;
        driver = null;
        if (open != null) {
          open.close();
        }
      } finally {
        opening.unlock();
      }
    }
  }
}
