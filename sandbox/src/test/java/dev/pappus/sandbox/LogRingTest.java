package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogRingTest {
  private static final long RING = 0x1000;
  private final ArrayMemory memory = new ArrayMemory(0x4000);

  private void print(String text) {
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      long total = memory.u64(RING);
      memory.write(RING + 8 + total % 4096, MemorySegment.ofArray(new byte[] {each}));
      memory.u64(RING, total + 1);
    }
  }

  @Test
  void emptyRingIsEmpty() {
    assertThat(LogRing.read(memory, RING)).isEmpty();
  }

  @Test
  void shortTextsComeBackWhole() {
    print("one\n");
    print("two: ä\n");
    assertThat(LogRing.read(memory, RING)).isEqualTo("one\ntwo: ä\n");
  }

  @Test
  void exactlyFullAndOneMore() {
    String full = "0123456789abcdef".repeat(256);
    print(full);
    assertThat(LogRing.read(memory, RING)).isEqualTo(full);
    print("!");
    assertThat(LogRing.read(memory, RING)).isEqualTo(full.substring(1) + "!");
  }

  @Test
  void aCharacterCutByTheRingIsLeftOut() {
    print("€" + "x".repeat(4094));
    assertThat(LogRing.read(memory, RING)).isEqualTo("x".repeat(4094));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40})
  void anyTotalIsHarmless(long total) {
    memory.u64(RING, total);
    assertThat(LogRing.read(memory, RING)).hasSize(4096);
  }

  @Test
  void malformedTextIsReplaced() {
    memory.u64(RING, 2);
    memory.write(RING + 8, MemorySegment.ofArray(new byte[] {(byte) 0xFF, 'a'}));
    assertThat(LogRing.read(memory, RING)).isEqualTo("\uFFFDa");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 0x4000, 0x4000 - 4103})
  void aRingOutsideTheContextIsEmpty(long address) {
    assertThat(LogRing.read(memory, address)).isEmpty();
  }
}
