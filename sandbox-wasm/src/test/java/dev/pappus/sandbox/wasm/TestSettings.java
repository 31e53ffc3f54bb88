package dev.pappus.sandbox.wasm;

import dev.pappus.sandbox.FaultBackoff;

/** Settings that tests use: no back-off, since hostile guests are what they are about. */
final class TestSettings {
  static final WasmSettings SETTINGS =
      WasmSettings.DEFAULTS.withBackoff(new FaultBackoff.Settings(1_000_000, 1, 1));

  private TestSettings() {}
}
