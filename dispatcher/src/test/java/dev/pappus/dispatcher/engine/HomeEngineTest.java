package dev.pappus.dispatcher.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.sandbox.Backends;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tasks that are worth waiting for one of two engines, and how long. */
class HomeEngineTest {
  private static final int ONE_ENGINE = 0;

  private final Timeouts timeouts = new Timeouts();
  private final EnginePool pool =
      new EnginePool(new Backends(List.of(), Map.of()), 2, 100, timeouts, () -> {});
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void close() {
    gate.countDown();
    assertThat(pool.close(TimeUnit.MINUTES.toNanos(1))).isTrue();
    timeouts.close();
  }

  /** Says which engine has begun it, and waits, if it shall. */
  private static final class Task extends EngineTask {
    private final CompletableFuture<Integer> engine = new CompletableFuture<>();
    private final @Nullable CountDownLatch until;
    private final boolean isLong;
    private final int preferredEngine;
    private final long homeNanos;

    Task(@Nullable CountDownLatch until, boolean isLong, int preferredEngine, long homeNanos) {
      this.until = until;
      this.isLong = isLong;
      this.preferredEngine = preferredEngine;
      this.homeNanos = homeNanos;
    }

    @Override
    protected Namespace namespace() {
      return new Namespace("test");
    }

    @Override
    protected long expectedNanos() {
      return 0;
    }

    @Override
    protected boolean isLong() {
      return isLong;
    }

    @Override
    protected int preferredEngine() {
      return preferredEngine;
    }

    @Override
    protected long homeNanos() {
      return homeNanos;
    }

    @Override
    protected void run(EngineWorker worker) {
      engine.complete(worker.index());
      if (until != null) {
        try {
          until.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    @Override
    protected void fail(Problem problem) {
      engine.completeExceptionally(new IllegalStateException(problem.toString()));
    }

    int ranOn() throws Exception {
      return engine.get(1, TimeUnit.MINUTES);
    }
  }

  private Task submit(
      @Nullable CountDownLatch until, boolean isLong, int preferredEngine, long homeNanos) {
    Task task = new Task(until, isLong, preferredEngine, homeNanos);
    assertThat(pool.submit(task)).isTrue();
    return task;
  }

  @Test
  void aTaskIsLeftToAnEngineThatIsFreeSoon() throws Exception {
    int home = submit(gate, false, ONE_ENGINE, 0).ranOn();
    Task left = submit(null, false, home, TimeUnit.HOURS.toNanos(1));
    for (int i = 0; i < 100; i++) {
      // The other engine looks for work each time, and finds this.
      assertThat(submit(null, false, -1, 0).ranOn()).isNotEqualTo(home);
    }
    assertThat(left.engine).isNotDone();
    gate.countDown();
    assertThat(left.ranOn()).isEqualTo(home);
  }

  @Test
  void itIsNotLeftForLongerThanThatIsWorth() throws Exception {
    int home = submit(gate, false, ONE_ENGINE, 0).ranOn();
    assertThat(submit(null, false, home, 3_000_000).ranOn()).isNotEqualTo(home);
  }

  @Test
  void nobodyWaitsBehindIt() throws Exception {
    int home = submit(gate, false, ONE_ENGINE, 0).ranOn();
    CountDownLatch otherGate = new CountDownLatch(1);
    assertThat(submit(otherGate, false, -1, 0).ranOn()).isNotEqualTo(home);
    Task left = submit(null, false, home, TimeUnit.HOURS.toNanos(1));
    Task behind = submit(null, false, home, 0);
    otherGate.countDown();
    assertThat(behind.ranOn()).isNotEqualTo(home);
    assertThat(left.engine).isNotDone();
  }

  @Test
  void noEngineIsWaitedForThatIsAtALongTask() throws Exception {
    int home = submit(gate, true, ONE_ENGINE, 0).ranOn();
    Task elsewhere = submit(null, false, home, TimeUnit.HOURS.toNanos(1));
    assertThat(elsewhere.ranOn()).isNotEqualTo(home);
  }

  @Test
  void othersGoToWhoeverIsIdle() throws Exception {
    int home = submit(gate, false, ONE_ENGINE, 0).ranOn();
    assertThat(submit(null, false, home, 0).ranOn()).isNotEqualTo(home);
  }
}
