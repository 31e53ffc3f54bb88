package dev.pappus.dispatcher.engine;

import dev.pappus.model.Namespace;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Shares a number of places between namespaces. Each may hold four times what is free: one alone
 * gets four fifths, several get equal parts, and there is always room for another. So whoever
 * crowds a node is refused first. Any thread may use it.
 */
public final class FairShare {
  private static final long HELD_PER_FREE = 4;

  private final int capacity;
  private final AtomicInteger total = new AtomicInteger();
  private final ConcurrentHashMap<Namespace, Integer> held = new ConcurrentHashMap<>();

  /** A share of {@code capacity} places. */
  public FairShare(int capacity) {
    this.capacity = capacity;
  }

  /** Takes a place; false, and takes none, if there is none for {@code namespace}. */
  public boolean tryTake(Namespace namespace) {
    int before = total.getAndIncrement();
    int mine = held.merge(namespace, 1, Integer::sum) - 1;
    if (allows(mine, before)) {
      return true;
    }
    give(namespace);
    return false;
  }

  /** Takes a place even where there is none. */
  public void take(Namespace namespace) {
    total.getAndIncrement();
    held.merge(namespace, 1, Integer::sum);
  }

  /** Gives a place back. */
  public void give(Namespace namespace) {
    total.getAndDecrement();
    held.computeIfPresent(namespace, (_, places) -> places == 1 ? null : places - 1);
  }

  /** Whether {@code namespace} would get a place now. */
  public boolean hasRoom(Namespace namespace) {
    return allows(held(namespace), total.get());
  }

  private boolean allows(int mine, int taken) {
    return taken < capacity && mine < HELD_PER_FREE * (capacity - taken);
  }

  /** Places that {@code namespace} holds. */
  public int held(Namespace namespace) {
    return held.getOrDefault(namespace, 0);
  }

  /** Places that are taken. */
  public int total() {
    return total.get();
  }

  /** Namespaces that hold places. */
  public int holders() {
    return held.size();
  }
}
