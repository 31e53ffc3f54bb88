package dev.pappus.language;

import dev.pappus.language.CompositionChecker.Checked;
import dev.pappus.model.Diagnostic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Text to checked compositions. Pure: any thread may use it, and no text makes it throw. */
public final class CompositionCompiler {
  /**
   * The texts of all compositions of one text may together have this many chars. A declaration
   * stands in the text of every composition that uses it, so that few bytes could ask for many.
   */
  private static final long TEXTS_MAX = 16L << 20;

  private CompositionCompiler() {}

  /**
   * What a text holds.
   *
   * @param compositions its compositions in text order; none if there is an error
   * @param diagnostics errors and warnings in text order, at most 100
   */
  public record Compiled(List<Composition> compositions, List<Diagnostic> diagnostics) {
    public Compiled {
      compositions = List.copyOf(compositions);
      diagnostics = List.copyOf(diagnostics);
    }

    /** Whether the text cannot be used. */
    public boolean hasErrors() {
      return diagnostics.stream().anyMatch(d -> d.severity() == Diagnostic.Severity.ERROR);
    }
  }

  /**
   * Checks {@code text} against what is registered. The compositions of the text may use each other
   * in any order; whether their names are free is for the registry to say.
   */
  public static Compiled compile(String text, SignatureLookup registry) {
    return compile(text, Optional.of(registry));
  }

  /** Checks {@code text} without a registry: every function is what its declaration says. */
  public static Compiled check(String text) {
    return compile(text, Optional.empty());
  }

  private static Compiled compile(String text, Optional<SignatureLookup> registry) {
    Parsed parsed = Parsed.of(text);
    Diagnostics diagnostics = parsed.diagnostics();
    List<Checked> checked = Checker.check(parsed.source(), parsed.module(), diagnostics, registry);
    CompositionText texts = new CompositionText(parsed);
    List<Composition> compositions = new ArrayList<>();
    long textsLeft = TEXTS_MAX;
    for (Checked each : checked) {
      if (diagnostics.hasErrors()) {
        break;
      }
      Composition composition = composition(texts, each);
      compositions.add(composition);
      textsLeft -= composition.text().length();
      if (textsLeft < 0) {
        diagnostics.error(
            each.block().name().offset(),
            "the compositions up to here and their declarations come to more than %d MiB of text; split the text"
                .formatted(TEXTS_MAX >> 20));
      }
    }
    return new Compiled(diagnostics.hasErrors() ? List.of() : compositions, diagnostics.inOrder());
  }

  private static Composition composition(CompositionText texts, Checked checked) {
    CompositionText.Printed printed = texts.alone(checked.block(), checked.callees());
    List<Application> applications = new ArrayList<>(checked.applications().size());
    for (Application application : checked.applications()) {
      applications.add(
          new Application(
              application.index(),
              application.callee(),
              application.signature(),
              application.inputs(),
              application.outputs(),
              application.join(),
              printed.lines().get(application.index())));
    }
    return new Composition(
        checked.block().name().text(),
        checked.signature(),
        checked.setNames(),
        checked.outputs(),
        applications,
        printed.text());
  }
}
