package dev.pappus.bench.result;

import java.nio.file.Path;
import java.util.List;

/**
 * What is known of a run before it begins.
 *
 * @param bench the benchmark, as in {@code pappus bench NAME}
 * @param command the arguments of {@code pappus} that repeat it, without {@code --out}
 * @param seed of everything that is drawn
 * @param home root of the source tree
 * @param functions binaries whose digests are noted, if they are there
 * @param compilerFlags those of guest and native code
 */
public record RunPlan(
    String bench,
    List<String> command,
    long seed,
    Path home,
    List<Path> functions,
    String compilerFlags) {
  public RunPlan {
    command = List.copyOf(command);
    functions = List.copyOf(functions);
  }
}
