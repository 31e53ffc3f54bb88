package dev.pappus.bench.node;

import dev.pappus.bench.load.LoadFlow;
import dev.pappus.bench.result.RunFolder;
import java.io.IOException;

/** What all slices of load have in common: requests that got no right answer are never silent. */
final class Slice {
  private long lost;

  /**
   * Notes what has become of one.
   *
   * @param wanted how many requests should have been answered
   * @throws IOException if nothing was answered rightly: there is nothing to measure
   */
  void check(String name, LoadFlow flow, long wanted, RunFolder results) throws IOException {
    long missing = wanted - flow.completed();
    if (flow.completed() == 0) {
      throw new IOException(
          "%s: none of %d requests got a right answer in time (refused %d, failed %d, wrong %d,"
                  .formatted(
                      name, flow.due(), flow.refused().getTotalCount(), flow.failed(), flow.wrong())
              + " late "
              + flow.late()
              + ")");
    }
    if (missing > 0) {
      lost += missing;
      results.note(
          "%s: %d of %d requests got no right answer in time".formatted(name, missing, wanted));
    }
  }

  /** Requests without a right answer, in all. */
  long lost() {
    return lost;
  }
}
