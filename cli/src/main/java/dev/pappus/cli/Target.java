package dev.pappus.cli;

import dev.pappus.model.ProblemException;
import dev.pappus.model.SandboxChoice;
import org.jspecify.annotations.Nullable;

/** What C sources of a function are compiled to. */
enum Target {
  /** A native program, by gcc. */
  NATIVE(".elf"),
  /** A WebAssembly module, by clang. */
  WASM(".wasm");

  private final String ending;

  Target(String ending) {
    this.ending = ending;
  }

  /** How its files are called. */
  String ending() {
    return ending;
  }

  /**
   * What the value of an option {@code --sandbox} wants; null is any.
   *
   * @throws CliException if there is no such sandbox
   */
  static Target of(@Nullable String sandbox) {
    return of(sandbox(sandbox));
  }

  /** What a sandbox wants. */
  static Target of(SandboxChoice sandbox) {
    return sandbox == SandboxChoice.WASM ? WASM : NATIVE;
  }

  /**
   * The value of an option {@code --sandbox}; null is any.
   *
   * @throws CliException if there is no such sandbox
   */
  static SandboxChoice sandbox(@Nullable String sandbox) {
    try {
      return sandbox == null ? SandboxChoice.AUTO : SandboxChoice.parse(sandbox);
    } catch (ProblemException e) {
      throw new CliException(
          ExitCode.USAGE,
          "--sandbox: there is no sandbox '" + ProblemText.printable(sandbox) + "'",
          e.problem().hint());
    }
  }
}
