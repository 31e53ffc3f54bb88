package dev.pappus.sandbox.kvm;

import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.Libos;

/**
 * Settings that tests use: few blanks, so that making machines does not take their time; no
 * back-off, since hostile guests are what they are about.
 */
final class TestSettings {
  private TestSettings() {}

  static KvmSettings of(EntryVariant variant) {
    return KvmSettings.DEFAULTS
        .withVariant(variant)
        .withWarmBlanks(1)
        .withPinEngines(false)
        .withLibos(Libos.in(Guests.file("")))
        .withBackoff(new FaultBackoff.Settings(1_000_000, 1, 1));
  }
}
