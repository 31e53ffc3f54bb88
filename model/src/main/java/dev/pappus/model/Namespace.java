package dev.pappus.model;

import org.jspecify.annotations.Nullable;

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

  // What a record has by itself is linked when it is first called, which takes some milliseconds of
  // a node's start.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Namespace namespace && name.equals(namespace.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
