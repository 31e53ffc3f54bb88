package dev.pappus.sandbox.wasm;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ConcurrencyContract;
import java.lang.foreign.MemorySegment;

/** The concurrency contract, with the guests as WebAssembly modules. */
@NeedsClang
class WasmConcurrencyTest extends ConcurrencyContract {
  @Override
  protected ComputeDriver driver() {
    return new WasmDriver(TestSettings.SETTINGS);
  }

  @Override
  protected MemorySegment binary(String guest) {
    return WasmGuests.binary(guest);
  }
}
