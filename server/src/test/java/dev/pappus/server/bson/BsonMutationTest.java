package dev.pappus.server.bson;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;

/** Damaged documents end in a problem or a value, soon and without much memory. */
class BsonMutationTest {
  private static final int ROUNDS = 20_000;

  /** Rounds in which classes still load. */
  private static final int WARM_UP = 1000;

  private static final long ALLOCATION_MAX = 256 << 10;

  /** Decodes {@code bytes} in all three ways; returns how many succeeded. */
  static int decodeAll(byte[] bytes) {
    return attempt(() -> InvocationDocument.decode(bytes, bytes.length, Limits.DEFAULTS))
        + attempt(() -> FunctionDocument.decode(trickling(bytes), Limits.DEFAULTS))
        + attempt(() -> CompositionDocument.decode(trickling(bytes), Limits.DEFAULTS));
  }

  @FunctionalInterface
  private interface Decoding {
    Object run() throws IOException;
  }

  private static int attempt(Decoding decoding) {
    try {
      decoding.run();
      return 1;
    } catch (ProblemException e) {
      assertThat(e.problem().hint()).isNotNull();
      return 0;
    } catch (IOException e) {
      throw new AssertionError("an array does no I/O", e);
    }
  }

  /** A stream that never gives as much as it is asked for. */
  private static InputStream trickling(byte[] bytes) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] target, int offset, int length) {
        return super.read(target, offset, Math.min(length, 7));
      }
    };
  }

  /** A valid document of each kind. */
  static List<byte[]> documents() {
    return List.of(
        Documents.encode(Documents.function()),
        Documents.encode(
            Documents.invocation(
                Documents.set("a", Documents.item("x", new BsonInt32(1), (byte) 1, (byte) 2)),
                Documents.set("b"))),
        Documents.encode(
            new BsonDocument("composition", new BsonString("composition c (a) => (a) {}"))));
  }

  @Test
  void damageIsAlwaysNoticedOrHarmless() {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<byte[]> seeds = documents();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().threadId();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] mutant = mutate(seeds.get(random.nextInt(seeds.size())), random);
      long before = threads.getThreadAllocatedBytes(thread);
      try {
        refused += decodeAll(mutant) == 0 ? 1 : 0;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
      if (round > WARM_UP) {
        assertThat(threads.getThreadAllocatedBytes(thread) - before)
            .as("bytes allocated for %d bytes, seed %d, round %d", mutant.length, seed, round)
            .isLessThan(ALLOCATION_MAX);
      }
    }
    assertThat(refused).isBetween(ROUNDS / 4, ROUNDS);
  }

  private static byte[] mutate(byte[] seed, RandomGenerator random) {
    byte[] mutant =
        random.nextInt(8) == 0
            ? Arrays.copyOf(seed, random.nextInt(seed.length + 8))
            : seed.clone();
    int changes = mutant.length == 0 ? 0 : 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(mutant.length);
      mutant[at] =
          switch (random.nextInt(4)) {
            case 0 -> (byte) random.nextInt();
            case 1 -> (byte) 0xFF;
            case 2 -> (byte) 0x7F;
            default -> (byte) (mutant[at] + random.nextInt(3) - 1);
          };
    }
    return mutant;
  }
}
