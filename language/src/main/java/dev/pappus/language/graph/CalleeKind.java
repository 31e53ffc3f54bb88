package dev.pappus.language.graph;

import java.util.Locale;

/** What a statement applies. */
public enum CalleeKind {
  /** A compute function. */
  FUNCTION,
  /** A composition. */
  COMPOSITION,
  /** A communication function of the platform. */
  COMMUNICATION;

  /** The word in documents. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
