package dev.pappus.model;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** The limits in force on a node. Immutable. */
public final class Limits {
  /** What holds where nothing is configured. */
  public static final Limits DEFAULTS = new Limits(Map.of());

  private final Map<Limit, Long> values = new EnumMap<>(Limit.class);

  /** The defaults, except for what {@code configured} names. */
  public Limits(Map<Limit, Long> configured) {
    for (Limit limit : Limit.values()) {
      values.put(limit, configured.getOrDefault(limit, limit.defaultValue()));
    }
  }

  /** The value of {@code limit} in its unit. */
  public long get(Limit limit) {
    return Objects.requireNonNull(values.get(limit));
  }

  /** {@link #get} for limits that count things, capped at the largest {@code int}. */
  public int count(Limit limit) {
    return (int) Math.min(Integer.MAX_VALUE, get(limit));
  }

  /** These limits with one changed. */
  public Limits with(Limit limit, long value) {
    Map<Limit, Long> all = new EnumMap<>(values);
    all.put(limit, value);
    return new Limits(all);
  }

  /**
   * The problem of {@code actual} exceeding {@code limit}: it names limit, value and key, as every
   * limit error does.
   */
  public Problem exceeded(ProblemCode code, Limit limit, String what, long actual) {
    return Problem.of(
            code,
            "%s: %s is over the limit of %s (limits.%s)",
            what,
            limit.format(actual),
            limit.format(get(limit)),
            limit.key())
        .withHint("raise limits." + limit.key() + " in the node's configuration, or stay below it");
  }
}
