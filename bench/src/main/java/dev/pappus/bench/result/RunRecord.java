package dev.pappus.bench.result;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code run.json} holds.
 *
 * @param bench the benchmark
 * @param command the arguments of {@code pappus} that repeat it, without {@code --out}
 * @param seed of everything that was drawn
 * @param started when, UTC
 * @param ended when, UTC
 * @param source what the product was built from
 * @param machine what it ran on
 * @param compilerFlags those of guest and native code
 * @param functions digests of binaries by file name
 * @param before how busy the host was when the run began
 * @param after and when it ended
 * @param factors by what things were scaled or set
 * @param missing what could not be measured, and why
 * @param notes what a reader must know
 * @param measures figures that comparisons can name
 */
public record RunRecord(
    String bench,
    List<String> command,
    long seed,
    String started,
    String ended,
    Source source,
    Machine machine,
    String compilerFlags,
    Map<String, String> functions,
    HostLoad before,
    HostLoad after,
    Map<String, String> factors,
    Map<String, String> missing,
    List<String> notes,
    Map<String, Measure> measures) {
  public RunRecord {
    command = List.copyOf(command);
    functions = new TreeMap<>(functions);
    factors = new TreeMap<>(factors);
    missing = new TreeMap<>(missing);
    notes = List.copyOf(notes);
    measures = new TreeMap<>(measures);
  }
}
