package dev.pappus.cli;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long benchmarks take whose two sides run in slices, turn by turn. */
@Command
final class BenchSliceOptions {
  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description =
          "Of each slice of a pair (default: 2s for each of the six of latency, 10s for each of the"
              + " two of mixed).")
  private @Nullable String duration;

  @Option(names = "--warm-up", paramLabel = "TIME", description = "Of each (default: 10s).")
  private @Nullable String warmUp;

  /** Of each slice, in nanoseconds; else the one or the other default of {@code common}. */
  long nanos(BenchNodeOptions common, long few, long many) {
    return common.nanos("--duration", duration, few, many);
  }

  /** Of each warm-up, in nanoseconds. */
  long warmUpNanos(BenchNodeOptions common) {
    return common.nanos(
        "--warm-up", warmUp, TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(10));
  }

  /** The words that repeat a benchmark with these times. */
  static List<String> words(long nanos, long warmUpNanos) {
    return List.of("--duration", BenchTimes.text(nanos), "--warm-up", BenchTimes.text(warmUpNanos));
  }
}
