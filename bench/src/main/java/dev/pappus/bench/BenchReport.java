package dev.pappus.bench;

import dev.pappus.sandbox.kvm.EntryVariant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * The figures of one run of the sandbox benchmark.
 *
 * @param host where it ran
 * @param floorMicros for each entry variant the time into the smallest guest and out again
 * @param rows each sandbox against native code
 * @param missing sandboxes that the host does not have, and why
 * @param sandboxes all side by side
 */
public record BenchReport(
    HostFacts host,
    Map<EntryVariant, Double> floorMicros,
    List<BenchRow> rows,
    Map<String, String> missing,
    SandboxTable sandboxes) {
  /** Compiler flags of guest and native code that benchmarks compare. */
  public static final String FLAGS = "-O3 -march=x86-64-v3";

  public BenchReport {
    EnumMap<EntryVariant, Double> floors = new EnumMap<>(EntryVariant.class);
    floors.putAll(floorMicros);
    floorMicros = floors;
    rows = List.copyOf(rows);
    missing = Collections.unmodifiableMap(new LinkedHashMap<>(missing));
  }

  /** The report for people: absolute overhead first, then ratios, then the goals. */
  public String text() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%s, %d CPUs, %s, Java %s",
        host.processor(),
        host.processors(),
        host.kernel(),
        host.java());
    line(
        text,
        "guest and native: gcc %s (WebAssembly: clang -O3), one source, in turn on one processor",
        FLAGS);
    floorMicros.forEach((variant, floor) ->
        line(text, "floor (smallest guest, in and out), %s: %.1f µs", variant.text(), floor));
    text.append('\n');
    line(
        text,
        "%-15s %-12s %-15s %10s | overhead µs: %8s %8s %8s | of native: %6s %6s | CPU µs: %8s %8s",
        "case",
        "sandbox",
        "start",
        "native µs",
        "min",
        "p50",
        "p99",
        "min",
        "p50",
        "all",
        "beyond");
    for (BenchRow row : rows) {
      line(
          text,
          "%-15s %-12s %-15s %10.2f |              %8.1f %8.1f %8.1f |            %5.1f%% %5.1f%% |"
              + "         %8.1f %8.1f",
          row.work(),
          row.sandbox(),
          row.start(),
          row.nativeP50(),
          row.overheadMin(),
          row.overheadP50(),
          row.overheadP99(),
          100 * row.ratioMin(),
          100 * row.ratioP50(),
          row.cpu(),
          row.cpuOverNative());
    }
    text.append('\n');
    missing.forEach((sandbox, reason) -> line(text, "%s: not measured: %s", sandbox, reason));
    goals().forEach(goal -> line(text, "%s", goal));
    text.append('\n').append(sandboxes.text());
    return text.toString();
  }

  /** Whether each goal of the project was met, and by how much. */
  List<String> goals() {
    List<String> goals = new ArrayList<>();
    floorMicros.forEach((variant, floor) -> {
      BenchRow bound = row(BenchCase.TOUCH_64K, variant, StartKind.BOUND);
      BenchRow loaded = row(BenchCase.TOUCH_64K, variant, StartKind.LOADED);
      BenchRow blank = row(BenchCase.TOUCH_64K, variant, StartKind.LOADED_BLANK);
      BenchRow matmul = row(BenchCase.MATMUL_128, variant, StartKind.BOUND);
      String name = variant.text();
      goals.add(atMost(name + ": bound, 64 KiB, p50", bound.overheadP50(), floor + 10));
      goals.add(atMost(name + ": loaded, 64 KiB, p50", loaded.overheadP50(), 65));
      goals.add(atMost(name + ": loaded (blank), 64 KiB, p50", blank.overheadP50(), 65));
      goals.add(atMost(name + ": loaded, CPU beyond native", loaded.cpuOverNative(), 150));
      goals.add(
          atLeast(
              name + ": matmul 128x128, bound, p50",
              matmul.ratioP50(),
              0.90,
              matmul.nativeP50() / (matmul.nativeP50() + floor)));
      goals.add(
          atLeast(
              name + ": matmul 128x128, bound, min",
              matmul.ratioMin(),
              0.94,
              matmul.nativeMin() / (matmul.nativeMin() + floor)));
    });
    return goals;
  }

  private BenchRow row(BenchCase work, EntryVariant variant, StartKind start) {
    return rows.stream()
        .filter(row -> row.work().equals(work.name()))
        .filter(row -> row.variant().equals(variant.text()))
        .filter(row -> row.start().equals(start.text()))
        .findFirst()
        .orElseThrow();
  }

  private static String atMost(String what, double micros, double goal) {
    return String.format(
        Locale.ROOT,
        "%-6s %s: %.1f µs, goal at most %.1f",
        micros <= goal ? "met" : "MISSED",
        what,
        micros,
        goal);
  }

  /** With what the host's floor alone would leave: no sandbox here can be better than that. */
  private static String atLeast(String what, double ratio, double goal, double ceiling) {
    return String.format(
        Locale.ROOT,
        "%-6s %s: %.1f %% of native speed, goal at least %.0f (the floor alone leaves %.1f)",
        ratio >= goal ? "met" : "MISSED",
        what,
        100 * ratio,
        100 * goal,
        100 * ceiling);
  }

  private static void line(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  /** The report for programs. */
  public void writeTo(JsonGenerator json) {
    json.writeStartObject();
    json.writeObjectPropertyStart("host");
    host.writeTo(json);
    json.writeStringProperty("flags", FLAGS);
    json.writeObjectPropertyStart("floorMicros");
    floorMicros.forEach((variant, floor) -> number(json, variant.text(), floor));
    json.writeEndObject();
    json.writeEndObject();
    json.writeArrayPropertyStart("rows");
    rows.forEach(row -> write(json, row));
    json.writeEndArray();
    json.writeObjectPropertyStart("missing");
    missing.forEach(json::writeStringProperty);
    json.writeEndObject();
    sandboxes.writeTo(json);
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, BenchRow row) {
    json.writeStartObject();
    json.writeStringProperty("case", row.work());
    json.writeStringProperty("backend", row.backend());
    json.writeStringProperty("variant", row.variant());
    json.writeStringProperty("start", row.start());
    json.writeNumberProperty("touchedBytes", row.touchedBytes());
    number(json, "nativeMicros", row.nativeP50());
    json.writeObjectPropertyStart("overheadMicros");
    number(json, "min", row.overheadMin());
    number(json, "p50", row.overheadP50());
    number(json, "p99", row.overheadP99());
    json.writeEndObject();
    json.writeObjectPropertyStart("ratio");
    number(json, "min", row.ratioMin());
    number(json, "p50", row.ratioP50());
    json.writeEndObject();
    number(json, "cpuMicros", row.cpu());
    json.writeEndObject();
  }

  /** With three decimals: the clock has no more. */
  static void number(JsonGenerator json, String name, double value) {
    json.writeNumberProperty(name, Math.round(value * 1000) / 1000.0);
  }
}
