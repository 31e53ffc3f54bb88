package dev.pappus.dispatcher;

import dev.pappus.language.Composition;
import dev.pappus.language.CompositionCompiler;
import dev.pappus.language.SignatureLookup;
import dev.pappus.model.Diagnostic;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.List;

/** Composition texts against what is registered. */
final class CompositionTexts {
  private CompositionTexts() {}

  /**
   * A text without errors.
   *
   * @param compositions its compositions, in text order
   * @param warnings what the checker noticed
   */
  record Checked(List<Composition> compositions, List<Diagnostic> warnings) {}

  /**
   * Checks {@code text}.
   *
   * @throws ProblemException with COMPOSITION_INVALID and every message
   */
  static Checked check(String text, SignatureLookup registry) {
    CompositionCompiler.Compiled compiled = CompositionCompiler.compile(text, registry);
    if (!compiled.hasErrors()) {
      return new Checked(compiled.compositions(), compiled.diagnostics());
    }
    List<Diagnostic> errors =
        compiled.diagnostics().stream()
            .filter(d -> d.severity() == Diagnostic.Severity.ERROR)
            .toList();
    Diagnostic first = errors.getFirst();
    throw new ProblemException(
        Problem.of(
                ProblemCode.COMPOSITION_INVALID,
                "%d:%d: %s%s",
                first.line(),
                first.column(),
                first.message(),
                errors.size() == 1 ? "" : " (and " + (errors.size() - 1) + " more)")
            .withHint("'pappus check' shows every message with its place in the text")
            .withDiagnostics(compiled.diagnostics()));
  }
}
