package dev.pappus.sandbox.kvm;

import dev.pappus.model.ItemBytes;
import dev.pappus.sandbox.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The host's view of a bound machine's context. Remembers what the host has written. Several
 * threads may write at a time above the image, where each has a place of its own.
 */
final class ContextMemory implements GuestMemory {
  private final VirtualMachine vm;
  private final MemoryPlan plan;
  private final AtomicLong writtenEnd;

  ContextMemory(VirtualMachine vm, MemoryPlan plan) {
    this.vm = vm;
    this.plan = plan;
    this.writtenEnd = new AtomicLong(plan.freeBegin());
  }

  /** The host has written between the image's end and here. */
  long writtenEnd() {
    return writtenEnd.get();
  }

  @Override
  public long sizeBytes() {
    return plan.contextBytes();
  }

  @Override
  public boolean contains(long address, long bytes) {
    return GuestMemory.super.contains(address, bytes) || inLinear(address, bytes);
  }

  private boolean inLinear(long address, long bytes) {
    LinearPlan linear = plan.linear();
    if (linear == null || address < linear.base()) {
      return false;
    }
    long size = vm.linearBytes();
    return bytes >= 0 && bytes <= size && address - linear.base() <= size - bytes;
  }

  @Override
  public void write(long address, ItemBytes source) {
    long length = source.sizeBytes();
    Objects.checkFromIndexSize(address, length, plan.contextBytes());
    long end = address + length;
    if (!mapped(address, end)) {
      throw new IndexOutOfBoundsException(
          "nothing is mapped between 0x%x and 0x%x".formatted(address, end));
    }
    // Noted before the first byte is written, so that no failure can leave anything unnoted.
    if (address >= plan.freeBegin() && end <= plan.freeEnd()) {
      writtenEnd.accumulateAndGet(end, Math::max);
    } else {
      vm.markWritten(address, end);
    }
    List<Region> regions = plan.regions();
    for (int i = 0; i < regions.size(); i++) {
      write(regions.get(i), address, source);
    }
  }

  @Override
  public void read(long address, MemorySegment target) {
    if (inLinear(address, target.byteSize())) {
      readRegions(address, target);
      read(Objects.requireNonNull(plan.linear()).growth(), address, target);
      return;
    }
    Objects.checkFromIndexSize(address, target.byteSize(), plan.contextBytes());
    if (!mapped(address, address + target.byteSize())) {
      target.fill((byte) 0);
    }
    readRegions(address, target);
  }

  private boolean mapped(long start, long end) {
    List<Region> regions = plan.regions();
    long at = start;
    for (int i = 0; i < regions.size() && at < end; i++) {
      Region region = regions.get(i);
      if (region.contains(at)) {
        at = region.end();
      }
    }
    return at >= end;
  }

  private void readRegions(long address, MemorySegment target) {
    List<Region> regions = plan.regions();
    for (int i = 0; i < regions.size(); i++) {
      read(regions.get(i), address, target);
    }
  }

  /** Copies what of it lies in the region. */
  private void read(Region region, long address, MemorySegment target) {
    long from = Math.max(address, region.start());
    long to = Math.min(address + target.byteSize(), region.end());
    if (from < to) {
      long inside = region.offset() + from - region.start();
      MemorySegment memory = vm.memory().of(region.backing());
      MemorySegment.copy(memory, inside, target, from - address, to - from);
    }
  }

  /** Copies what of it lies in the region. */
  private void write(Region region, long address, ItemBytes source) {
    long from = Math.max(address, region.start());
    long to = Math.min(address + source.sizeBytes(), region.end());
    if (from < to) {
      long inside = region.offset() + from - region.start();
      MemorySegment memory = vm.memory().of(region.backing());
      source.copyTo(from - address, memory.asSlice(inside, to - from));
    }
  }
}
