package dev.pappus.language;

import dev.pappus.model.Signature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Maps the names of a function's declaration to the positions of its registered signature. */
final class DeclarationMatcher {
  private final Diagnostics diagnostics;
  private final Syntax.Function declaration;

  private DeclarationMatcher(Diagnostics diagnostics, Syntax.Function declaration) {
    this.diagnostics = diagnostics;
    this.declaration = declaration;
  }

  /** The callee that {@code declaration} declares; empty after an error. */
  static Optional<Callee> match(
      Syntax.Function declaration, Signature registered, Diagnostics diagnostics) {
    DeclarationMatcher matcher = new DeclarationMatcher(diagnostics, declaration);
    Optional<Map<String, Integer>> inputs =
        matcher.positions("input", declaration.inputs().values(), registered.inputs());
    Optional<Map<String, Integer>> outputs =
        matcher.positions("output", declaration.outputs().values(), registered.outputs());
    if (inputs.isEmpty() || outputs.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Callee(
            declaration.name().text(),
            registered,
            inputs.get(),
            outputs.get(),
            List.copyOf(inputs.get().keySet()),
            List.copyOf(outputs.get().keySet())));
  }

  /** Reports names that stand twice in a list; returns whether all are distinct. */
  static boolean distinct(String kind, List<Syntax.Word> names, Diagnostics diagnostics) {
    Set<String> seen = new HashSet<>();
    boolean distinct = true;
    for (Syntax.Word name : names) {
      if (!seen.add(name.text())) {
        distinct = false;
        diagnostics.error(name.offset(), "%s '%s' stands twice".formatted(kind, name.text()));
      }
    }
    return distinct;
  }

  private Optional<Map<String, Integer>> positions(
      String kind, List<Syntax.Word> declared, List<String> registered) {
    if (!distinct(kind, declared, diagnostics)) {
      return Optional.empty();
    }
    String function = declaration.name().text();
    if (declared.size() != registered.size()) {
      diagnostics.error(
          declaration.name().offset(),
          "'%s' has %s (%s), but %d %s declared"
              .formatted(
                  function,
                  count(registered.size(), kind),
                  shown(registered),
                  declared.size(),
                  declared.size() == 1 ? "is" : "are"));
      return Optional.empty();
    }
    List<String> names = declared.stream().map(Syntax.Word::text).toList();
    if (names.equals(registered) || Collections.disjoint(names, new HashSet<>(registered))) {
      return Optional.of(byPosition(names));
    }
    return byName(kind, declared, registered);
  }

  private Optional<Map<String, Integer>> byName(
      String kind, List<Syntax.Word> declared, List<String> registered) {
    String function = declaration.name().text();
    Map<String, Integer> registeredPositions = byPosition(registered);
    Map<String, Integer> positions = new LinkedHashMap<>();
    List<Syntax.Word> unknown = new ArrayList<>();
    for (Syntax.Word name : declared) {
      Integer position = registeredPositions.get(name.text());
      if (position == null) {
        unknown.add(name);
      } else {
        positions.put(name.text(), position);
      }
    }
    for (Syntax.Word name : unknown) {
      if (!diagnostics.full()) {
        List<String> free =
            registered.stream().filter(r -> !positions.containsKey(r)).limit(100).toList();
        diagnostics.error(
            name.offset(),
            "'%s' has no %s '%s', only (%s)%s"
                .formatted(
                    function,
                    kind,
                    name.text(),
                    shown(registered),
                    diagnostics.didYouMean(name.text(), free)));
      }
    }
    if (!unknown.isEmpty()) {
      return Optional.empty();
    }
    diagnostics.warning(
        declared.getFirst().offset(),
        "the %ss of '%s' are registered in the order (%s); they are matched by name"
            .formatted(kind, function, shown(registered)));
    return Optional.of(positions);
  }

  private static Map<String, Integer> byPosition(List<String> names) {
    Map<String, Integer> positions = LinkedHashMap.newLinkedHashMap(names.size());
    for (int i = 0; i < names.size(); i++) {
      positions.put(names.get(i), i);
    }
    return positions;
  }

  /** {@code 1 input}, {@code 2 inputs}. */
  static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  /** Names for a message; long lists are cut. */
  static String shown(List<String> names) {
    return names.size() <= 10
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, 10)) + ", …";
  }
}
