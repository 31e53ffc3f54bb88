package dev.pappus.bench.node;

import dev.pappus.bench.load.LoadFlow;
import dev.pappus.bench.result.RunFolder;
import java.io.IOException;

/** What all slices of load have in common: requests that got no right answer are never silent. */
final class Slice {
  private long lost;
  private long unsent;

  /**
   * Requires that something was answered, as after a warm-up, in which nothing is counted.
   *
   * @throws IOException if nothing was answered rightly: there is nothing to measure
   */
  static void requireAnswers(String name, LoadFlow flow) throws IOException {
    if (flow.completed() == 0) {
      throw new IOException(
          "%s: none of %d requests got a right answer in time (refused %d, failed %d, wrong %d,"
                  .formatted(
                      name, flow.due(), flow.refused().getTotalCount(), flow.failed(), flow.wrong())
              + " late "
              + flow.late()
              + ")");
    }
  }

  /**
   * Notes what has become of one.
   *
   * @throws IOException if nothing was answered rightly: there is nothing to measure
   */
  void count(String name, LoadFlow flow, RunFolder results) throws IOException {
    requireAnswers(name, flow);
    long missing = flow.sent() - flow.completed();
    if (missing > 0) {
      lost += missing;
      results.note(
          "%s: %d of %d requests got no right answer in time"
              .formatted(name, missing, flow.sent()));
    }
  }

  /** Notes how many requests of one found no connection: the generator's bound, not a loss. */
  void countUnsent(String name, LoadFlow flow, RunFolder results) {
    if (flow.unsent() > 0) {
      unsent += flow.unsent();
      results.note(
          "%s: %d of %d requests found no connection".formatted(name, flow.unsent(), flow.due()));
    }
  }

  /** Requests without a right answer, in all. */
  long lost() {
    return lost;
  }

  /** Requests that did not leave, in all. */
  long unsent() {
    return unsent;
  }
}
