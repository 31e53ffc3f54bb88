package dev.pappus.language;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How many instances {@code anyEach} and {@code anyKeyed} sets are cut for (dandelion.md 1.7). */
public sealed interface AnySharding {
  /** {@code auto:2}. */
  AnySharding DEFAULT = new Auto(2);

  /** As many as there are pieces: {@code max}. */
  record Max() implements AnySharding {
    @Override
    public String toString() {
      return "max";
    }
  }

  /**
   * At least this many for an application, if it has so many pieces: {@code fixed:n}.
   *
   * @param instances the number, at least 1
   */
  record Fixed(long instances) implements AnySharding {
    public Fixed {
      if (instances < 1) {
        throw new IllegalArgumentException("fixed needs a number from 1, not " + instances);
      }
    }

    @Override
    public String toString() {
      return "fixed:" + instances;
    }
  }

  /**
   * As many as the node has cores; with those of connected nodes where there is much data: {@code
   * auto:c}.
   *
   * @param factor how much more data than the least worth an instance on every core counts as much
   */
  record Auto(long factor) implements AnySharding {
    public Auto {
      if (factor < 0) {
        throw new IllegalArgumentException("auto needs a number from 0, not " + factor);
      }
    }

    @Override
    public String toString() {
      return "auto:" + factor;
    }
  }

  /**
   * Reads {@code max}, {@code fixed:n} or {@code auto:c}, in any case.
   *
   * @throws IllegalArgumentException with a message that says what is expected
   */
  static AnySharding parse(String text) {
    String mode = text.trim().toLowerCase(Locale.ROOT);
    if (mode.equals("max")) {
      return new Max();
    }
    int colon = mode.indexOf(':');
    if (colon < 0) {
      throw malformed(text, null);
    }
    long number;
    try {
      number = Long.parseLong(mode.substring(colon + 1).trim());
    } catch (NumberFormatException e) {
      throw malformed(text, e);
    }
    return switch (mode.substring(0, colon).trim()) {
      case "fixed" -> new Fixed(number);
      case "auto" -> new Auto(number);
      default -> throw malformed(text, null);
    };
  }

  private static IllegalArgumentException malformed(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "'" + text + "' is no way to shard any-sets; write max, fixed:8 or auto:2", cause);
  }
}
