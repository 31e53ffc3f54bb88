package dev.pappus.sandbox;

import static dev.pappus.linux.Mapping.PAGE;

import dev.pappus.model.ItemBytes;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A context that stays as its guest left it, so that others copy items straight out of it. No item
 * outlives it: its bytes can only be copied, which fails once this is closed. Any thread may read
 * and close it; the context is given back when it is closed and no copy is under way.
 */
public final class SealedContext implements AutoCloseable {
  /** Of what makes it worth while, the least that an item must have on average. */
  private static final long ITEM_SHARE = 64;

  private final Runnable giveBack;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** One until it is closed, and one for each copy under way. */
  private final AtomicInteger uses = new AtomicInteger(1);

  private volatile @Nullable GuestMemory memory;
  private long lentItems;
  private long lentBytes;
  private long lentPageBytes;

  /**
   * A context that is open.
   *
   * @param memory what the guest left; nobody writes to it until it is given back
   * @param giveBack called once, on the thread that closes it or ends the last copy
   */
  public SealedContext(GuestMemory memory, Runnable giveBack) {
    this.memory = memory;
    this.giveBack = giveBack;
  }

  /** Bytes of the items that lie in it. */
  public long lentBytes() {
    return lentBytes;
  }

  /** Bytes of the pages that these items lie in; a page counts for each item in it. */
  public long lentPageBytes() {
    return lentPageBytes;
  }

  /**
   * Whether it is worth leaving a sandbox as it is: it holds {@link Limit#SEAL_FROM} at least, and
   * not in tiny items, as each is copied, and counted, by itself.
   */
  public boolean pays(Limits limits) {
    long from = limits.get(Limit.SEAL_FROM);
    return lentBytes >= Math.max(from, lentItems * (from / ITEM_SHARE));
  }

  /** The context that {@code bytes} lie in; null if they lie elsewhere. */
  public static @Nullable SealedContext of(ItemBytes bytes) {
    return bytes instanceof Lent lent ? lent.context() : null;
  }

  /** An item's bytes, which the caller has found to be inside; on the thread that made this. */
  public ItemBytes lend(long address, long bytes) {
    lentItems++;
    lentBytes += bytes;
    lentPageBytes += ((address + bytes + PAGE - 1) & -PAGE) - (address & -PAGE);
    return new Lent(this, address, bytes);
  }

  private void read(long address, MemorySegment target) {
    enter();
    try {
      Objects.requireNonNull(memory).read(address, target);
    } finally {
      leave();
    }
  }

  private void enter() {
    for (int now = uses.get(); now > 0 && !closed.get(); now = uses.get()) {
      if (uses.compareAndSet(now, now + 1)) {
        return;
      }
    }
    throw new ProblemException(
        Problem.of(ProblemCode.CANCELLED, "the sandbox that held an input has been wiped")
            .withHint("its invocation has ended: see there why"));
  }

  private void leave() {
    if (uses.decrementAndGet() == 0) {
      memory = null;
      giveBack.run();
    }
  }

  /** Gives the context back as soon as no copy is under way; a second call does nothing. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      leave();
    }
  }

  /** Bytes that a guest left. */
  private record Lent(SealedContext context, long address, long sizeBytes) implements ItemBytes {
    @Override
    public void copyTo(long offset, MemorySegment target) {
      Objects.checkFromIndexSize(offset, target.byteSize(), sizeBytes);
      context.read(address + offset, target);
    }

    @Override
    public MemorySegment inMemory() {
      MemorySegment copy = MemorySegment.ofArray(new byte[(int) sizeBytes]);
      context.read(address, copy);
      return copy;
    }
  }
}
