package dev.pappus.bench.systems;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessTreeTest {
  /** Ticks of 10 ms are no measure of what a request costs. */
  @Test
  void processorTimeIsFinerThanTicks() {
    long self = ProcessHandle.current().pid();
    long whole = 0;
    for (int i = 0; i < 20; i++) {
      whole += ProcessTree.cpuNanos(self) % 10_000_000 == 0 ? 1 : 0;
    }
    assertThat(whole).isLessThan(20);
  }
}
