package dev.pappus.sandbox;

import static dev.pappus.linux.Mapping.PAGE;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.ItemBytes;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A context whose guest does not run, so that others copy items straight out of it: those that the
 * guest left, or that an {@link InputCollector} put there. No item outlives it: its bytes can only
 * be copied, which fails once this is closed. Any thread may read and close it; the context is
 * given back when it is closed and no copy is under way.
 */
public final class SealedContext implements AutoCloseable {
  /** Of what makes it worth while, the least that an item must have on average. */
  private static final long ITEM_SHARE = 64;

  private final AtomicBoolean closed = new AtomicBoolean();

  /** One until it is closed, and one for each copy under way. */
  private final AtomicInteger uses = new AtomicInteger(1);

  private volatile @Nullable GuestMemory memory;
  private Runnable giveBack = () -> {};
  private long lentItems;
  private long lentBytes;
  private long lentPageBytes;

  /**
   * A context that is open.
   *
   * @param memory nobody writes where items are until it is given back
   */
  public SealedContext(GuestMemory memory) {
    this.memory = memory;
  }

  /**
   * Says how the context is given back. Before another thread sees this.
   *
   * @param how called once, on the thread that closes it or ends the last copy
   */
  public void giveBackBy(Runnable how) {
    giveBack = how;
  }

  /** How many items lie in it. */
  public long lentItems() {
    return lentItems;
  }

  /** Bytes of the items that lie in it. */
  public long lentBytes() {
    return lentBytes;
  }

  /** Bytes of {@code sets} that lie in contexts. */
  public static long bytesIn(List<DataSet> sets) {
    long bytes = 0;
    for (DataSet set : sets) {
      for (Item item : set.items()) {
        bytes += of(item.bytes()) == null ? 0 : item.sizeBytes();
      }
    }
    return bytes;
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
    return lentBytes >= limits.get(Limit.SEAL_FROM) && hasNoTinyItems(limits);
  }

  /** Whether its items are large enough, on average, to be handed over one by one. */
  public boolean hasNoTinyItems(Limits limits) {
    return lentBytes >= lentItems * (limits.get(Limit.SEAL_FROM) / ITEM_SHARE);
  }

  /** The context that {@code bytes} lie in; null if they lie elsewhere. */
  public static @Nullable SealedContext of(ItemBytes bytes) {
    return bytes instanceof Lent lent ? lent.context() : null;
  }

  /** Where in this context {@code bytes} lie; -1 if they lie elsewhere. */
  long addressOf(ItemBytes bytes) {
    return bytes instanceof Lent lent && lent.context() == this ? lent.address() : -1;
  }

  /** An item's bytes, which the caller has found to be inside; one thread at a time. */
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
    if (!tryEnter()) {
      throw new ProblemException(
          Problem.of(ProblemCode.CANCELLED, "the sandbox that held an input has been wiped")
              .withHint("its invocation has ended: see there why"));
    }
  }

  /** Keeps the context from being given back until {@link #leave}; false if it is closed. */
  boolean tryEnter() {
    for (int now = uses.get(); now > 0 && !closed.get(); now = uses.get()) {
      if (uses.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  /** Ends what {@link #tryEnter} began. */
  void leave() {
    if (uses.decrementAndGet() == 0) {
      memory = null;
      giveBack.run();
    }
  }

  /**
   * Closes it without giving the context back, which is the caller's from now on; false if others
   * use it, or it is closed.
   */
  boolean tryTake() {
    boolean succeeds = !closed.get() && uses.compareAndSet(1, 0);
    if (succeeds) {
      memory = null;
    }
    return succeeds;
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
