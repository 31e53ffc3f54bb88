package dev.pappus.sandbox.wasm;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.HostileContract;
import java.lang.foreign.MemorySegment;

/** The hostile contract, with the guests as WebAssembly modules. */
@NeedsClang
class WasmHostileTest extends HostileContract {
  @Override
  protected ComputeDriver driver() {
    return new WasmDriver(TestSettings.SETTINGS);
  }

  @Override
  protected MemorySegment binary(String guest) {
    return WasmGuests.binary(guest);
  }
}
