package dev.pappus.sandbox;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The guest programs and everything above the SPI, without KVM. */
class HostFunctionTest extends FunctionContract {
  @TempDir static Path folder;

  @Override
  protected ComputeDriver driver() {
    return new HostProcessDriver(folder);
  }
}
