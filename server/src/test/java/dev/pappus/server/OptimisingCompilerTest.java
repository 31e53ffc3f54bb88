package dev.pappus.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.linux.Threads;
import dev.pappus.sandbox.ThreadPriority;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OptimisingCompilerTest {
  /** The JVM starts and ends such threads as it sees fit, but for the first. */
  private static int first() {
    return IntStream.of(Threads.named("C2 Compiler")).min().orElseThrow();
  }

  @Test
  void itStandsBackWhereItCanBeBroughtForwardAgain() throws Exception {
    boolean possible = ThreadPriority.lowerForNow();
    if (possible) {
      ThreadPriority.raise();
    }
    try {
      Future<Void> stoodBack = OptimisingCompiler.standBack();
      assertThat(OptimisingCompiler.standBack()).as("once").isSameAs(stoodBack);
      stoodBack.get();
      assertThat(ThreadPriority.standsBack(first())).isEqualTo(possible);
      OptimisingCompiler.goOn();
      assertThat(ThreadPriority.standsBack(first())).isFalse();
      assertThat(ThreadPriority.isLowered(first())).isEqualTo(possible);
    } finally {
      OptimisingCompiler.resume();
    }
    assertThat(ThreadPriority.standsBack(first())).isFalse();
    assertThat(ThreadPriority.isLowered(first())).isFalse();
    OptimisingCompiler.resume(); // Nothing stands back any more.
  }
}
