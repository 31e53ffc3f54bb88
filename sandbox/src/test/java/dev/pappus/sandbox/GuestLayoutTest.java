package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestLayoutTest {
  @ParameterizedTest
  @CsvSource({
    // context, stack, guard
    "65536, 8192, 4096",
    "1048576, 131072, 4096",
    "8388608, 1048576, 4096",
    "16777216, 2097152, 2097152",
    "134217728, 8388608, 2097152",
    "4294967296, 8388608, 2097152",
  })
  void stackIsAnEighthUpToEightMebibytes(long context, long stack, long guard) {
    GuestLayout layout = GuestLayout.of(context);
    assertThat(layout.contextBytes()).isEqualTo(context);
    assertThat(layout.contextBytes() - layout.stackBottom()).isEqualTo(stack);
    assertThat(layout.stackBottom() - layout.heapEnd()).isEqualTo(guard);
    assertThat(layout.entryStackPointer()).isEqualTo(context - 32).matches(sp -> sp % 32 == 0);
  }

  @Test
  void oddSizesAreRoundedUpToPages() {
    assertThat(GuestLayout.of(1_000_001).contextBytes()).isEqualTo(1_003_520);
    assertThat(GuestLayout.of(1_000_001).heapEnd() % GuestLayout.PAGE_BYTES).isZero();
  }
}
