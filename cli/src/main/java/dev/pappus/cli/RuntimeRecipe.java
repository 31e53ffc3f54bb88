package dev.pappus.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Interpreters and compilers that the scripts in {@code runtimes/} build. */
enum RuntimeRecipe {
  PYTHON("python", "CPython 3.11 with its standard library"),
  MICROPYTHON("micropython", "MicroPython, a subset of Python 3 that starts at once"),
  QUICKJS("quickjs", "QuickJS, ES2023"),
  TCC("tcc", "TinyCC with musl: makes static programs of C");

  private final String text;
  private final String description;

  RuntimeRecipe(String text, String description) {
    this.text = text;
    this.description = description;
  }

  /** The recipe with this name, or null. */
  static @Nullable RuntimeRecipe of(String name) {
    for (RuntimeRecipe each : values()) {
      if (each.text.equals(name)) {
        return each;
      }
    }
    return null;
  }

  /** Its name: that of its folder, and what users type. */
  String text() {
    return text;
  }

  /** What it is, in a few words. */
  String description() {
    return description;
  }

  /**
   * The words that its program begins with in a sandbox, where its library lies in {@code /lib}.
   */
  List<String> arguments() {
    return switch (this) {
      case PYTHON, MICROPYTHON -> List.of("/lib/run.py");
      case QUICKJS -> List.of("-m", "/lib/run.js");
      case TCC -> List.of("-static");
    };
  }

  /** Files of {@code runtimes/library} that belong to its library. */
  List<String> helpers() {
    return switch (this) {
      case PYTHON, MICROPYTHON -> List.of("run.py", "pappus.py");
      case QUICKJS -> List.of("run.js", "pappus.js");
      case TCC -> List.of();
    };
  }
}
