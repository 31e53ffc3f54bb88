package dev.pappus.sandbox.process;

import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.Guests;

/** How tests set the backend up. */
final class TestSettings {
  private TestSettings() {}

  /** Tests fault on purpose, again and again. */
  static ProcessSettings plain() {
    return ProcessSettings.of(Guests.file(""))
        .withBackoff(new FaultBackoff.Settings(Integer.MAX_VALUE, 0, 0));
  }
}
