package dev.pappus.language;

/** How two keyed sets are matched (dandelion.md 1.5). */
public enum JoinKind {
  /** Every pair of keys. */
  CROSS("cross"),
  /** Keys in both. */
  INNER("inner"),
  /** Every left key; the right group if there is one. */
  LEFT("left"),
  /** Every right key; the left group if there is one. */
  RIGHT("right"),
  /** Keys in either; {@code outer} is accepted for it. */
  FULL("full");

  private final String keyword;

  JoinKind(String keyword) {
    this.keyword = keyword;
  }

  /** The word in the language. */
  public String keyword() {
    return keyword;
  }
}
