package dev.pappus.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class NativeFunctionTest {
  private static final Path LIBRARY =
      Path.of(System.getProperty("pappus.guest.build"), "libpappus-native.so");

  @Test
  void callsWithANumber() {
    NativeFunction spin = NativeFunction.load(LIBRARY, "pappus_native_spin");
    long state = 1;
    for (int i = 0; i < 1000; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
    }
    assertThat(spin.call(1000, 0)).isEqualTo(state);
  }

  @Test
  void callsWithMemory() {
    NativeFunction touch = NativeFunction.load(LIBRARY, "pappus_native_touch");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment room = arena.allocate(256, 64);
      room.set(ValueLayout.JAVA_LONG, 0, 99);
      touch.call(128, room.address());
      assertThat(room.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1);
      assertThat(room.get(ValueLayout.JAVA_LONG, 64)).isEqualTo(9);
      assertThat(room.get(ValueLayout.JAVA_LONG, 128)).isZero();
    }
  }

  @Test
  void whatIsNotThereCannotBeLoaded() {
    assertThatThrownBy(() -> NativeFunction.load(LIBRARY, "no_such_function"))
        .isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(() -> NativeFunction.load(Path.of("/no/such/library.so"), "x"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
