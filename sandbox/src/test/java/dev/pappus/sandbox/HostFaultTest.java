package dev.pappus.sandbox;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The faults that a processor reports, without KVM. */
class HostFaultTest extends ProcessorFaultContract {
  @TempDir static Path folder;

  @Override
  protected ComputeDriver driver() {
    return new HostProcessDriver(folder);
  }
}
