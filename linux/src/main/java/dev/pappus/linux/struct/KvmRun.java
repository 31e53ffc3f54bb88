package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * {@code struct kvm_run}: the page that a vCPU shares with its user, with the members of the exit
 * union that are read here, and the registers that it syncs.
 */
public final class KvmRun {
  private static final StructLayout IO =
      MemoryLayout.structLayout(
          JAVA_BYTE.withName("direction"),
          JAVA_BYTE.withName("size"),
          JAVA_SHORT.withName("port"),
          JAVA_INT.withName("count"),
          JAVA_LONG.withName("data_offset"));
  private static final StructLayout MMIO =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("phys_addr"),
          JAVA_LONG.withName("data"),
          JAVA_INT.withName("len"),
          JAVA_BYTE.withName("is_write"));
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_BYTE.withName("request_interrupt_window"),
          JAVA_BYTE.withName("immediate_exit"),
          MemoryLayout.sequenceLayout(6, JAVA_BYTE).withName("padding1"),
          JAVA_INT.withName("exit_reason"),
          JAVA_BYTE.withName("ready_for_interrupt_injection"),
          JAVA_BYTE.withName("if_flag"),
          JAVA_SHORT.withName("flags"),
          JAVA_LONG.withName("cr8"),
          JAVA_LONG.withName("apic_base"),
          MemoryLayout.unionLayout(
                  IO.withName("io"),
                  MMIO.withName("mmio"),
                  MemoryLayout.sequenceLayout(256, JAVA_BYTE).withName("padding"))
              .withName("exit"),
          JAVA_LONG.withName("kvm_valid_regs"),
          JAVA_LONG.withName("kvm_dirty_regs"),
          KvmRegs.LAYOUT.withName("regs"),
          KvmSregs.LAYOUT.withName("sregs"),
          KvmVcpuEvents.LAYOUT.withName("events"));
  public static final long IMMEDIATE_EXIT = Fields.offset(LAYOUT, "immediate_exit");
  public static final long EXIT_REASON = Fields.offset(LAYOUT, "exit_reason");
  public static final long IO_DIRECTION = Fields.offset(LAYOUT, "exit", "io", "direction");
  public static final long IO_SIZE = Fields.offset(LAYOUT, "exit", "io", "size");
  public static final long IO_PORT = Fields.offset(LAYOUT, "exit", "io", "port");
  public static final long IO_COUNT = Fields.offset(LAYOUT, "exit", "io", "count");
  public static final long MMIO_PHYSICAL = Fields.offset(LAYOUT, "exit", "mmio", "phys_addr");
  public static final long MMIO_IS_WRITE = Fields.offset(LAYOUT, "exit", "mmio", "is_write");

  /** First word of the union for exits that report one: internal and entry errors. */
  public static final long EXIT_DETAIL = Fields.offset(LAYOUT, "exit");

  public static final long VALID_REGS = Fields.offset(LAYOUT, "kvm_valid_regs");
  public static final long DIRTY_REGS = Fields.offset(LAYOUT, "kvm_dirty_regs");
  public static final long REGS = Fields.offset(LAYOUT, "regs");
  public static final long SREGS = Fields.offset(LAYOUT, "sregs");
  public static final long EVENTS = Fields.offset(LAYOUT, "events");

  /** Sync general registers. */
  public static final long SYNC_REGS = 1;

  /** Sync general registers, system registers and events. */
  public static final long SYNC_ALL = 7;

  public static final int KVM_EXIT_UNKNOWN = 0;
  public static final int KVM_EXIT_EXCEPTION = 1;
  public static final int KVM_EXIT_IO = 2;
  public static final int KVM_EXIT_HYPERCALL = 3;
  public static final int KVM_EXIT_DEBUG = 4;
  public static final int KVM_EXIT_HLT = 5;
  public static final int KVM_EXIT_MMIO = 6;
  public static final int KVM_EXIT_SHUTDOWN = 8;
  public static final int KVM_EXIT_FAIL_ENTRY = 9;
  public static final int KVM_EXIT_INTERNAL_ERROR = 17;
  public static final int KVM_EXIT_MEMORY_FAULT = 39;
  public static final int KVM_EXIT_IO_OUT = 1;

  private KvmRun() {}
}
