package dev.pappus.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One message about a text, at a place in it.
 *
 * @param file the file of several that it is about; null where there is one text only
 * @param severity whether the text can be used all the same
 * @param line line number, from 1
 * @param column column in characters, from 1
 * @param message what is wrong and what would be right
 * @param excerpt the line, and below it a line with a caret under the column
 */
public record Diagnostic(
    @Nullable String file,
    Severity severity,
    int line,
    int column,
    String message,
    String excerpt) {
  /** About the only text there is. */
  public Diagnostic(Severity severity, int line, int column, String message, String excerpt) {
    this(null, severity, line, column, message, excerpt);
  }

  /** How bad it is. */
  public enum Severity {
    ERROR,
    WARNING
  }

  /** The same, about one file of several. */
  public Diagnostic in(String ofFile) {
    return new Diagnostic(ofFile, severity, line, column, message, excerpt);
  }

  /** {@code 3:17: error: …}, after the file if there are several, followed by the excerpt. */
  public String render() {
    String level = severity.name().toLowerCase(Locale.ROOT);
    String place = file == null ? "" : file + ":";
    return place + line + ":" + column + ": " + level + ": " + message + "\n" + excerpt;
  }
}
