package dev.pappus.model;

import java.util.Locale;

/**
 * How warm the start of an instance was (DESIGN section 2).
 *
 * @param code where the function's code was found
 * @param freshVm whether the pool was empty, so that a sandbox had to be made first ({@code +vm})
 */
public record StartLevel(Code code, boolean freshVm) {
  /** Where the code was, warmest first. */
  public enum Code {
    /** A sandbox already held this function. */
    BOUND,
    /** Parsed code in memory, blank warm sandbox. */
    LOADED,
    /** Code in the page cache. */
    FILE,
    /** Code on disk. */
    DISK
  }

  /** The colder of two levels: what an invocation reports of its instances. */
  public static StartLevel colder(StartLevel a, StartLevel b) {
    return new StartLevel(a.code.compareTo(b.code) >= 0 ? a.code : b.code, a.freshVm || b.freshVm);
  }

  /**
   * {@code bound}, {@code loaded}, {@code file} or {@code disk}, with {@code +vm} where it applies.
   */
  @Override
  public String toString() {
    return code.name().toLowerCase(Locale.ROOT) + (freshVm ? "+vm" : "");
  }
}
