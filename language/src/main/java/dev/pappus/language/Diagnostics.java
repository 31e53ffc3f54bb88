package dev.pappus.language;

import dev.pappus.model.Diagnostic;
import dev.pappus.model.Diagnostic.Severity;
import dev.pappus.model.Suggestion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with one text; bounded, whatever the text. */
final class Diagnostics {
  /** Most messages about one text. */
  static final int MAX = 100;

  /**
   * Names that one run may compare for did-you-mean. A comparison costs up to 63² steps, and both
   * the wrong names and the known ones may come from a hostile text.
   */
  private static final int SUGGESTION_BUDGET = 20_000;

  private record Entry(Severity severity, int offset, String message) {}

  private final SourceText source;
  private final List<Entry> errors = new ArrayList<>();
  private final List<Entry> warnings = new ArrayList<>();
  private int suggestionBudget = SUGGESTION_BUDGET;

  Diagnostics(SourceText source) {
    this.source = source;
  }

  void error(int offset, String message) {
    if (errors.size() < MAX - 1) {
      errors.add(new Entry(Severity.ERROR, offset, message));
    } else if (errors.size() == MAX - 1) {
      String last = "too many errors; the others are not shown";
      errors.add(new Entry(Severity.ERROR, offset, last));
    }
  }

  void warning(int offset, String message) {
    if (warnings.size() < MAX) {
      warnings.add(new Entry(Severity.WARNING, offset, message));
    }
  }

  boolean hasErrors() {
    return !errors.isEmpty();
  }

  /** Whether further errors would not be kept, so that looking for them is in vain. */
  boolean full() {
    return errors.size() >= MAX;
  }

  /** {@code "; did you mean 'x'?"} or nothing. */
  String didYouMean(String word, Collection<String> candidates) {
    if (candidates.size() > suggestionBudget) {
      return "";
    }
    suggestionBudget -= candidates.size();
    return Suggestion.didYouMean(word, candidates);
  }

  /** At most {@link #MAX}, in the order of the text; errors are kept before warnings. */
  List<Diagnostic> inOrder() {
    List<Entry> kept = new ArrayList<>(errors);
    kept.addAll(warnings.subList(0, Math.min(warnings.size(), MAX - errors.size())));
    kept.sort(Comparator.comparingInt(Entry::offset));
    return kept.stream().map(e -> source.diagnostic(e.severity, e.offset, e.message)).toList();
  }
}
