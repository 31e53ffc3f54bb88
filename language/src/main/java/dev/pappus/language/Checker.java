package dev.pappus.language;

import dev.pappus.language.CompositionChecker.Checked;
import dev.pappus.model.Names;
import dev.pappus.model.Signature;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks a whole text: declarations against the registry, then every composition. */
final class Checker {
  private final SourceText source;
  private final Syntax.Module module;
  private final Diagnostics diagnostics;
  private final Optional<SignatureLookup> registry;
  private final Set<String> compositionNames = new HashSet<>();
  private final Map<String, Callee> callees = new HashMap<>();

  /** Declared, but not usable; that was reported where it was declared. */
  private final Set<String> broken = new HashSet<>();

  private final Map<String, Syntax.Declaration> declared = new HashMap<>();

  private Checker(
      SourceText source,
      Syntax.Module module,
      Diagnostics diagnostics,
      Optional<SignatureLookup> registry) {
    this.source = source;
    this.module = module;
    this.diagnostics = diagnostics;
    this.registry = registry;
    for (Syntax.Declaration declaration : module.declarations()) {
      if (declaration instanceof Syntax.CompositionBlock) {
        compositionNames.add(declaration.name().text());
      }
    }
  }

  /**
   * Checks a text; the result is of use only if nothing was reported.
   *
   * @param registry what is registered; where it is absent, every declaration is taken for true
   */
  static List<Checked> check(
      SourceText source,
      Syntax.Module module,
      Diagnostics diagnostics,
      Optional<SignatureLookup> registry) {
    return new Checker(source, module, diagnostics, registry).check();
  }

  private List<Checked> check() {
    for (Syntax.Declaration declaration : module.declarations()) {
      if (diagnostics.full()) {
        break;
      }
      declare(declaration);
    }
    SlotBudget slots = new SlotBudget();
    List<Checked> checked = new ArrayList<>();
    for (Syntax.Declaration declaration : module.declarations()) {
      if (declaration instanceof Syntax.CompositionBlock block && !diagnostics.full()) {
        checked.add(
            new CompositionChecker(block, source, diagnostics, slots, this::resolve).check());
      }
    }
    reportRecursion(checked);
    return checked;
  }

  private void declare(Syntax.Declaration declaration) {
    String name = declaration.name().text();
    Syntax.Declaration earlier = declared.putIfAbsent(name, declaration);
    if (earlier != null) {
      reportDuplicate(declaration, earlier);
      return;
    }
    if (declaration.damaged()) {
      broken.add(name);
      return;
    }
    Optional<Callee> callee =
        switch (declaration) {
          case Syntax.Function function -> callee(function);
          case Syntax.CompositionBlock block -> callee(block);
        };
    callee.ifPresentOrElse(c -> callees.put(name, c), () -> broken.add(name));
  }

  private Optional<Callee> callee(Syntax.Function function) {
    return (registry.isEmpty() ? Optional.of(signature(function)) : inRegistry(function))
        .flatMap(signature -> DeclarationMatcher.match(function, signature, diagnostics));
  }

  private static Optional<Callee> callee(Syntax.CompositionBlock block) {
    List<Syntax.Word> inputs = block.inputs().values();
    List<Syntax.Word> outputs = block.outputs().values();
    Map<String, Integer> inputPositions = new HashMap<>();
    Map<String, Integer> outputPositions = new HashMap<>();
    inputs.forEach(word -> inputPositions.putIfAbsent(word.text(), inputPositions.size()));
    outputs.forEach(word -> outputPositions.putIfAbsent(word.text(), outputPositions.size()));
    if (inputPositions.size() < inputs.size() || outputPositions.size() < outputs.size()) {
      return Optional.empty(); // duplicate names; the composition's own check reports them
    }
    Signature signature = signature(block);
    return Optional.of(
        new Callee(
            block.name().text(),
            signature,
            inputPositions,
            outputPositions,
            signature.inputs(),
            signature.outputs()));
  }

  private static Signature signature(Syntax.Declaration declaration) {
    return new Signature(
        declaration.inputs().values().stream().map(Syntax.Word::text).toList(),
        declaration.outputs().values().stream().map(Syntax.Word::text).toList());
  }

  private void reportDuplicate(Syntax.Declaration later, Syntax.Declaration earlier) {
    String name = later.name().text();
    int line = source.line(earlier.name().offset());
    boolean sameFunction =
        later instanceof Syntax.Function
            && earlier instanceof Syntax.Function
            && signature(later).equals(signature(earlier));
    if (sameFunction) {
      diagnostics.warning(
          later.name().offset(),
          "function '%s' is already declared in line %d".formatted(name, line));
    } else if (later instanceof Syntax.Function && earlier instanceof Syntax.Function) {
      diagnostics.error(
          later.name().offset(),
          "function '%s' is declared otherwise in line %d".formatted(name, line));
    } else {
      diagnostics.error(
          later.name().offset(),
          "'%s' is already the name of a %s in line %d"
              .formatted(
                  name, earlier instanceof Syntax.Function ? "function" : "composition", line));
    }
  }

  private Optional<Signature> inRegistry(Syntax.Function function) {
    String name = function.name().text();
    Optional<Signature> signature = registered(name);
    // A composition that takes the name will be reported itself; a name that cannot be was already.
    boolean reported = compositionNames.contains(name) || !Names.isIdentifier(name);
    if (signature.isEmpty() && !reported && !diagnostics.full()) {
      Collection<String> known = registry.map(SignatureLookup::names).orElse(List.of());
      diagnostics.error(
          function.name().offset(),
          "no function '%s' is registered%s".formatted(name, diagnostics.didYouMean(name, known)));
    }
    return signature;
  }

  private Optional<Signature> registered(String name) {
    return registry.flatMap(lookup -> lookup.signature(name));
  }

  private Optional<Callee> resolve(Syntax.Word name) {
    Callee callee = callees.get(name.text());
    if (callee != null) {
      return Optional.of(callee);
    }
    if (!broken.contains(name.text()) && !module.lost() && !diagnostics.full()) {
      String hint =
          registered(name.text())
              .map(signature -> "; add" + declarationOf(name.text(), signature))
              .orElseGet(() -> diagnostics.didYouMean(name.text(), declared.keySet()));
      diagnostics.error(
          name.offset(), "'%s' is not declared in this text%s".formatted(name.text(), hint));
    }
    return Optional.empty();
  }

  /** {@code 'function NAME (…) => (…);'}, or something shorter if that were long. */
  private static String declarationOf(String name, Signature signature) {
    if (signature.inputs().size() + signature.outputs().size() > 16) {
      return " its declaration";
    }
    return " 'function %s (%s) => (%s);'"
        .formatted(
            name, String.join(", ", signature.inputs()), String.join(", ", signature.outputs()));
  }

  private void reportRecursion(List<Checked> checked) {
    Map<String, Integer> nodes = new HashMap<>();
    for (int i = 0; i < checked.size(); i++) {
      nodes.putIfAbsent(checked.get(i).block().name().text(), i);
    }
    List<List<Integer>> successors = new ArrayList<>();
    for (Checked composition : checked) {
      successors.add(
          composition.callees().stream()
              .filter(nodes::containsKey)
              .map(nodes::get)
              .sorted()
              .toList());
    }
    for (List<Integer> cycle : Cycles.find(successors, Diagnostics.MAX)) {
      List<Integer> inOrder = new ArrayList<>(cycle);
      Collections.rotate(inOrder, -inOrder.indexOf(Collections.min(inOrder)));
      List<String> names =
          inOrder.stream().map(i -> "'" + checked.get(i).block().name().text() + "'").toList();
      diagnostics.error(
          checked.get(inOrder.getFirst()).block().name().offset(),
          names.size() == 1
              ? "composition " + names.getFirst() + " applies itself"
              : "compositions apply each other: "
                  + DeclarationMatcher.shown(names)
                  + ", then again "
                  + names.getFirst());
    }
  }
}
