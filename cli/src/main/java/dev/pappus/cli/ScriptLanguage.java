package dev.pappus.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Languages whose sources are functions as they are, run by a runtime. */
enum ScriptLanguage {
  /** Python 3, by CPython, or the subset of it that MicroPython knows. */
  PYTHON(".py", "#"),
  /** JavaScript, by QuickJS. */
  JAVASCRIPT(".js", "//");

  private final String ending;
  private final String comment;

  ScriptLanguage(String ending, String comment) {
    this.ending = ending;
    this.comment = comment;
  }

  /** The language that a file's name tells, or null. */
  static @Nullable ScriptLanguage of(Path path) {
    for (ScriptLanguage each : values()) {
      if (path.toString().endsWith(each.ending)) {
        return each;
      }
    }
    return null;
  }

  /** {@code Python}, as people write it. */
  @Override
  public String toString() {
    return switch (this) {
      case PYTHON -> "Python";
      case JAVASCRIPT -> "JavaScript";
    };
  }

  /** How the names of its sources end. */
  String ending() {
    return ending;
  }

  /** What begins a line of comment. */
  String comment() {
    return comment;
  }

  /** What runs it, the best first. */
  List<String> runtimes() {
    return switch (this) {
      case PYTHON -> List.of("python", "micropython");
      case JAVASCRIPT -> List.of("quickjs");
    };
  }
}
