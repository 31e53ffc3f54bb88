package dev.pappus.sandbox.kvm;

import dev.pappus.linux.LinuxException;
import dev.pappus.sandbox.ResidentBudget;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blank machines that have run once, made and destroyed by one background thread, off the critical
 * path. Any thread may use it. Machines pass through bounded queues; whoever takes one owns it.
 */
final class VmPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VmPool.class);
  private static final int ORDERS_MAX = 4096;

  /** Machines that wait to be destroyed; whoever gives up more destroys them itself. */
  static final int DOOMED_MAX = 16;

  private static final long RETRY_NANOS = 1_000_000_000L;

  private sealed interface Order {
    record Refill(Shelf shelf) implements Order {}

    record Destroy(VirtualMachine vm) implements Order {}

    record Stop() implements Order {}
  }

  /** The blank machines of one size. */
  private static final class Shelf {
    private final long heapBytes;
    private final ArrayBlockingQueue<VirtualMachine> blanks;
    private final AtomicInteger ordered = new AtomicInteger();

    Shelf(long heapBytes, int capacity) {
      this.heapBytes = heapBytes;
      this.blanks = new ArrayBlockingQueue<>(Math.max(1, capacity));
    }
  }

  private final LongFunction<VirtualMachine> maker;
  private final ResidentBudget budget;
  private final int warmBlanks;
  private final Map<Long, Shelf> shelves = new ConcurrentHashMap<>();
  private final LinkedBlockingQueue<Order> orders = new LinkedBlockingQueue<>(ORDERS_MAX);
  private final int lentMax;
  private final AtomicInteger lent = new AtomicInteger();
  private final AtomicInteger doomed = new AtomicInteger();
  private final Thread thread;
  private volatile boolean closed;
  private volatile long retryNanos = System.nanoTime();

  /**
   * Starts the background thread.
   *
   * @param maker makes a warm blank machine that holds contexts of a size; throws {@link
   *     LinuxException}
   * @param budget no machine is kept ready while it is overdrawn
   * @param warmBlanks machines of each size in use to keep ready
   * @param lentMax machines that engines should hold together, see {@link #lendsMore}
   * @param firstHeapBytes the size to begin with
   */
  VmPool(
      LongFunction<VirtualMachine> maker,
      ResidentBudget budget,
      int warmBlanks,
      int lentMax,
      long firstHeapBytes) {
    this.maker = maker;
    this.budget = budget;
    this.lentMax = lentMax;
    this.warmBlanks = warmBlanks;
    this.thread = Thread.ofPlatform().daemon().name("kvm-machines").start(this::work);
    refill(shelf(firstHeapBytes));
  }

  /** A warm blank machine for contexts of {@code heapBytes}, or null if none is ready. */
  @Nullable VirtualMachine poll(long heapBytes) {
    Shelf shelf = shelf(heapBytes);
    VirtualMachine vm = shelf.blanks.poll();
    refill(shelf);
    if (vm != null) {
      lent.incrementAndGet();
    }
    return vm;
  }

  /** Whether {@link #poll} would give one. */
  boolean hasBlank(long heapBytes) {
    return !shelf(heapBytes).blanks.isEmpty();
  }

  /** Whether engines hold fewer machines than they may. */
  boolean lendsMore() {
    return lent.get() < lentMax;
  }

  /**
   * Makes a machine now.
   *
   * @throws LinuxException if the host gives no more
   */
  VirtualMachine make(long heapBytes) {
    VirtualMachine vm = maker.apply(heapBytes);
    lent.incrementAndGet();
    return vm;
  }

  /** Takes a machine that nobody uses any more and destroys it soon; its heap goes at once. */
  void retire(VirtualMachine vm) {
    lent.decrementAndGet();
    vm.writeOff();
    boolean waits = false;
    if (doomed.getAndIncrement() < DOOMED_MAX && !closed) {
      try {
        // Else guests that ruin their machines would fill memory faster than one thread frees it.
        vm.memory().dropHeap(0, vm.heapBytes());
        waits = orders.offer(new Order.Destroy(vm));
      } catch (LinuxException e) {
        LOG.warn("a sandbox cannot give its memory back: {}", e.getMessage());
      }
    }
    if (!waits) {
      doomed.decrementAndGet();
      vm.close();
    }
  }

  private Shelf shelf(long heapBytes) {
    return shelves.computeIfAbsent(heapBytes, size -> new Shelf(size, warmBlanks));
  }

  private void refill(Shelf shelf) {
    if (closed || budget.overdrawn() || shelf.blanks.size() + shelf.ordered.get() >= warmBlanks) {
      return;
    }
    shelf.ordered.incrementAndGet();
    if (!orders.offer(new Order.Refill(shelf))) {
      shelf.ordered.decrementAndGet();
    }
  }

  private void work() {
    try {
      boolean running = true;
      while (running) {
        running =
            switch (orders.take()) {
              case Order.Refill(Shelf shelf) -> {
                fill(shelf);
                yield true;
              }
              case Order.Destroy(VirtualMachine vm) -> {
                vm.close();
                doomed.decrementAndGet();
                yield true;
              }
              case Order.Stop() -> false;
            };
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fill(Shelf shelf) {
    try {
      while (!closed
          && !budget.overdrawn()
          && shelf.blanks.size() < warmBlanks
          && System.nanoTime() - retryNanos >= 0
          && offer(shelf, maker.apply(shelf.heapBytes))) {
        // Until the shelf is full.
      }
    } catch (LinuxException | OutOfMemoryError e) {
      // Engines that need one make it themselves and report why they cannot.
      retryNanos = System.nanoTime() + RETRY_NANOS;
      LOG.warn("cannot keep blank sandboxes ready: {}", e.getMessage());
    } finally {
      shelf.ordered.decrementAndGet();
    }
  }

  private static boolean offer(Shelf shelf, VirtualMachine vm) {
    if (shelf.blanks.offer(vm)) {
      return true;
    }
    vm.close();
    return false;
  }

  /** Stops the thread and destroys what is left. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (true) {
      try {
        orders.put(new Order.Stop());
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    for (Order order : orders) {
      if (order instanceof Order.Destroy(VirtualMachine vm)) {
        vm.close();
      }
    }
    for (Shelf shelf : shelves.values()) {
      for (VirtualMachine vm = shelf.blanks.poll(); vm != null; vm = shelf.blanks.poll()) {
        vm.close();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
