package dev.pappus.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.model.Phases;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.TraceContext;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class NodeMetricsTest {
  private final NodeMetrics metrics = new NodeMetrics((_, name) -> !name.startsWith("no"));

  private void end(String name, InvocationResult result) {
    metrics.ended(Endings.named(name), result);
  }

  private String text() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(bytes, metrics.scrape());
    return bytes.toString(UTF_8);
  }

  private static String series(String metric, String name) {
    return "\n" + metric + "{faas_name=\"" + name + "\",faas_trigger=\"http\"} ";
  }

  private static InvocationResult took(String name, long nanos) {
    Phases phases = new Phases(0, 0, nanos, 0);
    return Endings.succeeded(
        name, TraceContext.begin(), phases, Endings.instance(name, name, Endings.BOUND, 0, phases));
  }

  @Test
  void everyEndIsCountedOnceUnderItsName() throws IOException {
    end("f", took("f", 1_000));
    end("f@sha256:00", took("f", 1_000));
    end("f", Endings.failed("f", ProblemCode.GUEST_FAULT));
    end("f", Endings.failed("f", ProblemCode.INVOCATION_DEADLINE));
    Phases phases = new Phases(1, 2, 3, 4);
    end(
        "c",
        Endings.succeeded(
            "c",
            TraceContext.begin(),
            phases,
            Endings.instance("c/0:f", "f", Endings.BOUND, 0, phases),
            Endings.instance("c/1:g", "g", Endings.FILE, 10, phases)));
    assertThat(text())
        .contains(series("faas_invocations_total", "f") + "2.0\n")
        .contains(series("faas_errors_total", "f") + "2.0\n")
        .contains(series("faas_timeouts_total", "f") + "1.0\n")
        .contains(series("faas_coldstarts_total", "f") + "0.0\n")
        .contains(series("faas_coldstarts_total", "c") + "1.0\n")
        .contains(series("faas_invoke_duration_seconds_count", "f") + "4\n")
        .contains(series("faas_init_duration_seconds_count", "f") + "3\n")
        .contains(series("pappus_queue_seconds_count", "g") + "1\n")
        .contains("\npappus_start_total{level=\"bound\"} 3.0\n")
        .contains("\npappus_start_total{level=\"file\"} 1.0\n");
  }

  @Test
  void namesOfClientsDoNotBecomeLabelsWithoutBound() throws IOException {
    for (int i = 0; i < NodeMetrics.NAMES_MAX + 50; i++) {
      end("f" + i, took("f" + i, 1_000));
    }
    end("nothing", Endings.failed("nothing", ProblemCode.UNKNOWN_INVOCABLE));
    String text = text();
    assertThat(text).contains(series("faas_invocations_total", NodeMetrics.OTHER) + "50.0\n");
    assertThat(text).contains(series("faas_errors_total", NodeMetrics.OTHER) + "1.0\n");
    assertThat(text.lines().filter(line -> line.startsWith("faas_errors_total{")))
        .hasSize(NodeMetrics.NAMES_MAX + 1);
  }

  @Test
  void nativeHistogramsTellMicrosecondsApart() {
    end("f", took("f", 1_000));
    end("f", took("f", 1_500));
    end("f", took("f", 900));
    HistogramDataPointSnapshot point =
        metrics.scrape().stream()
            .filter(each -> each.getMetadata().getName().equals("faas_invoke_duration_seconds"))
            .map(HistogramSnapshot.class::cast)
            .findFirst()
            .orElseThrow()
            .getDataPoints()
            .getFirst();
    assertThat(point.hasNativeHistogramData()).isTrue();
    assertThat(point.getNativeZeroThreshold()).isEqualTo(1e-6);
    assertThat(point.getNativeZeroCount()).isEqualTo(2);
    assertThat(point.getNativeBucketsForPositiveValues().size()).isEqualTo(1);
    assertThat(point.getCount()).isEqualTo(3);
  }
}
