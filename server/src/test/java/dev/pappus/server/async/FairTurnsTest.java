package dev.pappus.server.async;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Namespace;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FairTurnsTest {
  private static final Namespace HANGING = new Namespace("hanging");
  private static final Namespace QUICK = new Namespace("quick");

  private final BlockingQueue<String> started = new LinkedBlockingQueue<>();

  private Runnable hang(String name, CountDownLatch until) {
    return () -> {
      started.add(name);
      try {
        until.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private String next() throws InterruptedException {
    return String.valueOf(started.poll(30, TimeUnit.SECONDS));
  }

  @Test
  void tasksThatHangHoldUpTheirOwnNamespaceOnly() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (FairTurns turns = new FairTurns("test", 8, 2)) {
      for (int i = 0; i < 100; i++) {
        turns.submit(HANGING, hang("hanging", end));
      }
      assertThat(next() + next()).isEqualTo("hanginghanging");
      for (int i = 0; i < 100; i++) {
        turns.submit(QUICK, () -> started.add("quick"));
        assertThat(next()).isEqualTo("quick");
      }
      end.countDown();
      for (int i = 2; i < 100; i++) {
        assertThat(next()).isEqualTo("hanging");
      }
    }
  }

  @Test
  void whoeverWaitsForAPlaceTakesTurns() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (FairTurns turns = new FairTurns("test", 1, 1)) {
      turns.submit(QUICK, hang("first", end));
      assertThat(next()).isEqualTo("first");
      for (int i = 0; i < 3; i++) {
        turns.submit(HANGING, () -> started.add("a"));
      }
      turns.submit(QUICK, () -> started.add("b"));
      end.countDown();
      assertThat(next() + next() + next() + next()).isEqualTo("abaa");
    }
  }

  @Test
  void noMoreThanItsPlacesAreTaken() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(400);
    try (FairTurns turns = new FairTurns("test", 3, 2)) {
      for (int i = 0; i < 400; i++) {
        turns.submit(
            new Namespace("n" + i % 5),
            () -> {
              most.accumulateAndGet(now.incrementAndGet(), Math::max);
              Thread.onSpinWait();
              now.decrementAndGet();
              all.countDown();
            });
      }
      assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(most).hasValueLessThanOrEqualTo(3);
  }
}
