package dev.pappus.dispatcher.engine;

import dev.pappus.sandbox.PreparedFunction;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Code that left memory, which workers may still have in sandboxes. They give those up between two
 * tasks; who has no task is woken for it now and then, and not for each: a stream of cold functions
 * would wake all of them all the time. Any thread may use it.
 */
final class GivenUpCode {
  private static final long LOOK_NANOS = 250_000_000L;

  private final Timeouts timeouts;
  private final Supplier<Stream<EngineWorker>> workers;

  /** Since the last look. */
  private final ConcurrentLinkedQueue<PreparedFunction> recent = new ConcurrentLinkedQueue<>();

  /**
   * At the last look. Workers know it weakly, as one may be at a task for hours; whoever was woken
   * has forgotten it before the next look. Belongs to the thread of timeouts.
   */
  private List<PreparedFunction> lookedAt = List.of();

  private final AtomicBoolean lookDue = new AtomicBoolean();

  /** None so far. */
  GivenUpCode(Timeouts timeouts, Supplier<Stream<EngineWorker>> workers) {
    this.timeouts = timeouts;
    this.workers = workers;
  }

  /** Has every worker give up its sandboxes of {@code function}, soon. */
  void add(PreparedFunction function) {
    recent.add(function);
    WeakReference<PreparedFunction> asked = new WeakReference<>(function);
    workers.get().forEach(each -> each.askToForget(asked));
    lookLater();
  }

  private void lookLater() {
    if (!lookDue.get() && lookDue.compareAndSet(false, true)) {
      var _ = timeouts.after(LOOK_NANOS, this::look);
    }
  }

  private void look() {
    lookDue.set(false);
    List<PreparedFunction> seen = new ArrayList<>();
    for (@Nullable PreparedFunction next = recent.poll(); next != null; next = recent.poll()) {
      seen.add(next);
    }
    lookedAt = seen;
    if (!lookedAt.isEmpty()) {
      workers.get().filter(EngineWorker::hasToForget).forEach(EngineWorker::wakeToTidy);
      lookLater();
    }
  }
}
