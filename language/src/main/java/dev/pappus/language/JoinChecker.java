package dev.pappus.language;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks one {@code by} clause. */
final class JoinChecker {
  private static final int AMBIGUOUS = -2;

  /** Longer chains are not searched for idle optionals; that takes quadratic time. */
  private static final int SEARCHED_CHAIN_MAX = 64;

  private final Callee callee;
  private final List<Optional<Syntax.Input>> inputs;
  private final Diagnostics diagnostics;
  private final Set<Integer> seen = new HashSet<>();
  private final Map<String, Integer> parametersBySet = new HashMap<>();
  private boolean failed;

  /**
   * Makes a checker.
   *
   * @param inputs what the application assigns, by parameter position
   */
  JoinChecker(Callee callee, List<Optional<Syntax.Input>> inputs, Diagnostics diagnostics) {
    this.callee = callee;
    this.inputs = inputs;
    this.diagnostics = diagnostics;
  }

  /** The join; empty if it has no step, or after an error. */
  Optional<Join> check(Syntax.JoinClause clause) {
    int first = position(clause.first());
    List<Join.Step> steps = new ArrayList<>();
    int left = first;
    Syntax.Word leftName = clause.first();
    for (Syntax.JoinStep step : clause.steps()) {
      int position = position(step.name());
      if (position >= 0) {
        if (step.kind() != JoinKind.CROSS && left >= 0) {
          checkSameSharding(leftName, left, step.name(), position);
        }
        steps.add(new Join.Step(step.kind(), position));
      }
      left = position;
      leftName = step.name();
    }
    if (failed || steps.isEmpty()) {
      return Optional.empty();
    }
    Join join = new Join(first, steps);
    warnOfIdleOptionals(clause, join);
    return Optional.of(join);
  }

  /** Position of a parameter that may be joined; -1 after an error. */
  private int position(Syntax.Word name) {
    int position = resolve(name);
    if (position < 0) {
      failed = true;
      return -1;
    }
    if (!seen.add(position)) {
      return fail(name, "'%s' is joined twice".formatted(name.text()));
    }
    Optional<Syntax.Input> input = inputs.get(position);
    if (input.isEmpty()) {
      return fail(
          name,
          "input '%s' of '%s' has no set here, so it cannot be joined"
              .formatted(name.text(), callee.name()));
    }
    Sharding sharding = input.get().sharding();
    if (sharding != Sharding.KEYED && sharding != Sharding.ANY_KEYED) {
      return fail(
          name,
          "'%s' is '%s'; only keyed and anyKeyed sets can be joined"
              .formatted(name.text(), sharding.keyword()));
    }
    return position;
  }

  private int resolve(Syntax.Word name) {
    Integer parameter = callee.inputs().get(name.text());
    if (parameter != null) {
      return parameter;
    }
    Integer bySet = parametersBySet().get(name.text());
    if (bySet == null) {
      String hint =
          diagnostics.full() ? "" : diagnostics.didYouMean(name.text(), callee.inputNames());
      return fail(name, "'%s' is no input of '%s'%s".formatted(name.text(), callee.name(), hint));
    }
    if (bySet == AMBIGUOUS) {
      return fail(
          name,
          "set '%s' is assigned to several inputs of '%s'; write the input's name"
              .formatted(name.text(), callee.name()));
    }
    return bySet;
  }

  private Map<String, Integer> parametersBySet() {
    if (parametersBySet.isEmpty()) {
      for (int i = 0; i < inputs.size(); i++) {
        int position = i;
        inputs
            .get(i)
            .ifPresent(input ->
                parametersBySet.merge(input.set().text(), position, (first, second) -> AMBIGUOUS));
      }
    }
    return parametersBySet;
  }

  private int fail(Syntax.Word name, String message) {
    failed = true;
    diagnostics.error(name.offset(), message);
    return -1;
  }

  private void checkSameSharding(Syntax.Word leftName, int left, Syntax.Word rightName, int right) {
    Sharding leftSharding = sharding(left);
    Sharding rightSharding = sharding(right);
    if (leftSharding != rightSharding) {
      fail(
          rightName,
          "'%s' is '%s' but '%s' is '%s'; only cross combines the two"
              .formatted(
                  rightName.text(),
                  rightSharding.keyword(),
                  leftName.text(),
                  leftSharding.keyword()));
    }
  }

  private Sharding sharding(int position) {
    return inputs.get(position).orElseThrow().sharding();
  }

  /** Where the join has no key without a set, making that set optional is in vain. */
  private void warnOfIdleOptionals(Syntax.JoinClause clause, Join join) {
    List<Syntax.Word> names = new ArrayList<>(List.of(clause.first()));
    clause.steps().forEach(step -> names.add(step.name()));
    int name = 0;
    for (List<Join.Step> chain : join.chains()) {
      for (int member = 0; member < chain.size(); member++, name++) {
        boolean optional = inputs.get(chain.get(member).parameter()).orElseThrow().optional();
        if (optional
            && chain.size() > 1
            && chain.size() <= SEARCHED_CHAIN_MAX
            && !hasKeysWithout(chain, member)) {
          diagnostics.warning(
              names.get(name).offset(),
              "while '%s' is empty this join has no key, so its 'optional' brings nothing"
                  .formatted(names.get(name).text()));
        }
      }
    }
  }

  private static boolean hasKeysWithout(List<Join.Step> chain, int missing) {
    boolean keys = missing != 0;
    for (int member = 1; member < chain.size(); member++) {
      boolean right = member != missing;
      keys =
          switch (chain.get(member).kind()) {
            case INNER -> keys && right;
            case LEFT -> keys;
            case RIGHT -> right;
            case FULL, CROSS -> keys || right;
          };
    }
    return keys;
  }
}
