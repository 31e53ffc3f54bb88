package dev.pappus.dispatcher.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each timeout comes once, in its time, unless it is cancelled. */
class TimeoutsTest {
  private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);

  private final Timeouts timeouts = new Timeouts();

  @AfterEach
  void close() {
    timeouts.close();
  }

  @Test
  void anEarlierOneDoesNotWaitForThoseBeforeIt() throws InterruptedException {
    CountDownLatch early = new CountDownLatch(1);
    AtomicInteger late = new AtomicInteger();
    timeouts.after(HOUR_NANOS, late::getAndIncrement);
    timeouts.after(1_000_000, early::countDown);
    assertThat(early.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(late.get()).isZero();
    assertThat(timeouts.pending()).isEqualTo(1);
  }

  @Test
  void noneIsEarlyAndNoneIsLost() throws InterruptedException {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    Random random = new Random(seed);
    CountDownLatch all = new CountDownLatch(500);
    AtomicInteger early = new AtomicInteger();
    for (int i = 0; i < 500; i++) {
      long nanos = random.nextLong(20_000_000);
      long due = System.nanoTime() + nanos;
      var _ =
          timeouts.after(
              nanos,
              () -> {
                early.addAndGet(System.nanoTime() - due < 0 ? 1 : 0);
                all.countDown();
              });
      timeouts.after(random.nextLong(HOUR_NANOS), () -> {}).cancel();
    }
    assertThat(all.await(30, TimeUnit.SECONDS)).as("seed %d", seed).isTrue();
    assertThat(early.get()).as("seed %d", seed).isZero();
    assertThat(timeouts.pending()).as("seed %d", seed).isZero();
  }

  @Test
  void whatIsCancelledIsForgotten() {
    for (int i = 0; i < 1000; i++) {
      timeouts.after(HOUR_NANOS, () -> {}).cancel();
    }
    assertThat(timeouts.pending()).isZero();
  }

  @Test
  void oneThatFailsDoesNotKeepTheOthers() throws InterruptedException {
    CountDownLatch next = new CountDownLatch(1);
    timeouts.after(
        0,
        () -> {
          throw new IllegalStateException("deliberate");
        });
    timeouts.after(1_000_000, next::countDown);
    assertThat(next.await(30, TimeUnit.SECONDS)).isTrue();
  }
}
