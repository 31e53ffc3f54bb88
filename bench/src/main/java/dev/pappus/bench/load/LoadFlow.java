package dev.pappus.bench.load;

import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Requests that are sent on a schedule whatever becomes of them (open loop), or so many at a time
 * (closed loop), and what became of them. Belongs to one run of a generator; whoever waited for
 * that may read it.
 */
public final class LoadFlow {
  /** Longest time that histograms tell from longer ones. */
  public static final long HIGHEST_NANOS = 60_000_000_000L;

  private static final int OK = 200;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVICE_UNAVAILABLE = 503;

  /** A server that invents levels must not grow our memory. */
  private static final int LEVELS_MAX = 16;

  private final Requests requests;
  private final Schedule.@Nullable Arrivals arrivals;
  private final int atOnce;
  private final Histogram served = new Histogram(HIGHEST_NANOS, 3);
  private final Histogram refused = new Histogram(HIGHEST_NANOS, 3);
  private final Histogram lag = new Histogram(HIGHEST_NANOS, 3);
  private final SequencedMap<String, Long> starts = new TreeMap<>();
  private long nextDueNanos = Long.MAX_VALUE;
  private long sent;
  private long unsent;
  private long servedInWindow;
  private long wrong;
  private long failed;
  private long late;
  private long lateNanos;
  private long bytesIn;
  private long bytesOut;

  private LoadFlow(Requests requests, Schedule.@Nullable Arrivals arrivals, int atOnce) {
    this.requests = requests;
    this.arrivals = arrivals;
    this.atOnce = atOnce;
    advance();
  }

  /** Sends on a schedule. */
  public static LoadFlow open(Requests requests, Schedule schedule) {
    return new LoadFlow(requests, schedule.arrivals(), 0);
  }

  /** Keeps {@code atOnce} requests under way. */
  public static LoadFlow closed(Requests requests, int atOnce) {
    return new LoadFlow(requests, null, atOnce);
  }

  /**
   * Longer times than histograms tell apart would be cut.
   *
   * @throws IllegalArgumentException if this is one
   */
  public static void requireTimeout(long nanos) {
    if (nanos < 1 || nanos > HIGHEST_NANOS) {
      throw new IllegalArgumentException(
          "a timeout is above 0 and at most %d s".formatted(HIGHEST_NANOS / 1_000_000_000));
    }
  }

  /** When the next request is due, in nanoseconds after the start; never is the largest number. */
  long nextDueNanos() {
    return nextDueNanos;
  }

  void advance() {
    if (arrivals != null) {
      nextDueNanos = arrivals.nextNanos();
    }
  }

  int atOnce() {
    return atOnce;
  }

  Request next() {
    return requests.next();
  }

  void countSent(Request request, long lagNanos) {
    sent++;
    bytesOut += request.bodyBytes();
    lag.recordValue(clamp(lagNanos));
  }

  /** There was no connection left. */
  void countUnsent() {
    unsent++;
  }

  void countAnswer(int status, boolean good, boolean inWindow, long nanos, int bodyBytes) {
    switch (status) {
      case OK -> {
        if (!good) {
          wrong++;
          return;
        }
        bytesIn += bodyBytes;
        served.recordValue(clamp(nanos));
        servedInWindow += inWindow ? 1 : 0;
      }
      case TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE -> refused.recordValue(clamp(nanos));
      default -> failed++;
    }
  }

  private static long clamp(long nanos) {
    return Math.clamp(nanos, 0, HIGHEST_NANOS);
  }

  void countStart(String level) {
    if (starts.size() < LEVELS_MAX || starts.containsKey(level)) {
      starts.merge(level, 1L, Long::sum);
    }
  }

  void countBroken() {
    failed++;
  }

  /** It counts as if it had taken as long as anybody waited for it. */
  void countLate(long timeoutNanos) {
    late++;
    lateNanos = timeoutNanos;
  }

  /** Requests that left. */
  public long sent() {
    return sent;
  }

  /** Requests that were due and did not leave, because all connections were waiting for answers. */
  public long unsent() {
    return unsent;
  }

  /** Requests that were due. */
  public long due() {
    return sent + unsent;
  }

  /** Right answers, in time. */
  public long completed() {
    return served.getTotalCount();
  }

  /** Right answers before the sending ended: what throughput is made of. */
  public long servedInWindow() {
    return servedInWindow;
  }

  /** Answers with status 200 and a wrong result. */
  public long wrong() {
    return wrong;
  }

  /** Answers that are neither results nor refusals, and connections that broke. */
  public long failed() {
    return failed;
  }

  /** Requests without an answer in time. */
  public long late() {
    return late;
  }

  /**
   * The time within which a share of all requests that were due got a right answer, in nanoseconds.
   * Late ones took the timeout; others without a right answer took longer than any.
   *
   * @param percent above 0, at most 100
   * @return NaN if so many never got one
   */
  public double percentileNanos(double percent) {
    long rank = Percentiles.rank(due(), percent);
    return rank > completed() && rank <= completed() + late
        ? lateNanos
        : Percentiles.of(served, due(), percent);
  }

  /** The mean of the same; NaN if one never got a right answer. */
  public double meanNanos() {
    if (due() == 0 || completed() + late < due()) {
      return Double.NaN;
    }
    return (served.getMean() * completed() + (double) lateNanos * late) / due();
  }

  /** How long results took, from when their request was due, in nanoseconds: those that came. */
  public Histogram served() {
    return served;
  }

  /** The same of refusals. */
  public Histogram refused() {
    return refused;
  }

  /** How much later than due requests left, in nanoseconds. */
  public Histogram lag() {
    return lag;
  }

  /** How warm starts were, as answers said in {@code X-Pappus-Start}. */
  public Map<String, Long> starts() {
    return Map.copyOf(starts);
  }

  /** Bytes of the bodies of right answers. */
  public long bytesIn() {
    return bytesIn;
  }

  /** Bytes of all requests' bodies. */
  public long bytesOut() {
    return bytesOut;
  }
}
