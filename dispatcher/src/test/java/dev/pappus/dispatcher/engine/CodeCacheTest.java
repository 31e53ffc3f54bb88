package dev.pappus.dispatcher.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Limits;
import dev.pappus.sandbox.Backends;
import dev.pappus.sandbox.PreparedFunction;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What stays in memory of functions that are replaced while they are looked up. */
class CodeCacheTest {
  @TempDir Path folder;

  /** Weighed by the second look at its size, which the cache takes while it is put there. */
  private static final class WeighedSlowly implements PreparedFunction {
    private final CountDownLatch weighing = new CountDownLatch(1);
    private final CountDownLatch weighed = new CountDownLatch(1);
    private final AtomicInteger looks = new AtomicInteger();

    @Override
    public String sandbox() {
      return "none";
    }

    @Override
    public long residentBytes() {
      if (looks.incrementAndGet() == 2) {
        weighing.countDown();
        try {
          weighed.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      return 1024;
    }

    @Override
    public long contextBytes() {
      return 1 << 16;
    }
  }

  @Test
  @Timeout(60)
  void whatIsDroppedDuringItsFirstUseDoesNotStay() throws InterruptedException {
    AtomicInteger evicted = new AtomicInteger();
    FunctionCode code =
        new FunctionCode(
            digest(1),
            digest(2),
            1,
            new FunctionSpec("f", List.of(), List.of(), 1 << 16, List.of()),
            "none");
    try (DataFolder data = DataFolder.open(folder)) {
      CodeCache cache =
          new CodeCache(
              new Backends(List.of(), Map.of()),
              data.blobs(),
              data.templates(),
              Limits.DEFAULTS,
              _ -> evicted.getAndIncrement());
      WeighedSlowly function = new WeighedSlowly();
      cache.put(code, function);
      assertThat(cache.residentBytes()).isEqualTo(1024);
      Thread user = Thread.ofPlatform().start(() -> cache.lookup(code, _ -> {}));
      function.weighing.await();
      Thread dropper = Thread.ofPlatform().start(() -> cache.drop(code));
      // Either it waits for the look-up or it ends before.
      while (!EnumSet.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TERMINATED)
          .contains(dropper.getState())) {
        Thread.onSpinWait();
      }
      function.weighed.countDown();
      user.join();
      dropper.join();
      assertThat(cache.residentBytes()).isZero();
      assertThat(evicted).hasValue(1);
    }
  }

  private static Digest digest(int content) {
    return Digest.of(MemorySegment.ofArray(new byte[] {(byte) content}));
  }
}
