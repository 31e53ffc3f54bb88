package dev.pappus.sandbox.wasm;

import run.endive.runtime.WasmInterruptedException;

/** How a run notices its deadline inside of the platform's own loops; generated code does alike. */
final class Interruption {
  private Interruption() {}

  /** Ends the run if its thread is interrupted, which stays so. */
  static void check() {
    if (Thread.currentThread().isInterrupted()) {
      throw new WasmInterruptedException("interrupted");
    }
  }
}
