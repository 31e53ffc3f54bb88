package dev.pappus.sandbox.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pappus.linux.struct.KvmDtable;
import dev.pappus.linux.struct.KvmRegs;
import dev.pappus.linux.struct.KvmRun;
import dev.pappus.linux.struct.KvmSegment;
import dev.pappus.linux.struct.KvmSregs;
import dev.pappus.linux.struct.KvmVcpuEvents;
import java.lang.foreign.MemorySegment;

/**
 * Everything that KVM syncs into a vCPU at entry, as one block: registers, system registers,
 * events. Copied into the shared page before each run, so that nothing of the last run stays.
 */
final class EntryState {
  /** Offset of the block in the shared page. */
  static final long OFFSET = KvmRun.REGS;

  /** Its size. */
  static final long BYTES = KvmRun.EVENTS + KvmVcpuEvents.LAYOUT.byteSize() - KvmRun.REGS;

  private static final long SREGS = KvmRun.SREGS - OFFSET;
  private static final long EVENTS = KvmRun.EVENTS - OFFSET;

  // PE MP ET NE WP AM PG, as the reference has it.
  private static final long CR0 = 0x8005_0033L;
  // PAE OSFXSR OSXMMEXCPT OSXSAVE; the rest depends on the host.
  private static final long CR4 = 0x4_0620L;
  private static final long CR4_UMIP = 1 << 11;
  private static final long CR4_FSGSBASE = 1 << 16;
  // LME LMA NXE; SCE for programs alone.
  private static final long EFER = 0xD00;
  private static final long RFLAGS = 2;

  private static final byte TYPE_DATA = 3;
  private static final byte TYPE_CODE = 11;
  private static final byte TYPE_BUSY_TASK = 11;
  private static final byte USER = 3;

  private EntryState() {}

  /**
   * Fills the block for a new machine.
   *
   * @param block {@link #BYTES} long; its system registers hold what KVM gave the new vCPU
   */
  static void fill(MemorySegment block, HostFeatures host, EntryVariant variant) {
    MemorySegment sregs = block.asSlice(SREGS, KvmSregs.LAYOUT.byteSize());
    segment(sregs, KvmSregs.CS, SystemPages.USER_CODE, TYPE_CODE);
    sregs.set(JAVA_BYTE, KvmSregs.CS + KvmSegment.L, (byte) 1);
    sregs.set(JAVA_BYTE, KvmSregs.CS + KvmSegment.DB, (byte) 0);
    segment(sregs, KvmSregs.SS, SystemPages.USER_DATA, TYPE_DATA);
    for (long data : new long[] {KvmSregs.DS, KvmSregs.ES, KvmSregs.FS, KvmSregs.GS}) {
      segment(sregs, data, 0, TYPE_DATA);
    }
    task(sregs);
    sregs.asSlice(KvmSregs.LDT, KvmSegment.LAYOUT.byteSize()).fill((byte) 0);
    sregs.set(JAVA_BYTE, KvmSregs.LDT + KvmSegment.UNUSABLE, (byte) 1);
    table(sregs, KvmSregs.GDT, SystemPages.GDT_ADDRESS, SystemPages.GDT_LIMIT);
    switch (variant) {
      case NO_IDT -> table(sregs, KvmSregs.IDT, 0, 0);
      case IDT -> table(sregs, KvmSregs.IDT, SystemPages.IDT_ADDRESS, SystemPages.IDT_LIMIT);
    }
    sregs.set(JAVA_LONG, KvmSregs.CR0, CR0);
    sregs.set(JAVA_LONG, KvmSregs.CR2, 0);
    sregs.set(
        JAVA_LONG,
        KvmSregs.CR4,
        CR4 | (host.umip() ? CR4_UMIP : 0) | (host.fsgsbase() ? CR4_FSGSBASE : 0));
    sregs.set(JAVA_LONG, KvmSregs.EFER, EFER);

    block.set(JAVA_LONG, KvmRegs.RAX, host.xcr0());
    block.set(JAVA_LONG, KvmRegs.RIP, SystemPages.TRAMPOLINE);
    block.set(JAVA_LONG, KvmRegs.RFLAGS, RFLAGS);
    block.asSlice(EVENTS).fill((byte) 0);
    // No interrupt shadow either: a guest may leave right behind a move to SS.
    block.set(
        JAVA_INT,
        EVENTS + KvmVcpuEvents.FLAGS,
        KvmVcpuEvents.KVM_VCPUEVENT_VALID_SHADOW
            | (host.tripleFaultEvent() ? KvmVcpuEvents.KVM_VCPUEVENT_VALID_TRIPLE_FAULT : 0));
  }

  /** Points the block to a function. */
  static void bind(MemorySegment block, Root root, GuestCode code) {
    block.set(JAVA_LONG, KvmRegs.RSP, code.stackPointer());
    block.set(JAVA_LONG, KvmRegs.RBP, code.stackPointer());
    block.set(JAVA_LONG, SREGS + KvmSregs.CR3, root.address());
    long enabled = code.syscallAddress() == 0 ? 0 : SyscallEntry.SCE;
    block.set(JAVA_LONG, SREGS + KvmSregs.EFER, EFER | enabled);
  }

  /** The part of the block that holds the system registers. */
  static MemorySegment systemRegisters(MemorySegment block) {
    return block.asSlice(SREGS, KvmSregs.LAYOUT.byteSize());
  }

  private static void segment(MemorySegment sregs, long at, int selector, byte type) {
    sregs.asSlice(at, KvmSegment.LAYOUT.byteSize()).fill((byte) 0);
    sregs.set(JAVA_INT, at + KvmSegment.LIMIT, 0xFFFF_FFFF);
    sregs.set(JAVA_SHORT, at + KvmSegment.SELECTOR, (short) selector);
    sregs.set(JAVA_BYTE, at + KvmSegment.TYPE, type);
    sregs.set(JAVA_BYTE, at + KvmSegment.PRESENT, (byte) 1);
    sregs.set(JAVA_BYTE, at + KvmSegment.DPL, USER);
    sregs.set(JAVA_BYTE, at + KvmSegment.DB, (byte) 1);
    sregs.set(JAVA_BYTE, at + KvmSegment.S, (byte) 1);
    sregs.set(JAVA_BYTE, at + KvmSegment.G, (byte) 1);
  }

  private static void task(MemorySegment sregs) {
    long at = KvmSregs.TR;
    sregs.asSlice(at, KvmSegment.LAYOUT.byteSize()).fill((byte) 0);
    sregs.set(JAVA_LONG, at + KvmSegment.BASE, SystemPages.TSS_ADDRESS);
    sregs.set(JAVA_INT, at + KvmSegment.LIMIT, SystemPages.TSS_LIMIT);
    sregs.set(JAVA_SHORT, at + KvmSegment.SELECTOR, (short) SystemPages.TASK);
    sregs.set(JAVA_BYTE, at + KvmSegment.TYPE, TYPE_BUSY_TASK);
    sregs.set(JAVA_BYTE, at + KvmSegment.PRESENT, (byte) 1);
  }

  private static void table(MemorySegment sregs, long at, long base, int limit) {
    sregs.set(JAVA_LONG, at + KvmDtable.BASE, base);
    sregs.set(JAVA_SHORT, at + KvmDtable.LIMIT, (short) limit);
  }
}
