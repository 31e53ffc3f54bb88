package dev.pappus.bench.model;

import java.util.concurrent.TimeUnit;

/**
 * How a platform that keeps instances alive decides how many. The values of {@link #knative} are
 * the defaults of Knative Serving's autoscaler, with one call at a time in an instance, and with
 * nothing that costs the platform memory beyond them: no sidecars, no guest kernels, no delay
 * between the decision to remove an instance and its end.
 *
 * @param windowNanos the stable window: concurrency is averaged over it, and the last instance goes
 *     when it has been empty
 * @param panicWindowNanos the short window that sees bursts; at least a tick
 * @param panicFactor panic begins when the short window asks for this many times what there is
 * @param tickNanos time between two decisions
 * @param utilization how busy instances should be, above 0 up to 1
 * @param startNanos how long a new instance takes until it serves
 * @param overheadBytes what an instance occupies besides its function's memory
 */
public record KeepAliveSettings(
    long windowNanos,
    long panicWindowNanos,
    double panicFactor,
    long tickNanos,
    double utilization,
    long startNanos,
    long overheadBytes) {
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int PANIC_SHARE = 10;

  public KeepAliveSettings {
    if (tickNanos < 1
        || windowNanos < tickNanos
        || panicWindowNanos < tickNanos
        || panicWindowNanos > windowNanos
        || startNanos < 0
        || overheadBytes < 0
        || panicFactor <= 1
        || !(utilization > 0 && utilization <= 1)) {
      throw new IllegalArgumentException("no such platform: " + windowNanos + " ns, " + tickNanos);
    }
  }

  /** Knative's autoscaler with this stable window and start. */
  public static KeepAliveSettings knative(long windowNanos, long startNanos) {
    return new KeepAliveSettings(
        windowNanos,
        Math.max(TICK_NANOS, windowNanos / PANIC_SHARE),
        2,
        TICK_NANOS,
        0.7,
        startNanos,
        0);
  }
}
