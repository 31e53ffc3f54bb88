package dev.pappus.language;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Prints compositions, alone or with the declarations they need. */
final class CompositionText {
  /**
   * A composition's own text.
   *
   * @param text the text
   * @param lines for each statement the line on which it begins
   */
  record Printed(String text, List<Integer> lines) {}

  private final Parsed parsed;
  private final Map<String, Integer> positions = new HashMap<>();

  CompositionText(Parsed parsed) {
    this.parsed = parsed;
    List<Syntax.Declaration> declarations = parsed.module().declarations();
    for (int i = 0; i < declarations.size(); i++) {
      positions.putIfAbsent(declarations.get(i).name().text(), i);
    }
  }

  /**
   * The text of one composition with a declaration of everything it applies; the other compositions
   * of its text are declared like functions. Only for a text without errors.
   */
  Printed alone(Syntax.CompositionBlock block, Set<String> callees) {
    Printer printer = new Printer();
    Layout layout = parsed.layout();
    TreeSet<Integer> needed = new TreeSet<>();
    callees.forEach(callee -> needed.add(Objects.requireNonNull(positions.get(callee))));
    for (int position : needed) {
      Unit unit =
          switch (parsed.module().declarations().get(position)) {
            case Syntax.Function function -> layout.function(function);
            case Syntax.CompositionBlock other -> declaration(other);
          };
      printer.unit(unit, 0, false);
    }
    List<Integer> lines = print(printer, parsed, block);
    return new Printed(printer.text(), lines);
  }

  /** Prints {@code block}; returns for each statement the line on which it begins. */
  static List<Integer> print(Printer printer, Parsed parsed, Syntax.CompositionBlock block) {
    Layout layout = parsed.layout();
    printer.unit(layout.head(block), 0, true);
    printer.open();
    List<Integer> lines = new ArrayList<>(block.statements().size());
    for (Syntax.Statement statement : block.statements()) {
      lines.add(printer.unit(layout.statement(statement, lines.isEmpty()), 1, false));
    }
    printer.comments(layout.dangling(block), 1, false);
    printer.close(parsed.gaps().trailing(block.last() + 1));
    return lines;
  }

  private static Unit declaration(Syntax.CompositionBlock block) {
    return new Unit(
        List.of(),
        false,
        "function " + block.name().text(),
        Unit.Row.of(block.inputs().values().stream().map(Syntax.Word::text).toList()),
        Unit.Row.of(block.outputs().values().stream().map(Syntax.Word::text).toList()),
        ";",
        List.of());
  }
}
