package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct kvm_userspace_memory_region}. */
public final class KvmUserspaceMemoryRegion {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("slot"),
          JAVA_INT.withName("flags"),
          JAVA_LONG.withName("guest_phys_addr"),
          JAVA_LONG.withName("memory_size"),
          JAVA_LONG.withName("userspace_addr"));
  public static final long SLOT = Fields.offset(LAYOUT, "slot");
  public static final long FLAGS = Fields.offset(LAYOUT, "flags");
  public static final long GUEST_PHYSICAL = Fields.offset(LAYOUT, "guest_phys_addr");
  public static final long SIZE = Fields.offset(LAYOUT, "memory_size");
  public static final long USERSPACE = Fields.offset(LAYOUT, "userspace_addr");

  /** The guest cannot write the slot, whatever its page tables say. */
  public static final int KVM_MEM_READONLY = 2;

  private KvmUserspaceMemoryRegion() {}
}
