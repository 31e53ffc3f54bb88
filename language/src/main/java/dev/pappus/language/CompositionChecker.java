package dev.pappus.language;

import dev.pappus.model.Signature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/** Checks one composition against what its text declares, and builds its graph. */
final class CompositionChecker {
  /**
   * A checked composition; of use only if nothing was reported.
   *
   * @param callees names of the functions and compositions it applies
   */
  record Checked(
      Syntax.CompositionBlock block,
      Signature signature,
      List<String> setNames,
      List<Integer> outputs,
      List<Application> applications,
      Set<String> callees) {}

  private final Syntax.CompositionBlock block;
  private final SourceText source;
  private final Diagnostics diagnostics;
  private final Function<Syntax.Word, Optional<Callee>> resolver;
  private final Map<String, Integer> numbers = new LinkedHashMap<>();
  private final Map<String, Integer> producers = new HashMap<>();
  private final Set<String> callees = new HashSet<>();
  private final SlotBudget slots;

  /**
   * Makes a checker.
   *
   * @param slots bounds what all compositions of the text take
   * @param resolver finds a callee, or reports that there is none
   */
  CompositionChecker(
      Syntax.CompositionBlock block,
      SourceText source,
      Diagnostics diagnostics,
      SlotBudget slots,
      Function<Syntax.Word, Optional<Callee>> resolver) {
    this.block = block;
    this.source = source;
    this.diagnostics = diagnostics;
    this.slots = slots;
    this.resolver = resolver;
  }

  Checked check() {
    collectSets();
    List<Application> applications = new ArrayList<>();
    for (Syntax.Statement statement : block.statements()) {
      if (diagnostics.full()) {
        break;
      }
      application(statement, applications.size()).ifPresent(applications::add);
    }
    List<Integer> outputs = new ArrayList<>();
    for (Syntax.Word output : block.outputs().values()) {
      outputs.add(numbers.getOrDefault(output.text(), -1));
    }
    reportCycles();
    return new Checked(
        block,
        new Signature(names(block.inputs()), names(block.outputs())),
        List.copyOf(numbers.keySet()),
        outputs,
        applications,
        callees);
  }

  private static List<String> names(Syntax.Elements<Syntax.Word> words) {
    return words.elements().stream().map(e -> e.value().text()).toList();
  }

  /** Numbers all sets: inputs, then outputs that are none, then the others as they appear. */
  private void collectSets() {
    DeclarationMatcher.distinct("input", block.inputs().values(), diagnostics);
    DeclarationMatcher.distinct("output", block.outputs().values(), diagnostics);
    for (Syntax.Word input : block.inputs().values()) {
      numbers.putIfAbsent(input.text(), numbers.size());
    }
    Set<String> inputs = new HashSet<>(numbers.keySet());
    List<Syntax.Statement> statements = block.statements();
    for (int i = 0; i < statements.size(); i++) {
      for (Syntax.Element<Syntax.Output> output : statements.get(i).outputs().elements()) {
        collectProduced(output.value().set(), i, inputs);
      }
    }
    for (Syntax.Word output : block.outputs().values()) {
      if (!inputs.contains(output.text()) && !producers.containsKey(output.text())) {
        reportUnproduced(output);
      }
      numbers.putIfAbsent(output.text(), numbers.size());
    }
    for (Syntax.Statement statement : statements) {
      for (Syntax.Element<Syntax.Output> output : statement.outputs().elements()) {
        numbers.putIfAbsent(output.value().set().text(), numbers.size());
      }
    }
  }

  private void collectProduced(Syntax.Word set, int statement, Set<String> inputs) {
    if (inputs.contains(set.text())) {
      diagnostics.error(
          set.offset(),
          "'%s' is an input of composition '%s'; a statement cannot produce it"
              .formatted(set.text(), block.name().text()));
      return;
    }
    Integer earlier = producers.putIfAbsent(set.text(), statement);
    if (earlier != null) {
      diagnostics.error(
          set.offset(),
          "set '%s' is already produced by '%s' in line %d"
              .formatted(
                  set.text(), block.statements().get(earlier).callee().text(), line(earlier)));
    }
  }

  private void reportUnproduced(Syntax.Word output) {
    if (!block.damaged() && !diagnostics.full()) {
      diagnostics.error(
          output.offset(),
          "nothing produces output '%s'%s"
              .formatted(output.text(), diagnostics.didYouMean(output.text(), producers.keySet())));
    }
  }

  private int line(int statement) {
    return source.line(block.statements().get(statement).callee().offset());
  }

  private Optional<Application> application(Syntax.Statement statement, int index) {
    Optional<Callee> found = resolver.apply(statement.callee());
    for (Syntax.Input input : statement.inputs().values()) {
      checkDefined(input);
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Callee callee = found.get();
    callees.add(callee.name());
    Signature signature = callee.signature();
    if (!slots.take(signature)) {
      diagnostics.error(
          statement.callee().offset(),
          "the statements up to here have more than %d inputs and outputs in all; split the text"
              .formatted(SlotBudget.SLOTS_MAX));
      return Optional.empty();
    }
    List<Optional<SetUse>> inputs =
        new ArrayList<>(Collections.nCopies(signature.inputs().size(), Optional.empty()));
    List<Optional<Syntax.Input>> written =
        new ArrayList<>(Collections.nCopies(signature.inputs().size(), Optional.empty()));
    ParameterSlots inputSlots =
        new ParameterSlots(
            diagnostics, callee, "input", callee.inputs(), callee.inputNames(), statement.inputs());
    for (Syntax.Input input : statement.inputs().values()) {
      int position = inputSlots.take(input.parameter());
      if (position >= 0) {
        int set = numbers.getOrDefault(input.set().text(), -1);
        inputs.set(position, Optional.of(new SetUse(set, input.sharding(), input.optional())));
        written.set(position, Optional.of(input));
      }
    }
    List<OptionalInt> outputs =
        new ArrayList<>(Collections.nCopies(signature.outputs().size(), OptionalInt.empty()));
    ParameterSlots outputSlots =
        new ParameterSlots(
            diagnostics,
            callee,
            "output",
            callee.outputs(),
            callee.outputNames(),
            statement.outputs());
    for (Syntax.Output output : statement.outputs().values()) {
      int position = outputSlots.take(output.result());
      if (position >= 0) {
        outputs.set(position, OptionalInt.of(numbers.getOrDefault(output.set().text(), -1)));
      }
    }
    Optional<Join> join =
        statement
            .join()
            .flatMap(clause -> new JoinChecker(callee, written, diagnostics).check(clause));
    int line = source.line(statement.callee().offset());
    return Optional.of(
        new Application(index, callee.name(), signature, inputs, outputs, join, line));
  }

  private void checkDefined(Syntax.Input input) {
    String set = input.set().text();
    Optional<Syntax.Word> glued = input.glued();
    if (!numbers.containsKey(set) && glued.isPresent() && isSet(glued.get().text())) {
      diagnostics.error(
          glued.get().offset(),
          "there is no set '%s'; if set '%s' is meant, its sharding word is missing: write 'all %s'"
              .formatted(set, glued.get().text(), glued.get().text()));
      return;
    }
    if (glued.isPresent()) {
      String keyword = input.sharding().keyword();
      diagnostics.warning(
          glued.get().offset(),
          "'%s' is read as '%s %s'; put a blank between them"
              .formatted(glued.get().text(), keyword, set));
    }
    if (!numbers.containsKey(set) && !block.damaged() && !diagnostics.full()) {
      diagnostics.error(
          input.set().offset(),
          "set '%s' is neither an input nor produced by a statement%s"
              .formatted(set, diagnostics.didYouMean(set, numbers.keySet())));
    }
  }

  private boolean isSet(String name) {
    return numbers.containsKey(name);
  }

  /** A cycle among the statements: none of them could ever start. */
  private void reportCycles() {
    List<Syntax.Statement> statements = block.statements();
    List<List<Integer>> successors = new ArrayList<>(statements.size());
    for (int i = 0; i < statements.size(); i++) {
      successors.add(new ArrayList<>());
    }
    for (int i = 0; i < statements.size(); i++) {
      for (Syntax.Element<Syntax.Input> input : statements.get(i).inputs().elements()) {
        Integer producer = producers.get(input.value().set().text());
        if (producer != null) {
          successors.get(producer).add(i);
        }
      }
    }
    for (List<Integer> cycle : Cycles.find(successors, Diagnostics.MAX)) {
      reportCycle(cycle);
    }
  }

  private void reportCycle(List<Integer> cycle) {
    int first = cycle.indexOf(Collections.min(cycle));
    List<Integer> inOrder = new ArrayList<>(cycle);
    Collections.rotate(inOrder, -first);
    Syntax.Statement statement = block.statements().get(inOrder.getFirst());
    if (cycle.size() == 1) {
      diagnostics.error(
          statement.callee().offset(),
          "'%s' waits for its own output, so it never starts".formatted(statement.callee().text()));
      return;
    }
    List<String> steps = new ArrayList<>();
    for (int node : inOrder.subList(0, Math.min(8, inOrder.size()))) {
      steps.add(
          "'%s' in line %d".formatted(block.statements().get(node).callee().text(), line(node)));
    }
    if (inOrder.size() > 8) {
      steps.add("…");
    }
    diagnostics.error(
        statement.callee().offset(),
        "these statements wait for each other, so none of them ever starts: "
            + String.join(", then ", steps));
  }
}
