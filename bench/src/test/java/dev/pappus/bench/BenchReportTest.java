package dev.pappus.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.sandbox.kvm.EntryVariant;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

class BenchReportTest {
  private static final HostFacts HOST = new HostFacts("CPU", 2, "Linux 6", "25");
  private static final SandboxTable TABLE =
      new SandboxTable(
          "matmul",
          new Spread(300, 310),
          List.of(
              new SandboxRow.Measured(
                  "kvm",
                  "no-idt",
                  new Spread(900, 1000),
                  List.of(
                      new SandboxRow.Start(
                          "bound", new Spread(30, 31), new Spread(340, 350), 360, 9)),
                  new Spread(8, 9),
                  new SandboxRow.Memory(OptionalDouble.empty(), OptionalDouble.of(700), "a group")),
              new SandboxRow.Missing("crun", "crun is not on the PATH")));

  @Test
  void theJsonHasTheAgreedShape() {
    BenchReport report =
        new BenchReport(
            HOST,
            Map.of(EntryVariant.NO_IDT, 25.04),
            List.of(row(BenchCase.NOP, StartKind.BOUND, 30.1234, 0.5, 40)),
            Map.of("wasm", "not built"),
            TABLE);
    assertThat(json(report))
        .isEqualTo(
            "{\"host\":{\"processor\":\"CPU\",\"processors\":2,\"kernel\":\"Linux 6\",\"java\":\"25\","
                + "\"flags\":\"-O3 -march=x86-64-v3\",\"floorMicros\":{\"no-idt\":25.04}},"
                + "\"rows\":[{\"case\":\"nop\",\"backend\":\"kvm\",\"variant\":\"no-idt\","
                + "\"start\":\"bound\",\"touchedBytes\":0,\"nativeMicros\":2.0,"
                + "\"overheadMicros\":{\"min\":29.123,\"p50\":30.123,\"p99\":31.123},"
                + "\"ratio\":{\"min\":0.5,\"p50\":0.5},\"cpuMicros\":40.0}],"
                + "\"missing\":{\"wasm\":\"not built\"},"
                + "\"sandboxes\":[{\"sandbox\":\"kvm\",\"note\":\"no-idt\","
                + "\"nativeMicros\":{\"min\":300.0,\"p50\":310.0},"
                + "\"createMicros\":{\"min\":900.0,\"p50\":1000.0},"
                + "\"starts\":[{\"start\":\"bound\",\"emptyMicros\":{\"min\":30.0,\"p50\":31.0},"
                + "\"workMicros\":{\"min\":340.0,\"p50\":350.0},\"cpuMicros\":360.0,\"samples\":9}],"
                + "\"resetMicros\":{\"min\":8.0,\"p50\":9.0},"
                + "\"memoryKiB\":{\"idle\":null,\"running\":700.0,\"from\":\"a group\"}},"
                + "{\"sandbox\":\"crun\",\"reason\":\"crun is not on the PATH\"}]}");
  }

  @Test
  void everyGoalIsSaidToBeMetOrMissed() {
    assertThat(report(35, 64, 0.95, 100).goals()).hasSize(6).allMatch(g -> g.startsWith("met"));
    List<String> missed = report(35.1, 66, 0.89, 153).goals();
    assertThat(missed).hasSize(6).allMatch(goal -> goal.startsWith("MISSED"));
    assertThat(missed.getFirst()).contains("35.1 µs, goal at most 35.0");
    assertThat(report(35, 64, 0.95, 100).text()).contains("overhead", "floor", "25.0 µs", "CPU");
  }

  @Test
  void whatCouldNotBeMeasuredSaysWhy() {
    BenchReport report =
        new BenchReport(HOST, Map.of(), List.of(), Map.of("wasm", "it is not built"), TABLE);
    assertThat(report.text())
        .contains("wasm: not measured: it is not built")
        .containsPattern("crun +not measured: crun is not on the PATH")
        .contains("340.0/350.0", "memory from: a group");
  }

  private static BenchReport report(double bound, double loaded, double ratio, double cpu) {
    List<BenchRow> rows = new ArrayList<>();
    for (BenchCase work : BenchCase.ALL) {
      for (StartKind start : StartKind.values()) {
        rows.add(row(work, start, start == StartKind.BOUND ? bound : loaded, ratio, cpu));
      }
    }
    return new BenchReport(HOST, Map.of(EntryVariant.NO_IDT, 25.0), rows, Map.of(), TABLE);
  }

  private static BenchRow row(
      BenchCase work, StartKind start, double overhead, double ratio, double cpu) {
    return new BenchRow(
        work.name(),
        "kvm",
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
