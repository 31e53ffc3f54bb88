package dev.pappus.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.RunPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TraceReplayTest {
  private static final Path GUEST_BUILD = Path.of(System.getProperty("pappus.guest.build"));

  @TempDir private Path folder;

  @Test
  void replaysATraceOnANodeOfItsOwn() throws IOException {
    Path data = Files.createDirectory(folder.resolve("trace"));
    MiniTrace.writeSample(data);
    TraceScale scale = new TraceScale(1, 1, 20, TimeUnit.MILLISECONDS.toNanos(20), 0.5, 11);
    TraceOptions options =
        new TraceOptions(data, null, 1, 1, OptionalDouble.of(1), OptionalDouble.of(1), scale);
    List<String> told = new ArrayList<>();
    RunPlan plan = new RunPlan("trace", List.of(), 11, Path.of(".."), List.of(), "");
    TraceReport report;
    Path out = folder.resolve("out");
    try (RunFolder results = RunFolder.create(out, plan)) {
      report = new TraceBench(GUEST_BUILD, options, told::add).run(results);
      assertThat(results.points())
          .extracting(point -> point.text(Column.SERIES))
          .contains("all", "function.0", "function.1", "keep10", "keep60", "keep600");
    }
    assertThat(report.firstFailure()).isEmpty();
    assertThat(report.calls()).hasSize(12);
    assertThat(report.calls())
        .allSatisfy(call -> {
          // Nobody can be faster than the time that it waits for others.
          assertThat(call.latencyNanos()).isGreaterThan(call.demand().waitNanos());
          assertThat(call.start()).isNotEmpty();
        });
    assertThat(report.samples()).isNotEmpty();
    assertThat(report.samples())
        .allSatisfy(sample -> assertThat(sample.nodeBytes()).isBetween(10L << 20, 4L << 30));
    assertThat(report.models()).containsOnlyKeys(10, 60, 600);
    assertThat(out.resolve("memory.csv")).exists();
    assertThat(out.resolve("memory.svg")).content().contains("rate ×1").contains("time ÷20");
    assertThat(out.resolve("run.json")).exists();
    assertThat(told)
        .anyMatch(line -> line.startsWith("offered"))
        .anyMatch(line -> line.startsWith("host"));
    assertThat(report.text()).contains("12 of 12 right");
  }
}
