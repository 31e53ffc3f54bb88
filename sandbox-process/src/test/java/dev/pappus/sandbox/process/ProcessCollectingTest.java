package dev.pappus.sandbox.process;

import dev.pappus.sandbox.CollectingContract;
import dev.pappus.sandbox.ComputeDriver;

class ProcessCollectingTest extends CollectingContract {
  @Override
  protected ComputeDriver driver() {
    return new ProcessDriver(TestSettings.plain());
  }
}
