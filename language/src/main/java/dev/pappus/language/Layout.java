package dev.pappus.language;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Syntax and comments to {@link Unit}s: decides which comment belongs to what. */
final class Layout {
  private final Gaps gaps;

  Layout(Gaps gaps) {
    this.gaps = gaps;
  }

  Unit function(Syntax.Function function) {
    return unit(
        function.first(),
        function.last(),
        false,
        "function " + function.name().text(),
        function.inputs(),
        Syntax.Word::text,
        function.outputs(),
        Syntax.Word::text,
        ";",
        gaps.trailing(function.last() + 1));
  }

  /** A composition up to its opening brace. */
  Unit head(Syntax.CompositionBlock block) {
    return unit(
        block.first(),
        block.brace(),
        false,
        "composition " + block.name().text(),
        block.inputs(),
        Syntax.Word::text,
        block.outputs(),
        Syntax.Word::text,
        " {",
        List.of());
  }

  /** A statement; {@code firstInBody} is that after the opening brace. */
  Unit statement(Syntax.Statement statement, boolean firstInBody) {
    return unit(
        statement.first(),
        statement.last(),
        firstInBody,
        statement.callee().text(),
        statement.inputs(),
        Layout::text,
        statement.outputs(),
        output -> output.set().text() + " = " + output.result().text(),
        statement.join().map(Layout::text).orElse("") + ";",
        gaps.trailing(statement.last() + 1));
  }

  /** Comments between the last statement and the closing brace. */
  List<Unit.Lead> dangling(Syntax.CompositionBlock block) {
    int close = block.last();
    return leads(block.statements().isEmpty() ? gaps.all(close) : gaps.leading(close));
  }

  /** Comments after the last declaration; {@code end} is the index of the END token. */
  List<Unit.Lead> atEnd(int end) {
    return leads(gaps.leading(end));
  }

  private static String text(Syntax.Input input) {
    return input.parameter().text()
        + (input.optional() ? " = optional " : " = ")
        + input.sharding().keyword()
        + " "
        + input.set().text();
  }

  private static String text(Syntax.JoinClause join) {
    StringBuilder text = new StringBuilder(" by ").append(join.first().text());
    for (Syntax.JoinStep step : join.steps()) {
      text.append(' ').append(step.kind().keyword()).append(' ').append(step.name().text());
    }
    return text.toString();
  }

  private <I, O> Unit unit(
      int first,
      int last,
      boolean firstInBody,
      String head,
      Syntax.Elements<I> inputs,
      Function<I, String> inputText,
      Syntax.Elements<O> outputs,
      Function<O, String> outputText,
      String tail,
      List<Comment> trailing) {
    List<Unit.Lead> leading = leads(firstInBody ? gaps.all(first) : gaps.leading(first));
    boolean blank = gaps.blankBefore(first);
    for (int gap = first + 1; gap <= last; gap++) {
      boolean inside = isInside(inputs, gap) || isInside(outputs, gap);
      if (!inside) {
        // No line of its own is left here: such a comment moves up before the unit.
        for (Comment comment : gaps.all(gap)) {
          leading.add(new Unit.Lead(comment, blank));
          blank = false;
        }
      }
    }
    return new Unit(
        leading, blank, head, row(inputs, inputText), row(outputs, outputText), tail, trailing);
  }

  private static boolean isInside(Syntax.Elements<?> list, int gap) {
    return gap > list.open() && gap <= list.close();
  }

  private List<Unit.Lead> leads(List<Comment> comments) {
    List<Unit.Lead> leads = new ArrayList<>();
    for (Comment comment : comments) {
      leads.add(new Unit.Lead(comment, gaps.blankBefore(comment)));
    }
    return leads;
  }

  private <T> Unit.Row row(Syntax.Elements<T> list, Function<T, String> text) {
    List<Syntax.Element<T>> elements = list.elements();
    if (elements.isEmpty()) {
      return new Unit.Row(List.of(), gaps.all(list.close()));
    }
    List<Unit.Cell> cells = new ArrayList<>(elements.size());
    List<Comment> leading = new ArrayList<>(gaps.all(elements.getFirst().first()));
    for (int i = 0; i < elements.size(); i++) {
      Syntax.Element<T> element = elements.get(i);
      for (int gap = element.first() + 1; gap <= element.last(); gap++) {
        leading.addAll(gaps.all(gap));
      }
      int after = element.last() + 1; // a comma, or the parenthesis
      List<Comment> trailing = new ArrayList<>(gaps.onLine(after));
      List<Comment> next = new ArrayList<>();
      if (i + 1 < elements.size()) {
        leading.addAll(gaps.offLine(after));
        int following = elements.get(i + 1).first();
        boolean lineTaken = !trailing.isEmpty() && trailing.getLast().endsLine();
        (lineTaken ? next : trailing).addAll(gaps.trailing(following));
        next.addAll(gaps.leading(following));
      }
      cells.add(new Unit.Cell(leading, text.apply(element.value()), trailing));
      leading = next;
    }
    return new Unit.Row(cells, gaps.offLine(list.close()));
  }
}
