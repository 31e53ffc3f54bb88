package dev.pappus.bench.result;

import java.util.List;
import java.util.Locale;
import java.util.SortedMap;

/**
 * A claim about the figures of runs: {@code hot95/hot100 >= 0.97}. Names are measures of the last
 * run, or of an earlier one with {@code a.} or {@code b.} before them; they stand for medians.
 *
 * <pre>
 * claim      = sum comparison sum
 * comparison = "&gt;=" | "&lt;=" | "&gt;" | "&lt;"
 * sum        = product { ("+" | "-") product }
 * product    = factor { ("*" | "/") factor }
 * factor     = number | name | "(" sum ")"
 * </pre>
 */
public final class Assertion {
  private static final List<String> COMPARISONS = List.of(">=", "<=", ">", "<");
  private static final String OPERATORS = "an operator (+ - * /) or a comparison (>= <= > <)";

  private final String text;
  private final List<FinishedRun> runs;
  private int at;
  private int depth;

  private Assertion(String text, List<FinishedRun> runs) {
    this.text = text;
    this.runs = runs;
  }

  /** It cannot be read; the message points at the place and says what may stand there. */
  public static final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    SyntaxException(String message) {
      super(message);
    }
  }

  /**
   * What came of a claim.
   *
   * @param text the claim
   * @param left value of its left side
   * @param comparison {@code >=}, …
   * @param right value of its right side
   */
  public record Verdict(String text, double left, String comparison, double right) {
    /** Whether it is true; nothing is true of what was not measured. */
    public boolean holds() {
      return switch (comparison) {
        case ">=" -> left >= right;
        case "<=" -> left <= right;
        case ">" -> left > right;
        default -> left < right;
      };
    }

    /** For people: {@code holds: hot95/hot100>=0.97: 0.981 >= 0.97}. */
    public String line() {
      return String.format(
          Locale.ROOT,
          "%s: %s: %s %s %s",
          holds() ? "holds" : "FALSE",
          text,
          Numbers.text(left),
          comparison,
          Numbers.text(right));
    }
  }

  /**
   * Looks whether a claim holds.
   *
   * @param runs one or two; {@code a} is the first, {@code b} the second
   * @throws SyntaxException if it cannot be read, or names what was not measured
   */
  public static Verdict check(String text, List<FinishedRun> runs) throws SyntaxException {
    return new Assertion(text, runs).claim();
  }

  private Verdict claim() throws SyntaxException {
    double left = sum();
    String comparison = null;
    for (String each : COMPARISONS) {
      if (comparison == null && accept(each)) {
        comparison = each;
      }
    }
    if (comparison == null) {
      throw wrong(
          at == text.length() ? "a comparison is missing (>= <= > <)" : "expected " + OPERATORS);
    }
    double right = sum();
    if (at < text.length()) {
      throw wrong("expected an operator (+ - * /) or the end; a claim has one comparison");
    }
    return new Verdict(text, left, comparison, right);
  }

  private double sum() throws SyntaxException {
    double value = product();
    while (true) {
      if (accept("+")) {
        value += product();
      } else if (accept("-")) {
        value -= product();
      } else {
        return value;
      }
    }
  }

  private double product() throws SyntaxException {
    double value = factor();
    while (true) {
      if (accept("*")) {
        value *= factor();
      } else if (accept("/")) {
        value /= factor();
      } else {
        return value;
      }
    }
  }

  private double factor() throws SyntaxException {
    skipBlanks();
    if (accept("(")) {
      if (++depth > 100) {
        throw wrong("too many parentheses");
      }
      double value = sum();
      if (!accept(")")) {
        throw wrong("expected ')'");
      }
      depth--;
      return value;
    }
    int from = at;
    while (at < text.length() && isWord(text.charAt(at))) {
      at++;
    }
    String word = text.substring(from, at);
    skipBlanks();
    if (word.isEmpty()) {
      throw wrong("expected a number, the name of a measure, or '('");
    }
    if (word.matches("[0-9.]+")) {
      try {
        return Double.parseDouble(word);
      } catch (NumberFormatException e) {
        at = from;
        throw wrong("'" + word + "' is no number");
      }
    }
    return median(word, from);
  }

  private double median(String word, int from) throws SyntaxException {
    FinishedRun run = runs.getLast();
    String name = word;
    if (word.startsWith("a.") || word.startsWith("b.")) {
      int index = word.charAt(0) - 'a';
      if (index >= runs.size()) {
        at = from;
        throw wrong("there is no run b: name two folders");
      }
      run = runs.get(index);
      name = word.substring(2);
    }
    SortedMap<String, Measure> measures = run.measures();
    Measure measure = measures.get(name);
    if (measure == null) {
      at = from;
      throw wrong(
          run.name()
              + " has no measure '"
              + name
              + "'; it has "
              + (measures.isEmpty() ? "none" : String.join(", ", measures.keySet())));
    }
    return measure.median();
  }

  private static boolean isWord(char c) {
    return c == '.' || c == '_' || (c < 128 && Character.isLetterOrDigit(c));
  }

  private boolean accept(String token) {
    skipBlanks();
    if (!text.startsWith(token, at)) {
      return false;
    }
    at += token.length();
    skipBlanks();
    return true;
  }

  private void skipBlanks() {
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
  }

  private SyntaxException wrong(String what) {
    return new SyntaxException(what + "\n  " + text + "\n  " + " ".repeat(at) + "^");
  }
}
