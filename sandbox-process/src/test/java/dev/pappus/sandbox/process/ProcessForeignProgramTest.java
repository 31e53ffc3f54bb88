package dev.pappus.sandbox.process;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ForeignProgramContract;

class ProcessForeignProgramTest extends ForeignProgramContract {
  @Override
  protected ComputeDriver driver() {
    return new ProcessDriver(TestSettings.plain());
  }
}
