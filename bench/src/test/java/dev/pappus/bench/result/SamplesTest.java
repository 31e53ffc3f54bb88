package dev.pappus.bench.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {
  @TempDir private Path folder;

  @Test
  void whatWasMeasuredBecomesMeasures() throws Exception {
    Samples samples = new Samples();
    samples.add("a.p50", "us", 3);
    samples.add("a.p50", "us", Double.NaN);
    samples.add("a.p50", "us", 1);
    samples.add("nothing", "us", Double.POSITIVE_INFINITY);
    assertThat(samples.median("a.p50")).isEqualTo(2);
    assertThat(samples.median("nothing")).isNaN();
    assertThat(samples.panel("x", "a.p50", "nothing").lines())
        .containsExactly(
            new Figure.Line("a.p50", true, List.of(Figure.Spot.at(1, 3), Figure.Spot.at(2, 1))),
            new Figure.Line("nothing", true, List.of()));
    RunPlan plan = new RunPlan("x", List.of("bench", "x"), 1, Path.of("/"), List.of(), "");
    try (RunFolder results = RunFolder.create(folder.resolve("run"), plan)) {
      samples.into(results);
    }
    assertThat(FinishedRun.read(folder.resolve("run")).measures())
        .containsOnlyKeys("a.p50")
        .containsValue(new Measure("a.p50", "us", List.of(3.0, 1.0)));
  }
}
