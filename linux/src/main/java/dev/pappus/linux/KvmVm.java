package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.linux.struct.KvmEnableCap;
import dev.pappus.linux.struct.KvmNumbers;
import dev.pappus.linux.struct.KvmUserspaceMemoryRegion;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A virtual machine. One thread at a time uses it; its owner closes it after its vCPUs. */
public final class KvmVm implements AutoCloseable {
  private final KvmSystem system;
  private final FileDescriptor descriptor;

  KvmVm(KvmSystem system, FileDescriptor descriptor) {
    this.system = system;
    this.descriptor = descriptor;
  }

  /**
   * Gives the guest memory, native and of whole pages, which its owner keeps alive and does not use
   * otherwise until {@link #removeMemory} or {@link #close}.
   *
   * @param guestPhysical where the guest sees it, a multiple of the page size
   */
  public void setMemory(int slot, MemorySegment memory, long guestPhysical, boolean readOnly) {
    if (!memory.isNative() || ((memory.address() | memory.byteSize()) & (Mapping.PAGE - 1)) != 0) {
      throw new IllegalArgumentException("not whole pages of native memory: " + memory);
    }
    setSlot(slot, memory.address(), memory.byteSize(), guestPhysical, readOnly);
  }

  /** Takes the memory of a slot away. */
  public void removeMemory(int slot) {
    setSlot(slot, 0, 0, 0, false);
  }

  private void setSlot(int slot, long address, long bytes, long guestPhysical, boolean readOnly) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment region = arena.allocate(KvmUserspaceMemoryRegion.LAYOUT);
      region.set(JAVA_INT, KvmUserspaceMemoryRegion.SLOT, slot);
      region.set(
          JAVA_INT,
          KvmUserspaceMemoryRegion.FLAGS,
          readOnly ? KvmUserspaceMemoryRegion.KVM_MEM_READONLY : 0);
      region.set(JAVA_LONG, KvmUserspaceMemoryRegion.GUEST_PHYSICAL, guestPhysical);
      region.set(JAVA_LONG, KvmUserspaceMemoryRegion.SIZE, bytes);
      region.set(JAVA_LONG, KvmUserspaceMemoryRegion.USERSPACE, address);
      descriptor.ioctl(
          "KVM_SET_USER_MEMORY_REGION", KvmNumbers.KVM_SET_USER_MEMORY_REGION, region.address());
    }
  }

  /** Turns a capability on. */
  public void enable(int capability, long argument) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(KvmEnableCap.LAYOUT);
      request.set(JAVA_INT, KvmEnableCap.CAP, capability);
      request.set(JAVA_LONG, KvmEnableCap.ARGS, argument);
      descriptor.ioctl("KVM_ENABLE_CAP", KvmNumbers.KVM_ENABLE_CAP, request.address());
    }
  }

  /** Sets aside three pages that older Intel processors need; others ignore it. */
  public void setTssAddress(long guestPhysical) {
    descriptor.ioctl("KVM_SET_TSS_ADDR", KvmNumbers.KVM_SET_TSS_ADDR, guestPhysical);
  }

  /** The machine's one vCPU, with every CPU feature that KVM supports here. */
  public KvmVcpu createVcpu() {
    int number = descriptor.ioctl("KVM_CREATE_VCPU", KvmNumbers.KVM_CREATE_VCPU, 0);
    FileDescriptor vcpu = new FileDescriptor(number, "kvm-vcpu");
    try {
      vcpu.ioctl("KVM_SET_CPUID2", KvmNumbers.KVM_SET_CPUID2, system.supportedCpuid().address());
      return new KvmVcpu(vcpu, Mapping.shared(vcpu, system.runBytes(), true));
    } catch (LinuxException e) {
      vcpu.close();
      throw e;
    }
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
