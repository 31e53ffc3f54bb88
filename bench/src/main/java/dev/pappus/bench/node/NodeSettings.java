package dev.pappus.bench.node;

import java.nio.file.Path;

/**
 * The node that is measured, and how often.
 *
 * @param home root of the source tree or the archive
 * @param guestBuild folder of built programs
 * @param sandbox what functions run in: {@code auto}, {@code kvm} or {@code process}
 * @param repetitions of everything; what is compared takes turns in each
 * @param seed of order, schedules and choices
 */
public record NodeSettings(Path home, Path guestBuild, String sandbox, int repetitions, long seed) {
  public NodeSettings {
    if (repetitions < 1) {
      throw new IllegalArgumentException("at least one repetition is needed");
    }
  }

  /** The binary of a function. */
  Path function(String name) {
    return guestBuild.resolve(name + ".elf");
  }
}
