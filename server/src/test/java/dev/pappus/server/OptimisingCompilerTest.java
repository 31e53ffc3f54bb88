package dev.pappus.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.linux.Threads;
import dev.pappus.sandbox.ThreadPriority;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OptimisingCompilerTest {
  /** The JVM starts and ends such threads as it sees fit, but for the first. */
  private static int first() {
    return IntStream.of(Threads.named("C2 Compiler")).min().orElseThrow();
  }

  @Test
  void itStandsBackWhereItCanBeBroughtForwardAgain() {
    int own = Threads.ownNice();
    boolean possible = ThreadPriority.lowerForNow();
    if (possible) {
      ThreadPriority.raise();
    }
    OptimisingCompiler compiler = new OptimisingCompiler();
    compiler.standBack();
    assertThat(Threads.nice(first()) > own).isEqualTo(possible);
    compiler.resume();
    assertThat(Threads.nice(first())).isEqualTo(own);
  }
}
