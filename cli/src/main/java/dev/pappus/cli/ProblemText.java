package dev.pappus.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Shows a node's problem to a person. */
final class ProblemText {
  private ProblemText() {}

  /** Error, where, diagnostics with excerpts, last words, hint; nothing that is not known. */
  static void say(Terminal terminal, ProblemReply reply) {
    JsonObject problem = reply.problem();
    String code = problem.text("code");
    String detail = problem.text("detail", String.valueOf(reply.getMessage()));
    terminal.sayError(detail + (code == null ? "" : " (" + code + ")"));
    for (String line : where(problem)) {
      terminal.sayMore("  " + line);
    }
    String source = reply.sourceLine();
    if (source != null) {
      terminal.sayMore("  source: " + printable(source));
    }
    sayDiagnostics(terminal, problem, "errors", reply.file());
    String lastWords = problem.text("stderrTail");
    if (lastWords != null && !lastWords.isBlank()) {
      terminal.sayMore("  last words:");
      lastWords.lines().forEach(line -> terminal.sayMore("  | " + printable(line)));
    }
    String hint = problem.text("hint");
    if (hint != null) {
      terminal.sayHint(hint);
    }
    if (code != null) {
      terminal.sayMore("more:  pappus explain " + printable(code));
    }
  }

  /**
   * The messages about a text, each with its excerpt, in front of the place the file that it names,
   * else {@code file}.
   */
  static void sayDiagnostics(Terminal terminal, JsonObject answer, String list, String file) {
    for (JsonObject each : answer.objects(list)) {
      JsonObject span = each.has("span") ? each.object("span") : each;
      String about = printable(each.text("file", file));
      String place =
          (about.isEmpty() ? "" : about + ":") + span.integer("line") + ":" + column(span) + ": ";
      terminal.sayMore(
          place
              + each.text("severity", "error")
              + ": "
              + printable(each.text("message", each.text("detail", ""))));
      String excerpt = each.text("excerpt");
      if (excerpt != null) {
        excerpt.lines().forEach(line -> terminal.sayMore(printable(line)));
      }
    }
  }

  private static long column(JsonObject span) {
    return span.has("column") ? span.integer("column") : span.integer("col");
  }

  private static List<String> where(JsonObject problem) {
    List<String> lines = new ArrayList<>();
    StringJoiner place = new StringJoiner(", ");
    add(place, "function ", problem.text("function"));
    add(place, "application ", problem.text("application"));
    add(place, "item ", problem.text("item"));
    add(place, "node ", problem.text("node"));
    if (place.length() > 0) {
      lines.add("in " + place);
    }
    StringJoiner machine = new StringJoiner(", ");
    add(machine, "exit code ", value(problem, "exitCode"));
    add(machine, "vector ", value(problem, "vector"));
    add(machine, "address ", value(problem, "address"));
    add(machine, "at ", problem.text("symbol"));
    if (machine.length() > 0) {
      lines.add("guest: " + machine);
    }
    return lines;
  }

  private static void add(StringJoiner joiner, String label, @Nullable String value) {
    if (value != null) {
      joiner.add(label + printable(value));
    }
  }

  private static @Nullable String value(JsonObject problem, String name) {
    String text = problem.text(name);
    Number number = problem.number(name);
    return text != null || number == null ? text : number.toString();
  }

  /** Without control characters: a guest's bytes must not steer the terminal. */
  static String printable(String text) {
    StringBuilder printable = null;
    for (int i = 0; i < text.length(); i++) {
      if (steers(text.charAt(i))) {
        printable = printable == null ? new StringBuilder(text) : printable;
        printable.setCharAt(i, '\ufffd');
      }
    }
    return printable == null ? text : printable.toString();
  }

  /** Controls, and what lets text read in another order than it stands. */
  private static boolean steers(char c) {
    if (c >= ' ' && c <= '~') {
      return false; // as nearly all of what is shown
    }
    return (Character.isISOControl(c) && c != '\t')
        || (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069);
  }

  /** The same for a text of several lines. */
  static String printableLines(String text) {
    return String.join("\n", text.lines().map(ProblemText::printable).toList());
  }
}
