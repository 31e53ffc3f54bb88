package dev.pappus.bench.pipeline;

import dev.pappus.bench.result.RunFolder;
import dev.pappus.model.Limit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** What compositions cost, on a node in a process of its own. */
public final class PipelineBench {
  private final Path guestBuild;
  private final Options options;
  private final Consumer<String> tell;

  /**
   * What is asked for.
   *
   * @param itemBytesMax largest item
   * @param repetitions of each case; the cases take turns
   * @param mixSeconds how long the mix runs
   * @param sealFrom {@link Limit#SEAL_FROM} of the node; the other, with which it is compared,
   *     copies all results
   * @param rate factor on the paper's rates; empty chooses what 60 % of this host bears
   * @param seed of the order, the schedule and the contents
   */
  public record Options(
      long itemBytesMax,
      int repetitions,
      double mixSeconds,
      long sealFrom,
      OptionalDouble rate,
      long seed) {}

  /**
   * A benchmark.
   *
   * @param tell gets a line now and then
   */
  public PipelineBench(Path guestBuild, Options options, Consumer<String> tell) {
    this.guestBuild = guestBuild;
    this.options = options;
    this.tell = tell;
  }

  /**
   * Measures, and writes what came out into {@code results}.
   *
   * @throws IOException if the node does not come up or answers wrongly
   */
  public PipelineReport run(RunFolder results) throws IOException {
    try (ContentServer contents = new ContentServer(options.seed());
        PipelineNode node = new PipelineNode(guestBuild, contents, options.sealFrom())) {
      Map<PipelineCase, Compared> cases;
      try (PipelineNode copying = new PipelineNode(guestBuild, contents, Long.MAX_VALUE)) {
        cases = new CaseBench(options, tell).run(node, copying);
      }
      PipelineReport report =
          new PipelineReport(
              cases,
              new MixBench(node, contents, options, tell).run(),
              options.mixSeconds(),
              options.seed());
      report.writeTo(results);
      return report;
    }
  }
}
