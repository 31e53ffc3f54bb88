package dev.pappus.language.graph;

import dev.pappus.model.ItemShape;
import dev.pappus.model.Key;
import java.util.List;
import java.util.OptionalLong;

/**
 * How many instances an invocation of a composition would start, as far as its inputs tell.
 *
 * @param composition its name
 * @param applications a forecast for each statement, in text order
 */
public record InstancePlan(String composition, List<Forecast> applications) {
  public InstancePlan {
    applications = List.copyOf(applications);
  }

  /**
   * An item of which only this is known.
   *
   * @param key its key
   * @param sizeBytes its size
   */
  public record PlannedItem(Key key, long sizeBytes) implements ItemShape {}

  /**
   * What is known of a statement.
   *
   * @param index its position in the composition, from 0
   * @param callee what it applies
   * @param least instances that it starts in any case
   * @param most instances that it starts at most; empty where that is unknown before functions have
   *     run
   * @param rule what decides the number, in words
   */
  public record Forecast(int index, String callee, long least, OptionalLong most, String rule) {
    /** Whether the number is certain. */
    public boolean isExact() {
      return most.isPresent() && most.getAsLong() == least;
    }
  }

  /** Instances of all statements that are certain; {@link Long#MAX_VALUE} if there are more. */
  public long least() {
    long sum = 0;
    for (Forecast each : applications) {
      sum = sum + each.least < 0 ? Long.MAX_VALUE : sum + each.least;
    }
    return sum;
  }

  /** Instances of all statements together at most; empty where one of them is unknown. */
  public OptionalLong most() {
    long sum = 0;
    for (Forecast each : applications) {
      if (each.most.isEmpty()) {
        return OptionalLong.empty();
      }
      sum = sum + each.most.getAsLong() < 0 ? Long.MAX_VALUE : sum + each.most.getAsLong();
    }
    return OptionalLong.of(sum);
  }
}
