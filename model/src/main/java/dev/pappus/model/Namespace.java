package dev.pappus.model;

/**
 * A tenant's room on a node: names are unique in it, and what it may use at once is bounded and
 * shared fairly with others.
 *
 * @param name matches the rule for identifiers
 */
public record Namespace(String name) {
  /** Where everything lives that names no other. */
  public static final Namespace DEFAULT = new Namespace("default");

  /** The node's own, for functions that it runs itself; no caller may name it. */
  public static final Namespace PLATFORM = new Namespace("_platform");

  /**
   * Checks the name.
   *
   * @throws ProblemException with {@link ProblemCode#BAD_NAME}
   */
  public Namespace {
    Names.requireIdentifier("namespace", name);
  }

  @Override
  public String toString() {
    return name;
  }
}
