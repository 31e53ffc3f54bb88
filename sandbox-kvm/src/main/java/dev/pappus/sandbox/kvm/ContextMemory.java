package dev.pappus.sandbox.kvm;

import dev.pappus.sandbox.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/** The host's view of a bound machine's context. Remembers what the host has written. */
final class ContextMemory implements GuestMemory {
  private final VirtualMachine vm;
  private final MemoryPlan plan;
  private long writtenEnd;

  ContextMemory(VirtualMachine vm, MemoryPlan plan) {
    this.vm = vm;
    this.plan = plan;
    this.writtenEnd = plan.freeBegin();
  }

  /** The host has written between the image's end and here. */
  long writtenEnd() {
    return writtenEnd;
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
  public void write(long address, MemorySegment source) {
    long length = source.byteSize();
    Objects.checkFromIndexSize(address, length, plan.contextBytes());
    long end = address + length;
    if (!mapped(address, end)) {
      throw new IndexOutOfBoundsException(
          "nothing is mapped between 0x%x and 0x%x".formatted(address, end));
    }
    // Noted before the first byte is written, so that no failure can leave anything unnoted.
    if (address >= plan.freeBegin() && end <= plan.freeEnd()) {
      writtenEnd = Math.max(writtenEnd, end);
    } else {
      vm.markWritten(address, end);
    }
    copy(address, source, true);
  }

  @Override
  public void read(long address, MemorySegment target) {
    if (inLinear(address, target.byteSize())) {
      copy(address, target, false);
      copy(Objects.requireNonNull(plan.linear()).growth(), address, target, false);
      return;
    }
    Objects.checkFromIndexSize(address, target.byteSize(), plan.contextBytes());
    if (!mapped(address, address + target.byteSize())) {
      target.fill((byte) 0);
    }
    copy(address, target, false);
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

  private void copy(long address, MemorySegment other, boolean write) {
    List<Region> regions = plan.regions();
    for (int i = 0; i < regions.size(); i++) {
      copy(regions.get(i), address, other, write);
    }
  }

  /** Copies what of it lies in the region. */
  private void copy(Region region, long address, MemorySegment other, boolean write) {
    long from = Math.max(address, region.start());
    long to = Math.min(address + other.byteSize(), region.end());
    if (from < to) {
      MemorySegment memory = vm.memory().of(region.backing());
      long inside = region.offset() + from - region.start();
      if (write) {
        MemorySegment.copy(other, from - address, memory, inside, to - from);
      } else {
        MemorySegment.copy(memory, inside, other, from - address, to - from);
      }
    }
  }
}
