package dev.pappus.bench.pipeline;

import dev.pappus.bench.result.Measure;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One pipeline on two nodes, whose batches take turns.
 *
 * @param staying results stay in their sandboxes as the node's settings say
 * @param copying all are copied out
 */
record Compared(Measured staying, Measured copying) {
  Compared() {
    this(new Measured(), new Measured());
  }

  /** Time where results stay, over time where they are copied; of each repetition. */
  Measure ratio(PipelineCase each) {
    List<Double> ratios =
        IntStream.range(0, staying.medians().size())
            .mapToObj(i -> staying.medians().get(i) / copying.medians().get(i))
            .toList();
    return new Measure(name(each) + ".time_ratio", "", ratios);
  }

  /** How often each byte is copied on its way from one function to the next. */
  Measure copies(PipelineCase each) {
    return new Measure(name(each) + ".copies", "", List.of(copies(each, staying)));
  }

  static double copies(PipelineCase each, Measured measured) {
    return measured.copiedMean() / each.edges() / each.items() / each.itemBytes();
  }

  private static String name(PipelineCase each) {
    return each.series() + ".b" + each.itemBytes();
  }
}
