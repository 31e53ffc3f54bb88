package dev.pappus.cli;

import org.jspecify.annotations.Nullable;

/**
 * One thing that {@code doctor} looked at.
 *
 * @param name what
 * @param state how it is
 * @param detail what was found
 * @param fix what to do about it, or null
 */
record HostCheck(String name, State state, String detail, @Nullable String fix) {
  /** How a thing is. */
  enum State {
    OK,
    /** Works, but not as well as it could. */
    WARNING,
    /** Compute functions cannot run. */
    BROKEN
  }

  static HostCheck ok(String name, String detail) {
    return new HostCheck(name, State.OK, detail, null);
  }

  static HostCheck warning(String name, String detail, String fix) {
    return new HostCheck(name, State.WARNING, detail, fix);
  }

  static HostCheck broken(String name, String detail, String fix) {
    return new HostCheck(name, State.BROKEN, detail, fix);
  }
}
