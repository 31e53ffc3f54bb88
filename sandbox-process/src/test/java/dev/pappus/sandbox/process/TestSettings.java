package dev.pappus.sandbox.process;

import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.Libos;

/** How tests set the backend up. */
final class TestSettings {
  private TestSettings() {}

  /** Tests fault on purpose, again and again. */
  static ProcessSettings plain() {
    return ProcessSettings.of(Guests.file(""))
        .withLibos(Libos.in(Guests.file("")))
        .withBackoff(new FaultBackoff.Settings(Integer.MAX_VALUE, 0, 0));
  }
}
