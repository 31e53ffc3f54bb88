package dev.pappus.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Options that say how a source becomes a function. */
@Command
final class SourceOptions {
  @Option(
      names = "--runtime",
      paramLabel = "NAME",
      description =
          "What runs a script: python, micropython or quickjs (default: the best that is here).")
  private @Nullable String runtime;

  @Option(
      names = "--compile",
      description =
          "Compile C sources (with main, against musl) in a sandbox; all .c and .h files make one"
              + " program.")
  private boolean compile;

  /** The runtime of a script; null is any that fits. */
  @Nullable String runtime() {
    return runtime;
  }

  boolean compile() {
    return compile;
  }

  /** Ends the command where there is no script for a runtime to run. */
  void requireNoRuntime() {
    if (runtime != null) {
      throw new CliException(ExitCode.USAGE, "--runtime goes with a script", null);
    }
  }
}
