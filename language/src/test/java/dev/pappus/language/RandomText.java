package dev.pappus.language;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Random correct texts, with random comments and spacing between their tokens. */
final class RandomText {
  private record Declared(String name, List<String> inputs, List<String> outputs) {}

  private static final List<String> SPACES = List.of(" ", "\n", "\t ", "\r\n", "\n\n\n", " \u00a0");

  private static final List<Sharding> SHARDINGS = List.of(Sharding.values());
  private static final List<JoinKind> JOINS = List.of(JoinKind.values());

  private final Random random;
  private final List<String> tokens = new ArrayList<>();

  RandomText(Random random) {
    this.random = random;
  }

  /** The tokens of a text that compiles without a message. */
  List<String> tokens() {
    List<Declared> callees = new ArrayList<>();
    int functions = 1 + random.nextInt(4);
    for (int i = 0; i < functions; i++) {
      Declared function = new Declared("f" + i, names("p"), names("r"));
      callees.add(function);
      header("function", function);
      tokens.add(";");
    }
    int compositions = random.nextInt(4);
    for (int i = 0; i < compositions; i++) {
      callees.add(composition("c" + i, callees));
    }
    return tokens;
  }

  /** The same tokens apart by blanks, some of them by comments too. */
  String withNoise(List<String> from, boolean comments) {
    StringBuilder text = new StringBuilder();
    int number = 0;
    for (int i = 0; i <= from.size(); i++) {
      text.append(SPACES.get(random.nextInt(SPACES.size())));
      while (comments && random.nextInt(8) == 0) {
        number++;
        text.append(comment(number)).append(SPACES.get(random.nextInt(SPACES.size())));
      }
      text.append(i < from.size() ? from.get(i) : "");
    }
    return text.toString();
  }

  private String comment(int number) {
    return switch (random.nextInt(4)) {
      case 0 -> "// line " + number + "  \n";
      case 1 -> "/* block " + number + " */";
      case 2 -> "/* first " + number + "\n     second */";
      default -> "//" + number + "\r\n";
    };
  }

  private List<String> names(String prefix) {
    List<String> names = new ArrayList<>();
    int count = random.nextInt(5);
    for (int i = 0; i < count; i++) {
      names.add(prefix + "_" + "x".repeat(random.nextInt(20)) + i);
    }
    return names;
  }

  private void header(String keyword, Declared declared) {
    Collections.addAll(tokens, keyword, declared.name);
    list(declared.inputs);
    tokens.add("=>");
    list(declared.outputs);
  }

  private void list(List<String> elements) {
    tokens.add("(");
    for (int i = 0; i < elements.size(); i++) {
      if (i > 0) {
        tokens.add(",");
      }
      Collections.addAll(tokens, elements.get(i).split(" ", -1));
    }
    tokens.add(")");
  }

  private Declared composition(String name, List<Declared> callees) {
    List<String> inputs = names("in");
    List<String> known = new ArrayList<>(inputs);
    int produced = 0;
    // Statements are made in an order that has no cycle, then shuffled: text order means nothing.
    List<List<String>> statements = new ArrayList<>();
    int count = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      Declared callee = callees.get(random.nextInt(callees.size()));
      List<String> outputs = new ArrayList<>();
      for (String result : callee.outputs) {
        if (random.nextInt(4) > 0) {
          outputs.add("s" + produced + " = " + result);
          produced++;
        }
      }
      statements.add(statement(callee, known, outputs));
      outputs.forEach(o -> known.add(o.substring(0, o.indexOf(' '))));
    }
    Collections.shuffle(statements, random);
    List<String> outputs = new ArrayList<>(known);
    Collections.shuffle(outputs, random);
    Declared declared =
        new Declared(name, inputs, outputs.subList(0, random.nextInt(outputs.size() + 1)));
    header("composition", declared);
    tokens.add("{");
    statements.forEach(tokens::addAll);
    tokens.add("}");
    return declared;
  }

  private List<String> statement(Declared callee, List<String> known, List<String> outputs) {
    List<String> inputs = new ArrayList<>();
    List<String> keyed = new ArrayList<>();
    boolean any = random.nextBoolean();
    for (String parameter : callee.inputs) {
      if (!known.isEmpty() && random.nextInt(4) > 0) {
        String set = known.get(random.nextInt(known.size()));
        Sharding sharding = SHARDINGS.get(random.nextInt(5));
        if (sharding == (any ? Sharding.ANY_KEYED : Sharding.KEYED)) {
          keyed.add(parameter);
        }
        boolean optional = sharding == Sharding.ALL && random.nextBoolean();
        inputs.add(
            parameter + " = " + (optional ? "optional " : "") + sharding.keyword() + " " + set);
      }
    }
    Collections.shuffle(inputs, random);
    int mark = tokens.size();
    tokens.add(callee.name);
    list(inputs);
    tokens.add("=>");
    list(outputs);
    if (keyed.size() > 1 && random.nextBoolean()) {
      Collections.shuffle(keyed, random);
      tokens.add("by");
      for (int i = 0; i < keyed.size(); i++) {
        if (i > 0) {
          tokens.add(JOINS.get(random.nextInt(5)).keyword());
        }
        tokens.add(keyed.get(i));
      }
    }
    tokens.add(";");
    List<String> tail = tokens.subList(mark, tokens.size());
    List<String> statement = new ArrayList<>(tail);
    tail.clear();
    return statement;
  }
}
