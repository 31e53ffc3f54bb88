package dev.pappus.language;

/** How the items of a set are dealt out to the instances of an application (dandelion.md 1.5). */
public enum Sharding {
  /** One instance receives every item. */
  ALL("all"),
  /** One instance for each item. */
  EACH("each"),
  /** One instance for each distinct key, ascending. */
  KEYED("keyed"),
  /** Contiguous runs of items; the platform chooses how many. */
  ANY_EACH("anyEach"),
  /** Contiguous runs of key groups; the platform chooses how many. */
  ANY_KEYED("anyKeyed");

  private final String keyword;

  Sharding(String keyword) {
    this.keyword = keyword;
  }

  /** The word in the language. */
  public String keyword() {
    return keyword;
  }
}
