package dev.pappus.dispatcher;

import dev.pappus.language.Composition;

/** What to invoke. */
public sealed interface InvocationTarget {
  /** Its name. */
  String name();

  /**
   * A registered function or composition.
   *
   * @param name its name, or {@code NAME@sha256:DIGITS} for a version of a function
   */
  record Named(String name) implements InvocationTarget {}

  /**
   * A function that the node itself runs on behalf of the request's namespace; registered in {@link
   * dev.pappus.model.Namespace#PLATFORM}, where no caller reaches it.
   *
   * @param name its name, or {@code NAME@sha256:DIGITS}
   */
  record OfPlatform(String name) implements InvocationTarget {}

  /**
   * A composition that came with the request and is not stored.
   *
   * @param composition checked against the registry
   */
  record OneShot(Composition composition) implements InvocationTarget {
    @Override
    public String name() {
      return composition.name();
    }
  }
}
