package dev.pappus.bench.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Applications that compute and communicate, and how often each is invoked as time goes by. */
final class Mix {
  private Mix() {}

  /**
   * The two applications of the paper's Figure 8, with its rates.
   *
   * @see #rateAt
   */
  enum Application {
    /**
     * Counts lines in logs that it fetches: 200, 500, 300, 100 a second from 0, 20, 40, 60 s on.
     */
    LOGS,
    /** Compresses an image that it fetches: 150, 250, 150 a second from 0, 70, 80 s on. */
    IMAGE;

    /** Invocations a second at this part of the run, which is 90 s long in the paper. */
    double rateAt(double part) {
      double seconds = part * PAPER_SECONDS;
      return switch (this) {
        case LOGS -> seconds < 20 ? 200 : seconds < 40 ? 500 : seconds < 60 ? 300 : 100;
        case IMAGE -> seconds >= 70 && seconds < 80 ? 250 : 150;
      };
    }

    /** The highest of its rates. */
    double highestRate() {
      return switch (this) {
        case LOGS -> 500;
        case IMAGE -> 250;
      };
    }

    String composition() {
      return switch (this) {
        case LOGS -> "count_logs";
        case IMAGE -> "shrink_image";
      };
    }
  }

  static final double PAPER_SECONDS = 90;

  /**
   * An invocation that is due.
   *
   * @param dueNanos since the start
   */
  record Due(Application application, long dueNanos) {}

  /**
   * A Poisson process for each application, merged in order of time.
   *
   * @param factor on the paper's rates
   */
  static List<Due> schedule(double seconds, double factor, long seed) {
    List<Due> all = new ArrayList<>();
    for (Application application : Application.values()) {
      SplittableRandom random = new SplittableRandom(seed ^ application.name().hashCode());
      double highest = application.highestRate();
      // Thinned from the highest rate, so that a change of rate is met at any moment.
      for (double at = 0; at < seconds; ) {
        at += -Math.log(1 - random.nextDouble()) / (highest * factor);
        if (at < seconds && random.nextDouble() * highest < application.rateAt(at / seconds)) {
          all.add(new Due(application, (long) (at * 1e9)));
        }
      }
    }
    all.sort(java.util.Comparator.comparingLong(Due::dueNanos));
    return all;
  }

  /** The compositions of both. */
  static String compositions() {
    return """
    function HTTP (requests) => (headers, bodies);
    function make_requests (servers) => (requests);
    function count_lines (log, pattern) => (counts);
    function sum (numbers) => (total);
    function compress_image (images) => (compressed);
    composition count_logs (servers, pattern) => (total) {
      make_requests (servers = all servers) => (wanted = requests);
      HTTP (requests = each wanted) => (logs = bodies);
      count_lines (log = each logs, pattern = all pattern) => (counts = counts);
      sum (numbers = all counts) => (total = total);
    }
    composition shrink_image (servers) => (compressed) {
      make_requests (servers = all servers) => (wanted = requests);
      HTTP (requests = each wanted) => (images = bodies);
      compress_image (images = each images) => (compressed = compressed);
    }
    """;
  }
}
