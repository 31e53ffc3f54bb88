package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.engine.EngineWorker;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.GuestAbi;
import dev.pappus.sandbox.InputCollector;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.SealedContext;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The results of all instances of an application for the one instance that reads them, put together
 * in its context, so that none of theirs has to stay sealed. Whichever instance ends first on an
 * engine that can spare a sandbox has it opened there; nobody waits for that. Any thread may use
 * it.
 */
final class Gathering {
  private static final Logger LOG = LoggerFactory.getLogger(Gathering.class);

  /** One in so many bytes more than what the first instance lets one expect, as others differ. */
  private static final int SLACK_SHARE = 8;

  /** Of what makes it worth while, the least that one instance must have: each is handed over. */
  private static final long INSTANCE_SHARE = 16;

  /** After so many engines could not open it, no other is asked. */
  private static final int REFUSALS_MAX = 4;

  private final FunctionEntry reader;
  private final Node.Compute compute;
  private final Limits limits;
  private final HeldContexts held;
  private final AtomicBoolean opening = new AtomicBoolean();
  private final AtomicInteger refusals = new AtomicInteger();
  private volatile @Nullable Opened opened;
  private volatile boolean closed;

  /** What gathers, and the number of its engine. */
  private record Opened(InputCollector collector, int engine) {}

  /**
   * Nothing so far.
   *
   * @param reader what will read them
   * @param held has places for contexts that stay sealed
   */
  Gathering(FunctionEntry reader, Node.Compute compute, Limits limits, HeldContexts held) {
    this.reader = reader;
    this.compute = compute;
    this.limits = limits;
    this.held = held;
  }

  /**
   * Where an instance's results go; null if they are not gathered, or not yet.
   *
   * @param worker what has run it; for its thread
   * @param left the context that they lie in
   * @param instances how many there are
   */
  @Nullable InputCollector collector(EngineWorker worker, SealedContext left, int instances) {
    if (opened == null && worker.hasQueue() && pays(left, instances)) {
      open(worker, left, instances);
    }
    return collector();
  }

  private boolean pays(SealedContext left, int instances) {
    long from = limits.get(Limit.SEAL_FROM);
    return left.lentBytes() * instances >= from
        && left.lentBytes() >= from / INSTANCE_SHARE
        && left.hasNoTinyItems(limits);
  }

  private void open(EngineWorker worker, SealedContext left, int instances) {
    if (refusals.get() >= REFUSALS_MAX
        || !compute.code().holds(reader.code())
        || !opening.compareAndSet(false, true)) {
      return;
    }
    try {
      if (opened == null && !closed && held.tryTakePlace()) {
        long each = left.lentBytes() + GuestAbi.ITEM_ALIGNMENT * left.lentItems();
        open(worker, each * instances);
      }
    } finally {
      opening.set(false);
    }
  }

  private void open(EngineWorker worker, long bytes) {
    InputCollector collector = null;
    try {
      collector = tryOpen(worker, bytes + bytes / SLACK_SHARE);
    } finally {
      if (collector == null) {
        refusals.getAndIncrement();
        held.returnPlace();
      }
    }
    if (collector != null) {
      opened = new Opened(collector, worker.index());
      if (closed) { // before or after that: one of both sees the other
        collector.close();
      }
    }
  }

  private @Nullable InputCollector tryOpen(EngineWorker worker, long bytes) {
    try {
      if (!(compute.code().lookup(reader.code(), _ -> {}) instanceof CodeCache.Found found)) {
        return null;
      }
      PreparedFunction function = found.function();
      return function.templateSlot() == null
          ? worker.engine(function).domain().openCollector(function, bytes)
          : null; // it may begin elsewhere in the program
    } catch (ProblemException e) {
      LOG.debug("nothing is gathered for {}: {}", reader.name(), e.getMessage());
      return null;
    }
  }

  /** What has gathered results; null if nothing has. */
  @Nullable InputCollector collector() {
    Opened now = opened;
    return now == null ? null : now.collector();
  }

  /** Number of the engine whose they are; -1 if there are none. */
  int engine() {
    Opened now = opened;
    return now == null ? -1 : now.engine();
  }

  /** The invocation has ended: what has not run goes back. */
  void close() {
    closed = true;
    InputCollector collector = collector();
    if (collector != null) {
      collector.close();
    }
  }
}
