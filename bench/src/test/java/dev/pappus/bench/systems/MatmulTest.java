package dev.pappus.bench.systems;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.bench.Unavailable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MatmulTest {
  private static final Path GUEST_BUILD = Path.of(System.getProperty("pappus.guest.build"));

  /** By the definition, in Java. */
  private static long checksum(int n) {
    long checksum = 0;
    for (int row = 0; row < n; row++) {
      for (int column = 0; column < n; column++) {
        long product = 0;
        for (int k = 0; k < n; k++) {
          product += ((row * n + k) % 7 - 3) * (long) ((k * n + column) % 11 - 5);
        }
        checksum = checksum * 31 + product;
      }
    }
    return checksum;
  }

  @Test
  void whatAnswersAreComparedWithIsRight() throws Unavailable {
    for (int n : new int[] {0, 1, 5, 128}) {
      long computed =
          ByteBuffer.wrap(new Matmul(GUEST_BUILD, n).run())
              .order(ByteOrder.LITTLE_ENDIAN)
              .getLong();
      assertThat(computed).as("n = %d", n).isEqualTo(checksum(n));
    }
  }
}
