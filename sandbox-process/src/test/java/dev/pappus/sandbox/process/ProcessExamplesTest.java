package dev.pappus.sandbox.process;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ExamplesContract;

class ProcessExamplesTest extends ExamplesContract {
  @Override
  protected ComputeDriver driver() {
    return new ProcessDriver(TestSettings.plain());
  }
}
