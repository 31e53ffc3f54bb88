package dev.pappus.language;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Assigns the names in an application's list to positions, each at most once. */
final class ParameterSlots {
  private final Diagnostics diagnostics;
  private final Callee callee;
  private final String kind;
  private final Map<String, Integer> positions;
  private final List<String> declared;
  private final int given;
  private final Set<String> taken = new HashSet<>();
  private boolean surplusReported;

  ParameterSlots(
      Diagnostics diagnostics,
      Callee callee,
      String kind,
      Map<String, Integer> positions,
      List<String> declared,
      Syntax.Elements<?> list) {
    this.diagnostics = diagnostics;
    this.callee = callee;
    this.kind = kind;
    this.positions = positions;
    this.declared = declared;
    given = list.elements().size();
  }

  /** Position of {@code name}; -1 after an error. */
  int take(Syntax.Word name) {
    Integer position = positions.get(name.text());
    if (position == null) {
      reportUnknown(name);
      return -1;
    }
    if (!taken.add(name.text())) {
      diagnostics.error(
          name.offset(),
          "%s '%s' of '%s' is assigned twice".formatted(kind, name.text(), callee.name()));
      return -1;
    }
    return position;
  }

  private void reportUnknown(Syntax.Word name) {
    if (diagnostics.full()) {
      return;
    }
    String has =
        declared.isEmpty()
            ? "no " + kind + "s"
            : DeclarationMatcher.count(declared.size(), kind)
                + " ("
                + DeclarationMatcher.shown(declared)
                + ")";
    if (given > declared.size()) {
      if (!surplusReported) {
        surplusReported = true;
        diagnostics.error(
            name.offset(),
            "'%s' has %s, but %d %s assigned"
                .formatted(callee.name(), has, given, given == 1 ? "is" : "are"));
      }
      return;
    }
    diagnostics.error(
        name.offset(),
        "'%s' has no %s '%s', only (%s)%s"
            .formatted(
                callee.name(),
                kind,
                name.text(),
                DeclarationMatcher.shown(declared),
                diagnostics.didYouMean(name.text(), declared)));
  }
}
