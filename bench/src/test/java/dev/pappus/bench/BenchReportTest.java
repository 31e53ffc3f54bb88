package dev.pappus.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.sandbox.kvm.EntryVariant;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

class BenchReportTest {
  private static final HostFacts HOST = new HostFacts("CPU", 2, "Linux 6", "25");

  @Test
  void theJsonHasTheAgreedShape() {
    BenchReport report =
        new BenchReport(
            HOST,
            Map.of(EntryVariant.NO_IDT, 25.04),
            List.of(row(BenchCase.NOP, StartKind.BOUND, 30.1234, 0.5, 40)));
    assertThat(json(report))
        .isEqualTo(
            "{\"host\":{\"processor\":\"CPU\",\"processors\":2,\"kernel\":\"Linux 6\",\"java\":\"25\","
                + "\"flags\":\"-O3 -march=x86-64-v3\",\"floorMicros\":{\"no-idt\":25.04}},"
                + "\"rows\":[{\"case\":\"nop\",\"backend\":\"kvm\",\"variant\":\"no-idt\","
                + "\"start\":\"bound\",\"touchedBytes\":0,\"nativeMicros\":2.0,"
                + "\"overheadMicros\":{\"min\":29.123,\"p50\":30.123,\"p99\":31.123},"
                + "\"ratio\":{\"min\":0.5,\"p50\":0.5},\"cpuMicros\":40.0}]}");
  }

  @Test
  void everyGoalIsSaidToBeMetOrMissed() {
    assertThat(report(35, 64, 0.95, 100).goals()).hasSize(6).allMatch(g -> g.startsWith("met"));
    List<String> missed = report(35.1, 66, 0.89, 153).goals();
    assertThat(missed).hasSize(6).allMatch(goal -> goal.startsWith("MISSED"));
    assertThat(missed.getFirst()).contains("35.1 µs, goal at most 35.0");
    assertThat(report(35, 64, 0.95, 100).text()).contains("overhead", "floor", "25.0 µs", "CPU");
  }

  private static BenchReport report(double bound, double loaded, double ratio, double cpu) {
    List<BenchRow> rows = new ArrayList<>();
    for (BenchCase work : BenchCase.ALL) {
      for (StartKind start : StartKind.values()) {
        rows.add(row(work, start, start == StartKind.BOUND ? bound : loaded, ratio, cpu));
      }
    }
    return new BenchReport(HOST, Map.of(EntryVariant.NO_IDT, 25.0), rows);
  }

  private static BenchRow row(
      BenchCase work, StartKind start, double overhead, double ratio, double cpu) {
    return new BenchRow(
        work.name(),
        EntryVariant.NO_IDT.text(),
        start.text(),
        work.touchedBytes(),
        1.5,
        2,
        overhead - 1,
        overhead,
        overhead + 1,
        ratio,
        ratio,
        cpu,
        2,
        1000);
  }

  private static String json(BenchReport report) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json =
        new JsonFactory().createGenerator(ObjectWriteContext.empty(), bytes)) {
      report.writeTo(json);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
