package dev.pappus.bench.trace;

import dev.pappus.bench.model.Demand;
import org.jspecify.annotations.Nullable;

/** What guest/examples/trace_work.c is asked to do, and must answer. */
public final class TraceWork {
  private static final long MULTIPLIER = 6364136223846793005L;
  private static final long INCREMENT = 1442695040888963407L;
  private static final long PAGE_BYTES = 4096;

  private TraceWork() {}

  /** The text of a task. */
  public static String task(long iterations, long bytes, @Nullable String url) {
    return iterations + " " + bytes + (url == null ? "" : " " + url);
  }

  /** The right result. */
  public static String result(long iterations, long bytes) {
    return Long.toUnsignedString(spin(iterations)) + " " + Math.ceilDiv(bytes / 8 * 8, PAGE_BYTES);
  }

  /** Steps of the generator in kernels.h, many at once: two steps are one of the same kind. */
  private static long spin(long iterations) {
    long state = 1;
    long factor = MULTIPLIER;
    long offset = INCREMENT;
    for (long left = iterations; left > 0; left >>= 1) {
      if ((left & 1) == 1) {
        state = state * factor + offset;
      }
      offset = offset * factor + offset;
      factor *= factor;
    }
    return state;
  }

  /** How many iterations keep a processor busy for the time of {@code demand}. */
  static long iterations(Demand demand, HostSpeed speed) {
    double touching = demand.memoryBytes() * speed.touchNanosPerByte();
    return speed.iterations(demand.busyNanos() - touching);
  }
}
