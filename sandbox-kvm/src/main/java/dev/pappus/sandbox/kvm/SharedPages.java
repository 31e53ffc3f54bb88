package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.PAGE;

import dev.pappus.sandbox.ResidentBudget;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Read-only pages of a function that all machines bound to it see, instead of a copy each. Whole
 * pages of memory of their own, which live as long as anything refers to this; charged once,
 * however many machines use them. Any thread may use it.
 */
final class SharedPages {
  private final MemorySegment memory;
  private final AtomicInteger users = new AtomicInteger();

  /** Zero pages, to be filled before anyone uses them. */
  SharedPages(long bytes) {
    memory = Arena.ofAuto().allocate(bytes, PAGE);
  }

  MemorySegment memory() {
    return memory;
  }

  /** A machine begins to use them. */
  void attach(ResidentBudget budget) {
    if (users.getAndIncrement() == 0) {
      budget.charge(memory.byteSize());
    }
  }

  /** A machine has ended to use them. */
  void detach(ResidentBudget budget) {
    if (users.decrementAndGet() == 0) {
      budget.refund(memory.byteSize());
    }
  }
}
