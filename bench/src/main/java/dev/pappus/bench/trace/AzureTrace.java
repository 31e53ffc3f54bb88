package dev.pappus.bench.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Minutes of a trace in the format of the Azure Functions Trace 2019: three tables, told apart by
 * their columns, joined by the hashes of function, application and owner. Immutable.
 *
 * @param functions those that were invoked in these minutes
 * @param fromMinute the first minute, from 1
 * @param source names of the files
 * @param dropped functions without a duration or a memory in the trace
 */
record AzureTrace(List<TraceFunction> functions, int fromMinute, String source, int dropped) {
  private static final int MINUTES_MAX = 1440;
  private static final int INVOCATIONS_MAX = 10_000_000;

  /** What a table's columns begin with in the samples; the full trace has bare numbers. */
  private static final String MINUTE = "minute_";

  private static final String DURATION = "percentile_Average_50";
  private static final String MEMORY = "AverageAllocatedMb";

  AzureTrace {
    functions = List.copyOf(functions);
  }

  int minutes() {
    return functions.isEmpty() ? 0 : functions.getFirst().perMinute().size();
  }

  /**
   * Reads a trace.
   *
   * @param sample part of the names of the files to read, or null: of several tables of a kind the
   *     one whose name sorts first
   * @param fromMinute from 1
   * @param toMinute at most 1440
   * @throws TraceException if there is none, or it cannot be understood
   */
  static AzureTrace read(Path folder, @Nullable String sample, int fromMinute, int toMinute)
      throws IOException {
    if (fromMinute < 1 || toMinute > MINUTES_MAX || fromMinute > toMinute) {
      throw new TraceException(
          "minutes must be A..B with 1 <= A <= B <= %d, not %d..%d"
              .formatted(MINUTES_MAX, fromMinute, toMinute));
    }
    List<Path> files = files(folder, sample);
    Path calls = find(files, folder, sample, "invocations per minute", AzureTrace::countsCalls);
    Path times = find(files, folder, sample, "durations", table -> table.has(DURATION));
    Path memory = find(files, folder, sample, "memory", table -> table.has(MEMORY));
    Map<String, DurationCurve> durations = readDurations(times);
    Map<String, Double> megabytes = readMemory(memory);
    List<TraceFunction> functions = new ArrayList<>();
    int dropped = 0;
    try (CsvTable table = CsvTable.open(calls)) {
      String prefix = table.has(MINUTE + 1) ? MINUTE : "";
      while (table.next()) {
        List<Integer> perMinute = new ArrayList<>();
        long sum = 0;
        for (int minute = fromMinute; minute <= toMinute; minute++) {
          int count = (int) Math.min(INVOCATIONS_MAX, table.number(prefix + minute));
          perMinute.add(count);
          sum += count;
        }
        DurationCurve curve = durations.get(functionKey(table));
        Double megabyte = megabytes.get(applicationKey(table));
        if (sum > 0 && (curve == null || megabyte == null)) {
          dropped++;
        } else if (sum > 0 && curve != null && megabyte != null) {
          functions.add(new TraceFunction(table.text("HashFunction"), perMinute, curve, megabyte));
        }
      }
    }
    if (functions.isEmpty()) {
      throw new TraceException(
          "no function of %s is invoked in minutes %d to %d: choose others with --minutes"
              .formatted(calls.getFileName(), fromMinute, toMinute));
    }
    String source = calls.getFileName() + ", " + times.getFileName() + ", " + memory.getFileName();
    return new AzureTrace(functions, fromMinute, source, dropped);
  }

  private static List<Path> files(Path folder, @Nullable String sample) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new TraceException(
          "%s is no folder: get a trace first (docs/traces.md says where)".formatted(folder));
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> isTable(file.getFileName().toString()))
          .filter(file -> sample == null || file.getFileName().toString().contains(sample))
          .sorted(Comparator.comparing(file -> file.getFileName().toString()))
          .toList();
    }
  }

  private static boolean isTable(String name) {
    return name.endsWith(".csv") || name.endsWith(".csv.gz");
  }

  private static Path find(
      List<Path> files,
      Path folder,
      @Nullable String sample,
      String what,
      Predicate<CsvTable> accepts)
      throws IOException {
    for (Path file : files) {
      try (CsvTable table = CsvTable.open(file)) {
        if (accepts.test(table)) {
          return file;
        }
      }
    }
    throw new TraceException(
        "no table of %s among the .csv and .csv.gz files%s in %s (docs/traces.md says which"
                .formatted(what, sample == null ? "" : " named *" + sample + "*", folder)
            + " columns it has)");
  }

  private static boolean countsCalls(CsvTable table) {
    return table.has(MINUTE + 1) || (table.has("1") && table.has("HashFunction"));
  }

  private static Map<String, DurationCurve> readDurations(Path file) throws IOException {
    Map<String, DurationCurve> durations = new HashMap<>();
    try (CsvTable table = CsvTable.open(file)) {
      while (table.next()) {
        durations.put(functionKey(table), DurationCurve.read(table));
      }
    }
    return durations;
  }

  private static Map<String, Double> readMemory(Path file) throws IOException {
    Map<String, Double> megabytes = new HashMap<>();
    try (CsvTable table = CsvTable.open(file)) {
      while (table.next()) {
        megabytes.put(applicationKey(table), table.number(MEMORY));
      }
    }
    return megabytes;
  }

  private static String functionKey(CsvTable table) {
    return applicationKey(table) + "/" + table.text("HashFunction");
  }

  private static String applicationKey(CsvTable table) {
    return table.text("HashOwner") + "/" + table.text("HashApp");
  }
}
