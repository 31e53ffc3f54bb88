package dev.pappus.model;

/** Who has to act on a problem. */
public enum ProblemSource {
  /** The function misbehaved. */
  FUNCTION,
  /** The request was wrong. */
  CALLER,
  /** The node, or something it depends on, could not serve. */
  PLATFORM
}
