package dev.pappus.sandbox.wasm;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.SealedContract;
import java.lang.foreign.MemorySegment;

/** The contract of sealed contexts, with the guests as WebAssembly modules. */
@NeedsClang
class WasmSealedTest extends SealedContract {
  @Override
  protected ComputeDriver driver() {
    return new WasmDriver(TestSettings.SETTINGS);
  }

  @Override
  protected MemorySegment binary(String guest) {
    return WasmGuests.binary(guest);
  }
}
