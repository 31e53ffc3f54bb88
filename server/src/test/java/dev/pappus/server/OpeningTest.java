package dev.pappus.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class OpeningTest {
  private final List<String> closed = new ArrayList<>();

  @Test
  void whatIsTakenIsTheCallers() {
    Thread caller = Thread.currentThread();
    try (Opening<String> part =
        Opening.of(
            "part", () -> Thread.currentThread() == caller ? "here" : "elsewhere", closed::add)) {
      assertThat(part.take()).isEqualTo("elsewhere");
    }
    assertThat(closed).isEmpty();
  }

  @Test
  void whatNobodyTakesIsClosedOnceItIsOpen() {
    CountDownLatch closing = new CountDownLatch(1);
    Opening<String> part =
        Opening.of(
            "part",
            () -> {
              awaitQuietly(closing);
              return "late";
            },
            closed::add);
    CompletableFuture<Void> end = CompletableFuture.runAsync(part::close);
    assertThat(end).isNotDone();
    closing.countDown();
    end.join();
    assertThat(closed).containsExactly("late");
  }

  @Test
  void problemsReachWhoeverTakesIt() {
    ConfigurationException problem = new ConfigurationException("no such sandbox");
    try (Opening<String> part =
        Opening.of(
            "part",
            () -> {
              throw problem;
            },
            closed::add)) {
      assertThatThrownBy(part::take).isSameAs(problem);
    }
    assertThat(closed).isEmpty();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
