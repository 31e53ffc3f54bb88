package dev.pappus.dispatcher.engine;

import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.TemplateSlot;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Code that left memory, which workers may still have in sandboxes. They give those up between two
 * tasks; who has no task is woken for it now and then, and not for each: a stream of cold functions
 * would wake all of them all the time. Any thread may use it.
 */
final class GivenUpCode {
  private static final long LOOK_NANOS = 250_000_000L;

  private final Timeouts timeouts;
  private final Supplier<Stream<EngineWorker>> workers;
  private final AtomicBoolean lookDue = new AtomicBoolean();

  /** None so far. */
  GivenUpCode(Timeouts timeouts, Supplier<Stream<EngineWorker>> workers) {
    this.timeouts = timeouts;
    this.workers = workers;
  }

  /**
   * Has every worker give up its sandboxes of {@code function}, soon. They know it by a weak
   * reference, as one may be at a task for hours while much is given up; a sandbox keeps what it is
   * bound to, which may be the template of a program.
   */
  void add(PreparedFunction function) {
    ask(function);
    TemplateSlot slot = function.templateSlot();
    PreparedFunction resumed = slot == null ? null : slot.filled();
    if (resumed != null) {
      ask(resumed);
    }
    lookLater();
  }

  private void ask(PreparedFunction function) {
    WeakReference<PreparedFunction> asked = new WeakReference<>(function);
    workers.get().forEach(each -> each.askToForget(asked));
  }

  private void lookLater() {
    if (!lookDue.get() && lookDue.compareAndSet(false, true)) {
      var _ = timeouts.after(LOOK_NANOS, this::look);
    }
  }

  private void look() {
    lookDue.set(false);
    workers.get().filter(EngineWorker::hasToForget).forEach(EngineWorker::wakeToTidy);
  }
}
