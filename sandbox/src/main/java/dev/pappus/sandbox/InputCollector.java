package dev.pappus.sandbox;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.ItemBytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Inputs of one run, put together as they are made: each is copied once, straight into the context
 * in which their function will run. Until then they can be read like those of any sealed context.
 * Any thread may use it; {@link MemoryDomain#take} gives the context to the run.
 */
public final class InputCollector implements AutoCloseable {
  private final GuestMemory memory;
  private final SealedContext context;
  private final long start;
  private final long capacityBytes;
  private long usedBytes;
  private volatile boolean taken;

  /**
   * A collector without items.
   *
   * @param memory of the context, which nobody else writes to
   * @param start where it is free, aligned to {@link GuestAbi#ITEM_ALIGNMENT}
   * @param capacityBytes how much of it may be used
   */
  public InputCollector(GuestMemory memory, long start, long capacityBytes) {
    this.memory = memory;
    this.context = new SealedContext(memory);
    this.start = start;
    this.capacityBytes = capacityBytes;
  }

  /** For a function that is placed in {@code memory}: above its image, at most {@code bytes}. */
  public static InputCollector above(ElfImage image, GuestMemory memory, long bytes) {
    long room = Math.min(bytes, image.freeEnd() - image.freeBegin());
    return new InputCollector(memory, image.freeBegin(), room);
  }

  /** What lends its items. */
  public SealedContext context() {
    return context;
  }

  /** Where in the context {@code bytes} lie; -1 if they lie elsewhere. */
  public long addressOf(ItemBytes bytes) {
    return context.addressOf(bytes);
  }

  /** The first address above everything collected. */
  public synchronized long end() {
    return start + usedBytes;
  }

  /** Whether its function has got the context. */
  public boolean wasTaken() {
    return taken;
  }

  /**
   * Copies what lies in the caller's context; null, with nothing done, if there is no room for all
   * of it, or the context has gone back.
   */
  @Nullable Outputs collect(List<DataSet> sets) {
    if (!context.tryEnter()) {
      return null;
    }
    try {
      long at = reserve(roomFor(sets));
      if (at < 0) {
        return null;
      }
      List<DataSet> collected = new ArrayList<>(sets.size());
      for (DataSet set : sets) {
        List<Item> items = new ArrayList<>(set.items().size());
        for (Item item : set.items()) {
          boolean isLent = SealedContext.of(item.bytes()) != null;
          items.add(isLent ? copy(item, at) : item);
          at += isLent ? align(item.sizeBytes()) : 0;
        }
        collected.add(new DataSet(set.name(), items));
      }
      return new Outputs(collected, context);
    } finally {
      context.leave();
    }
  }

  private static long roomFor(List<DataSet> sets) {
    long bytes = 0;
    for (DataSet set : sets) {
      for (Item item : set.items()) {
        bytes += SealedContext.of(item.bytes()) == null ? 0 : align(item.sizeBytes());
      }
    }
    return bytes;
  }

  private static long align(long bytes) {
    return (bytes + GuestAbi.ITEM_ALIGNMENT - 1) & -GuestAbi.ITEM_ALIGNMENT;
  }

  private synchronized long reserve(long bytes) {
    if (bytes > capacityBytes - usedBytes) {
      return -1;
    }
    usedBytes += bytes;
    return start + usedBytes - bytes;
  }

  private Item copy(Item item, long address) {
    memory.write(address, item.bytes());
    return new Item(item.name(), item.key(), lend(address, item.sizeBytes()));
  }

  private synchronized ItemBytes lend(long address, long bytes) {
    return context.lend(address, bytes);
  }

  /** Makes the context its function's, unless others use it or it has gone back. For its domain. */
  public boolean tryTake() {
    boolean succeeds = context.tryTake();
    if (succeeds) {
      taken = true;
    }
    return succeeds;
  }

  /** Gives the context back, as {@link SealedContext#close}; does nothing once it was taken. */
  @Override
  public void close() {
    context.close();
  }
}
