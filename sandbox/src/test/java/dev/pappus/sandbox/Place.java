package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An engine on a thread of its own, for the contracts of contexts that several engines use. */
final class Place implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("place").factory());
  private final ComputeEngine engine;

  Place(ComputeDriver driver, int index) {
    engine = call(() -> driver.openEngine(index));
  }

  <T> T call(Callable<T> step) {
    return await(thread.submit(step));
  }

  static <T> T await(Future<T> future) {
    try {
      return future.get(1, TimeUnit.MINUTES);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** On its thread. */
  MemoryDomain domain() {
    return engine.domain();
  }

  /** What a run needs to know of its inputs and outputs; it keeps the result. */
  abstract static class Receiver implements InstanceRunner.Receiver {
    private @Nullable InstanceResult result;

    @Override
    public void received(InstanceResult received) {
      result = received;
    }
  }

  InstanceResult run(
      PreparedFunction function,
      FunctionSpec spec,
      Limits limits,
      Receiver receiver,
      DataSet... inputs) {
    Deadline deadline = Deadline.in(TimeUnit.MINUTES.toNanos(1));
    return call(() -> {
      new InstanceRunner(engine, MonotonicClock.SYSTEM)
          .run(function, spec, List.of(inputs), deadline, limits, receiver);
      return Objects.requireNonNull(receiver.result);
    });
  }

  /** What a function that copies its input makes of one item. */
  Item copied(PreparedFunction function, FunctionSpec spec, Item input) {
    InstanceResult result =
        run(
            function,
            spec,
            Limits.DEFAULTS,
            new Receiver() {},
            new DataSet("data", List.of(input)));
    assertThat(result.problem()).isNull();
    assertThat(result.sealed()).isNull();
    return result.outputs().getFirst().items().getFirst();
  }

  /** Has sandboxes for {@code function} at hand: without another one it would lend none. */
  Place warmed(PreparedFunction function) {
    return call(() -> {
      try (Context _ = domain().acquire(function);
          Context _ = domain().acquire(function);
          Context _ = domain().acquire(function)) {
        return this;
      }
    });
  }

  void reclaim() {
    call(() -> {
      domain().reclaim();
      assertThat(domain().hasReturned()).isFalse();
      return true;
    });
  }

  /** Closes the engine and ends its thread; a second call does nothing. */
  @Override
  public void close() {
    if (!thread.isShutdown()) {
      call(() -> {
        engine.close();
        return true;
      });
      thread.shutdown();
    }
  }
}
