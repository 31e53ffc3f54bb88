package dev.pappus.cli;

import dev.pappus.model.Digest;

/** What building a function of a project gave. */
sealed interface FunctionBuild {
  /** The function. */
  ProjectFunction function();

  /** Time in the compiler; 0 if nothing had changed. */
  long compilerNanos();

  /**
   * It can be deployed.
   *
   * @param source what a node gets
   * @param digest of what was built, the binary or the script
   */
  record Built(ProjectFunction function, FunctionSource source, Digest digest, long compilerNanos)
      implements FunctionBuild {}

  /** The compiler refused its sources; it has said why. */
  record Failed(ProjectFunction function, long compilerNanos) implements FunctionBuild {}
}
