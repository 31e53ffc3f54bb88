package dev.pappus.sandbox;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Several engines at once, without KVM. */
class HostConcurrencyTest extends ConcurrencyContract {
  @TempDir static Path folder;

  @Override
  protected ComputeDriver driver() {
    return new HostProcessDriver(folder);
  }
}
