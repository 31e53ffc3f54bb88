package dev.pappus.bench.result;

import dev.pappus.model.Digest;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * A folder that takes the results of one run as they come, so that a run which is cut off leaves
 * what it has. {@link #close} writes {@code run.json}. One thread uses it.
 */
public final class RunFolder implements AutoCloseable {
  /** What was run. */
  public static final String RUN = "run.json";

  /** A row for each repetition. */
  public static final String POINTS = "points.csv";

  private static final String HISTOGRAMS = "histograms";

  private final Path path;
  private final RunPlan plan;
  private final Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final HostLoad before = HostLoad.read();
  private final SequencedMap<String, String> factors = new TreeMap<>();
  private final SequencedMap<String, String> missing = new TreeMap<>();
  private final SequencedMap<String, Measure> measures = new TreeMap<>();
  private final List<String> notes = new ArrayList<>();
  private final List<Point> points = new ArrayList<>();
  private final Map<String, HistogramLogWriter> logs = new HashMap<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Writer rows;

  private RunFolder(Path path, RunPlan plan) throws IOException {
    this.path = path;
    this.plan = plan;
    this.rows = Files.newBufferedWriter(path.resolve(POINTS));
    rows.write(PointsFile.HEADER + "\n");
    open.add(rows);
  }

  /**
   * Makes one.
   *
   * @param path must be absent, or empty
   * @throws IOException if it is neither, or cannot be made
   */
  public static RunFolder create(Path path, RunPlan plan) throws IOException {
    Files.createDirectories(path);
    try (Stream<Path> files = Files.list(path)) {
      if (files.findAny().isPresent()) {
        throw new IOException(path + " is not empty: results of two runs do not mix");
      }
    }
    Files.createDirectory(path.resolve(HISTOGRAMS));
    return new RunFolder(path, plan);
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** Adds a row. */
  public void add(Point point) {
    points.add(point);
    PointsFile.append(rows, point);
  }

  /**
   * Adds a row with the histogram of its latencies, in nanoseconds.
   *
   * @param tag tells the histograms of a series apart; no blanks and no commas
   */
  public void add(Point point, String tag, Histogram nanos) {
    String file = point.text(Column.SERIES) + ".hlog";
    HistogramLogWriter log =
        logs.computeIfAbsent(file, name -> log(path.resolve(HISTOGRAMS).resolve(name)));
    Histogram copy = nanos.copy();
    copy.setTag(tag);
    copy.setStartTimeStamp(started.toEpochMilli());
    copy.setEndTimeStamp(System.currentTimeMillis());
    log.outputIntervalHistogram(copy);
    add(point.with(Column.HISTOGRAM, file + "#" + tag));
  }

  private HistogramLogWriter log(Path file) {
    try {
      OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
      PrintStream printed = new PrintStream(out, false, StandardCharsets.UTF_8);
      open.add(printed);
      HistogramLogWriter log = new HistogramLogWriter(printed);
      log.outputComment("[latencies in nanoseconds, from when a request was due]");
      log.outputLogFormatVersion();
      log.outputStartTime(started.toEpochMilli());
      log.outputLegend();
      return log;
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written", e);
    }
  }

  /** Rows so far. */
  public List<Point> points() {
    return List.copyOf(points);
  }

  /** Says by what something was scaled, or set, that shapes the results. */
  public void factor(String name, String value) {
    factors.put(name, value);
  }

  /** The only sample of a measure, or, where it is NaN, why there is none. */
  public void measure(String name, String unit, double value, String whyNot) {
    if (Double.isNaN(value)) {
      missing(name, whyNot);
    } else {
      measure(new Measure(name, unit, List.of(value)));
    }
  }

  /** Says why something was not measured. */
  public void missing(String what, String reason) {
    missing.put(what, reason);
  }

  /** Says something that a reader must know. */
  public void note(String text) {
    notes.add(text);
  }

  /** Adds a figure that comparisons can name; a later one of the same name replaces it. */
  public void measure(Measure measure) {
    measures.put(measure.name(), measure);
  }

  /** Draws {@code NAME.svg} and {@code NAME.png}; where no PNG can be made, says why instead. */
  public void draw(String name, Figure figure) throws IOException {
    Files.writeString(path.resolve(name + ".svg"), SvgCanvas.draw(figure));
    try {
      ImageCanvas.draw(figure, path.resolve(name + ".png"));
    } catch (IOException | RuntimeException | LinkageError | InternalError e) {
      // Without fonts the JDK's drawing fails in many ways.
      missing(
          name + ".png", "this Java cannot draw text: " + e + "; install fontconfig and a font");
    }
  }

  /** Writes {@code run.json}. */
  @Override
  public void close() throws IOException {
    RunFile.write(path.resolve(RUN), record());
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (IOException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }

  private RunRecord record() throws IOException {
    Map<String, String> digests = new TreeMap<>();
    for (Path function : plan.functions()) {
      if (Files.exists(function)) {
        digests.put(
            String.valueOf(function.getFileName()),
            Digest.of(MemorySegment.ofArray(Files.readAllBytes(function))).toString());
      }
    }
    return new RunRecord(
        plan.bench(),
        plan.command(),
        plan.seed(),
        started.toString(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        Source.of(plan.home()),
        Machine.read(),
        plan.compilerFlags(),
        digests,
        before,
        HostLoad.read(),
        factors,
        missing,
        notes,
        measures);
  }
}
