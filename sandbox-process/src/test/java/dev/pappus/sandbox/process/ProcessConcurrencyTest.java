package dev.pappus.sandbox.process;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ConcurrencyContract;

class ProcessConcurrencyTest extends ConcurrencyContract {
  @Override
  protected ComputeDriver driver() {
    return new ProcessDriver(TestSettings.plain());
  }
}
