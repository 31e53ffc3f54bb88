package dev.pappus.server.access;

import dev.pappus.model.Suggestion;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a caller may do; each includes those before it. */
public enum Scope {
  /** Invokes, and looks at what is registered and at invocations. */
  INVOKE,
  /** Registers, replaces and deletes besides. */
  DEPLOY,
  /** Everything: all namespaces unless restricted to one, tokens, metrics. */
  ADMIN;

  /** Whether this one suffices where {@code needed} is asked for. */
  public boolean includes(Scope needed) {
    return compareTo(needed) >= 0;
  }

  /** {@code invoke}: the form in files, bodies and commands. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads {@link #text}.
   *
   * @throws IllegalArgumentException with a message that names the scopes
   */
  public static Scope parse(String text) {
    for (Scope scope : values()) {
      if (scope.text().equals(text)) {
        return scope;
      }
    }
    List<String> known = Arrays.stream(values()).map(Scope::text).toList();
    throw new IllegalArgumentException(
        "must be "
            + String.join(", ", known)
            + ", not '"
            + text
            + "'"
            + Suggestion.didYouMean(text, known));
  }
}
