package dev.pappus.sandbox.process;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ProcessorFaultContract;

class ProcessFaultTest extends ProcessorFaultContract {
  @Override
  protected ComputeDriver driver() {
    return new ProcessDriver(TestSettings.plain());
  }
}
