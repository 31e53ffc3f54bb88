package dev.pappus.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * A function's code in memory, ready to be bound to a sandbox. Immutable; any thread may use it. A
 * backend only accepts what it prepared itself. Identity is what binds: a context bound to one
 * instance of this type is not {@code bound} for another, even of the same binary.
 */
public interface PreparedFunction {
  /** The {@link ComputeDriver#name} of the backend that prepared it. */
  String sandbox();

  /** Memory that it occupies, for bounded caches. */
  long residentBytes();

  /** Size of the guest's linear context. */
  long contextBytes();

  /** Where the template of a program is kept; null for everything that has none. */
  default @Nullable TemplateSlot templateSlot() {
    return null;
  }

  /**
   * This program, begun from its template. The result has no template of its own, and is given up
   * together with this.
   *
   * @throws dev.pappus.model.ProblemException with GUEST_BAD_OUTPUT if the template is of another
   *     program
   */
  default PreparedFunction withTemplate(Template template) {
    throw new UnsupportedOperationException("not a program");
  }

  /**
   * This code, whose runs count together with those of {@code earlier} where a backend treats a
   * function by how its runs end, such as one that faults again and again.
   *
   * @param earlier a preparation of the same function by the same backend
   */
  default PreparedFunction accountedWith(PreparedFunction earlier) {
    return this;
  }
}
