package dev.pappus.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.RunPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PipelineBenchTest {
  private static final Path GUEST_BUILD = Path.of(System.getProperty("pappus.guest.build"));

  @TempDir private Path folder;

  @Test
  void knowsWhatTheLastFunctionMustSay() {
    assertThat(new PipelineCase(PipelineCase.Shape.CHAIN, 4, 1024).sum()).isEqualTo("1 8128");
    // Three items of two words: (0+1) + (1+2) + (2+3).
    assertThat(new PipelineCase(PipelineCase.Shape.FAN, 3, 16).sum()).isEqualTo("3 9");
  }

  @Test
  void theMixFollowsThePapersRates() {
    List<Mix.Due> all = Mix.schedule(900, 1, 5);
    assertThat(all).isEqualTo(Mix.schedule(900, 1, 5)).isNotEqualTo(Mix.schedule(900, 1, 6));
    assertThat(perSecond(all, Mix.Application.LOGS, 0, 200)).isCloseTo(200, within(12.0));
    assertThat(perSecond(all, Mix.Application.LOGS, 200, 400)).isCloseTo(500, within(15.0));
    assertThat(perSecond(all, Mix.Application.LOGS, 600, 900)).isCloseTo(100, within(6.0));
    assertThat(perSecond(all, Mix.Application.IMAGE, 700, 800)).isCloseTo(250, within(15.0));
  }

  private static double perSecond(
      List<Mix.Due> all, Mix.Application application, long from, long until) {
    return all.stream()
            .filter(each -> each.application() == application)
            .filter(each -> each.dueNanos() / 1e9 >= from && each.dueNanos() / 1e9 < until)
            .count()
        / (double) (until - from);
  }

  @Test
  void readsNoImageThatIsCutShort() {
    assertThatThrownBy(() -> QoiImage.decode(new byte[20]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void countsCopiesAndChecksResultsOnARealNode() throws IOException {
    RunPlan plan = new RunPlan("pipeline", List.of(), 3, Path.of(".."), List.of(), "");
    Path out = folder.resolve("out");
    try (RunFolder results = RunFolder.create(out, plan)) {
      PipelineBench bench =
          new PipelineBench(
              GUEST_BUILD,
              new PipelineBench.Options(64 << 10, 1, 2, 1 << 10, OptionalDouble.of(0.02), 3),
              _ -> {});
      PipelineReport report = bench.run(results);
      assertThat(report.cases()).hasSize(21);
      report
          .cases()
          .forEach((each, compared) -> {
            // Out of one context, into the next; or straight from the one into the other.
            assertThat(Compared.copies(each, compared.copying()))
                .as(each.series())
                .isCloseTo(2, within(0.01));
            assertThat(Compared.copies(each, compared.staying()))
                .as(each.series())
                .isBetween(0.99, each.shape() == PipelineCase.Shape.CHAIN ? 1.9 : 2.01);
          });
      assertThat(report.mix().answers())
          .isNotEmpty()
          .allSatisfy(answer -> assertThat(answer.failure()).isNull());
      assertThat(results.points())
          .extracting(point -> point.text(Column.SERIES))
          .contains("chain16", "fan1000", "mix_logs", "mix_image");
      assertThat(report.text()).contains("count_logs").contains("fan1000");
    }
    assertThat(out.resolve("mix.svg")).exists();
    assertThat(out.resolve("pipelines.svg")).exists();
  }
}
