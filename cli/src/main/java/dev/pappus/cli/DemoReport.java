package dev.pappus.cli;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * What a run of the demo gave.
 *
 * @param pattern what was counted
 * @param servers a row for each log, in the order of the list
 * @param total what the composition added up
 */
record DemoReport(String pattern, List<Row> servers, long total) {
  DemoReport {
    servers = List.copyOf(servers);
  }

  /**
   * One log and the instance that counted its lines.
   *
   * @param name the server's name
   * @param count what the instance put out
   * @param bytes size of the log
   * @param fetchMicros time of the HTTP instance
   * @param instance the report of the counting instance
   */
  record Row(String name, long count, long bytes, long fetchMicros, JsonObject instance) {
    String micros(String phase) {
      return String.format(Locale.ROOT, "%.1f", value(phase));
    }

    double value(String phase) {
      Number number = instance.number(phase);
      return number == null ? 0 : number.doubleValue();
    }

    String start() {
      return instance.text("start", "unknown");
    }
  }

  /** Joins the items of the answer with the reports of the instances by position in the list. */
  static DemoReport of(
      String pattern, List<DemoLog> logs, List<DataSet> sets, List<JsonObject> instances) {
    Map<Long, JsonObject> counting = byKey(instances, "count_lines");
    Map<Long, JsonObject> fetching = byKey(instances, "HTTP");
    Map<Long, Long> counts = new HashMap<>();
    long total = -1;
    for (DataSet set : sets) {
      for (Item item : set.items()) {
        if (set.name().equals("counts")) {
          counts.put(item.key().value(), number(item));
        } else if (set.name().equals("total")) {
          total = number(item);
        }
      }
    }
    Row[] rows = new Row[logs.size()];
    for (int i = 0; i < rows.length; i++) {
      long key = i;
      Long count = counts.get(key);
      if (count == null || total < 0) {
        throw new CliException(ExitCode.FAILED, "the answer lacks " + logs.get(i).name(), null);
      }
      JsonObject fetch = fetching.getOrDefault(key, JsonObject.EMPTY);
      rows[i] =
          new Row(
              logs.get(i).name(),
              count,
              logs.get(i).bytes().length,
              fetch.integer("runMicros"),
              counting.getOrDefault(key, JsonObject.EMPTY));
    }
    return new DemoReport(pattern, Arrays.asList(rows), total);
  }

  private static Map<Long, JsonObject> byKey(List<JsonObject> instances, String function) {
    Map<Long, JsonObject> found = new HashMap<>();
    for (JsonObject each : instances) {
      if (function.equals(each.text("function"))) {
        found.put(each.integer("key"), each);
      }
    }
    return found;
  }

  private static long number(Item item) {
    try {
      return Long.parseLong(item.text().strip());
    } catch (NumberFormatException e) {
      throw new CliException(
          ExitCode.FAILED, "item " + item.name() + " of the answer is no number", null);
    }
  }

  /** The table for people. */
  String table() {
    TextTable table =
        new TextTable(
            "SERVER",
            ">COUNT",
            ">BYTES",
            ">FETCH µs",
            ">QUEUE µs",
            ">LOAD µs",
            ">RUN µs",
            ">REPLY µs",
            "START");
    long bytes = 0;
    double[] sums = new double[4];
    for (Row row : servers) {
      table.row(
          row.name(),
          Long.toString(row.count()),
          Long.toString(row.bytes()),
          Long.toString(row.fetchMicros()),
          row.micros("queueMicros"),
          row.micros("loadMicros"),
          row.micros("runMicros"),
          row.micros("replyMicros"),
          row.start());
      bytes += row.bytes();
      sums[0] += row.value("queueMicros");
      sums[1] += row.value("loadMicros");
      sums[2] += row.value("runMicros");
      sums[3] += row.value("replyMicros");
    }
    table.row(
        "total",
        Long.toString(total),
        Long.toString(bytes),
        "",
        String.format(Locale.ROOT, "%.1f", sums[0]),
        String.format(Locale.ROOT, "%.1f", sums[1]),
        String.format(Locale.ROOT, "%.1f", sums[2]),
        String.format(Locale.ROOT, "%.1f", sums[3]),
        "");
    return table.toString();
  }

  /** The object for programs. */
  void writeTo(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("pattern", pattern);
    json.writeArrayPropertyStart("servers");
    for (Row row : servers) {
      json.writeStartObject();
      json.writeStringProperty("name", row.name());
      json.writeNumberProperty("count", row.count());
      json.writeNumberProperty("bytes", row.bytes());
      for (String phase : List.of("queueMicros", "loadMicros", "runMicros", "replyMicros")) {
        json.writeName(phase);
        Json.writeValue(json, row.instance().number(phase));
      }
      json.writeStringProperty("start", row.start());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNumberProperty("total", total);
    json.writeEndObject();
  }

  static byte[] patternBytes(String pattern) {
    return pattern.getBytes(StandardCharsets.UTF_8);
  }
}
