package dev.pappus.bench.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What others need to know of a run that has ended.
 *
 * @param name of its folder
 * @param bench the benchmark
 * @param command the arguments of {@code pappus} that repeat it, without {@code --out}
 * @param commit what it measured
 * @param processor what it ran on
 * @param measures its figures by name
 */
public record FinishedRun(
    String name,
    String bench,
    List<String> command,
    String commit,
    String processor,
    SortedMap<String, Measure> measures) {

  /**
   * Reads one.
   *
   * @param path a run folder, or its {@code run.json}
   * @throws IOException if there is none, or it cannot be understood; the message says what to do
   */
  public static FinishedRun read(Path path) throws IOException {
    Path file = Files.isDirectory(path) ? path.resolve(RunFolder.RUN) : path;
    if (!Files.exists(file)) {
      throw new IOException(
          file + " does not exist: name a folder that 'pappus bench … --out' made");
    }
    Map<?, ?> fields;
    try {
      fields = JsonValues.readObject(Files.readAllBytes(file));
    } catch (JacksonException e) {
      throw new IOException(file + " is no JSON: " + e.getOriginalMessage(), e);
    }
    if (!(fields.get("format") instanceof Number format) || format.intValue() != RunFile.FORMAT) {
      throw new IOException(
          file + " has format " + fields.get("format") + ", this version reads " + RunFile.FORMAT);
    }
    Path folder = file.toAbsolutePath().getParent();
    return new FinishedRun(
        folder == null ? file.toString() : String.valueOf(folder.getFileName()),
        text(fields.get("bench")),
        command(file, fields.get("command")),
        text(object(fields.get("source")).get("commit")),
        text(object(fields.get("machine")).get("processor")),
        measures(file, object(fields.get("measures"))));
  }

  private static List<String> command(Path file, @Nullable Object value) throws IOException {
    if (!(value instanceof List<?> words)) {
      throw new IOException(file + " lacks its command");
    }
    return words.stream().map(String::valueOf).toList();
  }

  private static SortedMap<String, Measure> measures(Path file, Map<?, ?> all) throws IOException {
    SortedMap<String, Measure> measures = new TreeMap<>();
    for (Map.Entry<?, ?> each : all.entrySet()) {
      Map<?, ?> fields = object(each.getValue());
      if (!(fields.get("samples") instanceof List<?> samples)) {
        throw new IOException(file + ": measure " + each.getKey() + " lacks its samples");
      }
      List<Double> numbers =
          samples.stream()
              .filter(Number.class::isInstance)
              .map(number -> ((Number) number).doubleValue())
              .toList();
      try {
        String name = String.valueOf(each.getKey());
        measures.put(name, new Measure(name, text(fields.get("unit")), numbers));
      } catch (IllegalArgumentException e) {
        throw new IOException(file + ": " + e.getMessage(), e);
      }
    }
    return measures;
  }

  private static Map<?, ?> object(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : String.valueOf(value);
  }
}
