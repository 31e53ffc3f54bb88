package dev.pappus.bench;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import tools.jackson.core.JsonGenerator;

/**
 * All sandboxes side by side.
 *
 * @param work the work in them
 * @param nativeWork how long that takes natively
 * @param rows what was measured and what could not be
 */
public record SandboxTable(String work, Spread nativeWork, List<SandboxRow> rows) {
  private static final String LINE = "%-18s %-14s %15s %15s %15s %9s %13s %9s %9s  %s%n";

  public SandboxTable {
    rows = List.copyOf(rows);
  }

  /** For people: times as minimum/median, what could not be measured at the end. */
  String text() {
    StringBuilder text = new StringBuilder();
    add(
        text,
        "All sandboxes, in turn on one processor; µs as min/p50; %s takes %s natively%n%n",
        work,
        nativeWork.text());
    add(
        text,
        LINE,
        "sandbox",
        "start",
        "create",
        "empty run",
        work,
        "CPU µs",
        "reset",
        "idle KiB",
        "run. KiB",
        "");
    for (SandboxRow row : rows) {
      if (row instanceof SandboxRow.Measured measured) {
        add(text, measured);
      }
    }
    for (SandboxRow row : rows) {
      if (row instanceof SandboxRow.Missing(String name, String reason)) {
        add(text, "%-18s not measured: %s%n", name, reason);
      }
    }
    text.append('\n');
    rows.stream()
        .filter(SandboxRow.Measured.class::isInstance)
        .map(row -> ((SandboxRow.Measured) row).memory().from())
        .distinct()
        .forEach(from -> add(text, "memory from: %s%n", from));
    return text.toString();
  }

  private static void add(StringBuilder text, SandboxRow.Measured row) {
    boolean first = true;
    for (SandboxRow.Start start : row.starts()) {
      add(
          text,
          LINE,
          first ? row.name() : "",
          start.start(),
          first ? row.create().text() : "",
          start.empty().text(),
          start.work().text(),
          String.format(Locale.ROOT, "%.0f", start.cpuMicros()),
          first ? row.reset().text() : "",
          first ? text(row.memory().idleKib()) : "",
          first ? text(row.memory().runningKib()) : "",
          first ? row.note() : "");
      first = false;
    }
  }

  private static String text(OptionalDouble kib) {
    return kib.isPresent() ? String.format(Locale.ROOT, "%.0f", kib.getAsDouble()) : "-";
  }

  private static void add(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments));
  }

  /** For programs: the array of the rows. */
  void writeTo(JsonGenerator json) {
    json.writeArrayPropertyStart("sandboxes");
    for (SandboxRow row : rows) {
      json.writeStartObject();
      json.writeStringProperty("sandbox", row.name());
      switch (row) {
        case SandboxRow.Missing missing -> json.writeStringProperty("reason", missing.reason());
        case SandboxRow.Measured measured -> write(json, measured);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void write(JsonGenerator json, SandboxRow.Measured row) {
    json.writeStringProperty("note", row.note());
    spread(json, "nativeMicros", nativeWork);
    spread(json, "createMicros", row.create());
    json.writeArrayPropertyStart("starts");
    for (SandboxRow.Start start : row.starts()) {
      json.writeStartObject();
      json.writeStringProperty("start", start.start());
      spread(json, "emptyMicros", start.empty());
      spread(json, "workMicros", start.work());
      BenchReport.number(json, "cpuMicros", start.cpuMicros());
      json.writeNumberProperty("samples", start.samples());
      json.writeEndObject();
    }
    json.writeEndArray();
    spread(json, "resetMicros", row.reset());
    json.writeObjectPropertyStart("memoryKiB");
    optional(json, "idle", row.memory().idleKib());
    optional(json, "running", row.memory().runningKib());
    json.writeStringProperty("from", row.memory().from());
    json.writeEndObject();
  }

  private static void spread(JsonGenerator json, String name, Spread spread) {
    json.writeObjectPropertyStart(name);
    BenchReport.number(json, "min", spread.min());
    BenchReport.number(json, "p50", spread.p50());
    json.writeEndObject();
  }

  private static void optional(JsonGenerator json, String name, OptionalDouble value) {
    if (value.isPresent()) {
      BenchReport.number(json, name, value.getAsDouble());
    } else {
      json.writeNullProperty(name);
    }
  }
}
