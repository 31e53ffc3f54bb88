package dev.pappus.model;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A failure as it reaches the caller: who, where, why and what to do next. A value, not an
 * exception; code deep in a parser throws it inside a {@link ProblemException}.
 *
 * @param code which of the known things went wrong
 * @param detail one sentence about this occurrence
 * @param hint what to do next, or null
 * @param node name of the node that failed, or null
 * @param function the function or composition concerned, or null
 * @param application the application inside a composition, {@code composition/3:function}, or null
 * @param item the item that was at work, {@code SET:KEY/ITEM}, or null
 * @param guest what the monitor saw, for a problem of source function, or null
 * @param diagnostics messages about a text, with places; empty if it is not about a text
 */
public record Problem(
    ProblemCode code,
    String detail,
    @Nullable String hint,
    @Nullable String node,
    @Nullable String function,
    @Nullable String application,
    @Nullable String item,
    @Nullable GuestState guest,
    List<Diagnostic> diagnostics) {
  public Problem {
    diagnostics = List.copyOf(diagnostics);
  }

  /** A problem with a formatted detail (root locale). */
  public static Problem of(ProblemCode code, String detail, @Nullable Object... arguments) {
    String text = arguments.length == 0 ? detail : String.format(Locale.ROOT, detail, arguments);
    return new Problem(code, text, null, null, null, null, null, null, List.of());
  }

  /** With what to do next. */
  public Problem withHint(String newHint) {
    return new Problem(
        code, detail, newHint, node, function, application, item, guest, diagnostics);
  }

  /** With the name of the node. */
  public Problem withNode(String newNode) {
    return new Problem(
        code, detail, hint, newNode, function, application, item, guest, diagnostics);
  }

  /** With the function or composition concerned. */
  public Problem withFunction(String newFunction) {
    return new Problem(
        code, detail, hint, node, newFunction, application, item, guest, diagnostics);
  }

  /** With the application inside a composition. */
  public Problem withApplication(String newApplication) {
    return new Problem(
        code, detail, hint, node, function, newApplication, item, guest, diagnostics);
  }

  /** With the item that was at work. */
  public Problem withItem(String newItem) {
    return new Problem(
        code, detail, hint, node, function, application, newItem, guest, diagnostics);
  }

  /** With what the monitor saw. */
  public Problem withGuest(GuestState newGuest) {
    return new Problem(
        code, detail, hint, node, function, application, item, newGuest, diagnostics);
  }

  /** With messages about a text. */
  public Problem withDiagnostics(List<Diagnostic> newDiagnostics) {
    return new Problem(
        code, detail, hint, node, function, application, item, guest, newDiagnostics);
  }

  /** {@code code: detail}, for logs. */
  @Override
  public String toString() {
    return code.text() + ": " + detail;
  }
}
