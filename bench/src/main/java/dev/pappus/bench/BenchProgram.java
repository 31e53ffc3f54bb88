package dev.pappus.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * A static Linux program that is measured as a process and in sandboxes. It reads its standard
 * input, and prints.
 *
 * @param name shown in reports
 * @param goal the most that a run from its template may take, by the median, of what a process
 *     takes
 * @param binary its file
 * @param arguments its words; those that begin with {@code /lib/} name files of the library
 * @param library what it finds in {@code /lib}
 */
public record BenchProgram(
    String name,
    OptionalDouble goal,
    Path binary,
    List<String> arguments,
    Map<String, Path> library) {
  /** The folder of the library in a sandbox. */
  static final String LIBRARY = "/lib/";

  public BenchProgram {
    arguments = List.copyOf(arguments);
    library = new TreeMap<>(library);
  }

  /** A program of the guest build that wants nothing else. */
  static BenchProgram of(String name, OptionalDouble goal, Path binary) {
    return new BenchProgram(name, goal, binary, List.of(), Map.of());
  }
}
