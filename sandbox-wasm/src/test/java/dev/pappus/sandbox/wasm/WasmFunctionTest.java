package dev.pappus.sandbox.wasm;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.FunctionContract;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The function contract, with the guests as WebAssembly modules. */
@NeedsClang
class WasmFunctionTest extends FunctionContract {
  @Override
  protected ComputeDriver driver() {
    return new WasmDriver(TestSettings.SETTINGS);
  }

  @Override
  protected MemorySegment binary(String guest) {
    return WasmGuests.binary(guest);
  }

  @Override
  protected List<String> probes() {
    return List.of("probe", "probe-O0", "probe-O3");
  }
}
