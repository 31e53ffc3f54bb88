package dev.pappus.cli;

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
   * What the sandbox of that name wants; null is any.
   *
   * @throws dev.pappus.model.ProblemException with BAD_REQUEST if there is no such sandbox
   */
  static Target of(@Nullable String sandbox) {
    return sandbox != null && SandboxChoice.parse(sandbox) == SandboxChoice.WASM ? WASM : NATIVE;
  }
}
