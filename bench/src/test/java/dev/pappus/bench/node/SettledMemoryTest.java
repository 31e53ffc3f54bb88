package dev.pappus.bench.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class SettledMemoryTest {
  private static final long MEBIBYTE = 1 << 20;

  @Test
  void whatHasStoppedToChangeIsRead() throws IOException {
    long[] next = {0};
    SettledMemory seen = SettledMemory.await(() -> Math.min(20, next[0]++) * MEBIBYTE, 0);
    assertThat(seen).isEqualTo(new SettledMemory(20 * MEBIBYTE, 0));
    assertThat(seen.settled()).isTrue();
  }

  /** The wait ends; how far it is from settled is said. */
  @Test
  void whatDoesNotStopToChangeIsReadWithItsSpread() throws IOException {
    long[] next = {0};
    SettledMemory seen = SettledMemory.await(() -> next[0]++ * MEBIBYTE, 0);
    assertThat(seen.settled()).isFalse();
    assertThat(seen.spreadBytes()).isEqualTo(9 * MEBIBYTE);
  }
}
