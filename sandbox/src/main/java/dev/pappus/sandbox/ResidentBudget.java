package dev.pappus.sandbox;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory that a node's machines may keep resident between runs. What a machine cannot do without is
 * charged in any case, and may overdraw the budget; what only makes it faster must ask. Any thread
 * may use it.
 */
public final class ResidentBudget {
  /** For so long after something did not fit, room is scarce. */
  public static final long SCARCE_NANOS = 10_000_000_000L;

  private final long capacityBytes;
  private final AtomicLong chargedBytes = new AtomicLong();
  private volatile long deniedNanos = System.nanoTime() - SCARCE_NANOS;

  public ResidentBudget(long capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  /** Charges what is needed. */
  public void charge(long bytes) {
    chargedBytes.addAndGet(bytes);
  }

  /** Charges what would be good to have, unless it does not fit. */
  public boolean tryCharge(long bytes) {
    if (chargedBytes.addAndGet(bytes) <= capacityBytes) {
      return true;
    }
    chargedBytes.addAndGet(-bytes);
    deniedNanos = System.nanoTime();
    return false;
  }

  /** Takes a charge back. */
  public void refund(long bytes) {
    chargedBytes.addAndGet(-bytes);
  }

  /** Whether more is charged than there is. */
  public boolean overdrawn() {
    return chargedBytes.get() > capacityBytes;
  }

  /** Whether something did not fit of late. */
  public boolean scarce(long now) {
    return now - deniedNanos < SCARCE_NANOS;
  }

  /** What is charged now. */
  public long chargedBytes() {
    return chargedBytes.get();
  }
}
