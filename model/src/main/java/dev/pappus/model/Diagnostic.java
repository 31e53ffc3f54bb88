package dev.pappus.model;

import java.util.Locale;

/**
 * One message about a text, at a place in it.
 *
 * @param severity whether the text can be used all the same
 * @param line line number, from 1
 * @param column column in characters, from 1
 * @param message what is wrong and what would be right
 * @param excerpt the line, and below it a line with a caret under the column
 */
public record Diagnostic(Severity severity, int line, int column, String message, String excerpt) {
  /** How bad it is. */
  public enum Severity {
    ERROR,
    WARNING
  }

  /** {@code 3:17: error: …} followed by the excerpt. */
  public String render() {
    String level = severity.name().toLowerCase(Locale.ROOT);
    return line + ":" + column + ": " + level + ": " + message + "\n" + excerpt;
  }
}
