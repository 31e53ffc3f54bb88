package dev.pappus.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * What programs cost in sandboxes, beside what they cost as processes.
 *
 * @param host where it was measured
 * @param rows for each program that of the process first
 * @param missing programs and ways that could not be measured, and why
 */
public record ProgramReport(HostFacts host, List<ProgramRow> rows, Map<String, String> missing) {
  private static final String LINE = "%-20s %-32s %10s %10s %10s %8s %8s  %s%n";

  public ProgramReport {
    rows = List.copyOf(rows);
    missing = Collections.unmodifiableMap(new LinkedHashMap<>(missing));
  }

  /** The report for people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    add(
        text,
        "%s, %d CPUs, %s, Java %s%n",
        host.processor(),
        host.processors(),
        host.kernel(),
        host.java());
    add(text, "each reads 18 bytes and prints a line; in turn on one processor; times in µs%n%n");
    add(text, LINE, "program", "way", "min", "p50", "CPU", "of min", "of p50", "goal by p50");
    String last = "";
    for (ProgramRow row : rows) {
      boolean first = !row.program().equals(last);
      last = row.program();
      boolean process = row.way().equals(ProgramRow.PROCESS);
      add(
          text,
          LINE,
          first ? row.program() : "",
          row.way(),
          micros(row.took().min()),
          micros(row.took().p50()),
          micros(row.cpu()),
          process ? "" : ratio(row.ratioMin()),
          process ? "" : ratio(row.ratioP50()),
          row.goal().isEmpty()
              ? ""
              : "%s (at most %s)".formatted(row.verdict(), ratio(row.goal().getAsDouble())));
    }
    text.append('\n');
    missing.forEach((what, reason) -> add(text, "%s: not measured: %s%n", what, reason));
    return text.toString();
  }

  private static String micros(double value) {
    return String.format(Locale.ROOT, value < 1000 ? "%.1f" : "%.0f", value);
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, value < 0.1 ? "%.3f" : "%.2f", value);
  }

  private static void add(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments));
  }

  /** The report for programs. */
  public void writeTo(JsonGenerator json) {
    json.writeStartObject();
    json.writeObjectPropertyStart("host");
    host.writeTo(json);
    json.writeEndObject();
    json.writeArrayPropertyStart("rows");
    for (ProgramRow row : rows) {
      json.writeStartObject();
      json.writeStringProperty("program", row.program());
      json.writeStringProperty("way", row.way());
      BenchReport.number(json, "minMicros", row.took().min());
      BenchReport.number(json, "p50Micros", row.took().p50());
      BenchReport.number(json, "cpuMicros", row.cpu());
      json.writeNumberProperty("samples", row.samples());
      BenchReport.number(json, "ratioMin", row.ratioMin());
      BenchReport.number(json, "ratioP50", row.ratioP50());
      row.goal().ifPresent(goal -> BenchReport.number(json, "goal", goal));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectPropertyStart("missing");
    missing.forEach(json::writeStringProperty);
    json.writeEndObject();
    json.writeEndObject();
  }
}
