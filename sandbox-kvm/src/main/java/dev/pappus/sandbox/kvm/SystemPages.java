package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.pappus.sandbox.GuestAbi;
import java.lang.foreign.MemorySegment;

/**
 * The pages that every machine has besides its function's: descriptor tables, task state, interrupt
 * stubs, the entry trampoline, and the tables that map them at {@link #BASE}, an address that no
 * context reaches. Only the trampoline's page is visible to the guest, read-only.
 */
final class SystemPages {
  /** Where they are mapped. */
  static final long BASE = 0x7F00_0000_0000L;

  /** Where a run begins: the trampoline. */
  static final long TRAMPOLINE = BASE;

  static final int KERNEL_CODE = 0x10;
  static final int USER_CODE = 0x33;
  static final int USER_DATA = 0x43;
  static final int TASK = 0x50;
  static final int GDT_LIMIT = 0x5F;
  static final int IDT_LIMIT = 0xFFF;
  static final int TSS_LIMIT = 104 + 8192;

  /** A byte written to it ends the run. */
  static final int EXIT_PORT = GuestAbi.EXIT_PORT;

  /** A byte written to it asks for more linear memory. */
  static final int GROW_PORT = GuestAbi.GROW_PORT;

  /** Written by interrupt stubs; guests may not. */
  static final int STUB_PORT = 0x11;

  /** The vector of the reference's exit, {@code int 0x20}. */
  static final int EXIT_VECTOR = 0x20;

  private static final int BREAKPOINT_VECTOR = 3;

  // Page numbers in the system slot.
  private static final int GDT = 0;
  private static final int TSS = 1;
  private static final int IDT = 4;
  private static final int STUBS = 5;
  private static final int INTERRUPT_STACK = 6;
  private static final int HIGH_L3 = 7;
  private static final int HIGH_L2 = 8;
  private static final int HIGH_L1 = 9;

  /** First page for a function's tables. */
  static final int FIRST_FREE_PAGE = 16;

  private static final int SUPERVISOR_AT = 16;
  static final long GDT_ADDRESS = BASE + (SUPERVISOR_AT + GDT) * PAGE;
  static final long TSS_ADDRESS = BASE + (SUPERVISOR_AT + TSS) * PAGE;
  static final long IDT_ADDRESS = BASE + (SUPERVISOR_AT + IDT) * PAGE;
  static final long STUBS_ADDRESS = BASE + (SUPERVISOR_AT + STUBS) * PAGE;
  private static final long INTERRUPT_STACK_TOP =
      BASE + (SUPERVISOR_AT + INTERRUPT_STACK + 1) * PAGE;

  /** Upper end of the interrupt stack in the system slot. */
  static final long INTERRUPT_STACK_END = (INTERRUPT_STACK + 1) * PAGE;

  static final int STUB_BYTES = 16;
  private static final int VECTORS = 256;
  private static final long TRAMPOLINE_ENTRY = 64;
  private static final long TRAMPOLINE_STATE = 1024;

  private SystemPages() {}

  /** Index of {@link #BASE} in a top-level table. */
  static int topIndex() {
    return (int) (BASE >>> 39) & 511;
  }

  /** The entry for that index, the same in all of a machine's roots. */
  static long topEntry() {
    return PageTables.table(HIGH_L3 * PAGE);
  }

  /**
   * Fills the fixed pages of a new machine.
   *
   * @param system the system slot, zero
   * @param code the code slot; its first page becomes the trampoline's
   */
  static void write(MemorySegment system, MemorySegment code, EntryVariant variant) {
    writeTables(system, variant);
    writeGdt(system.asSlice(GDT * PAGE, PAGE));
    writeTss(system.asSlice(TSS * PAGE, 3 * PAGE));
    if (variant == EntryVariant.IDT) {
      writeIdt(system.asSlice(IDT * PAGE, PAGE));
      writeStubs(system.asSlice(STUBS * PAGE, PAGE));
    }
    writeTrampoline(code.asSlice(0, PAGE));
  }

  /** Where the trampoline goes on to. */
  static void setEntry(MemorySegment code, long entry) {
    code.set(JAVA_LONG, TRAMPOLINE_ENTRY, entry);
  }

  private static void writeTables(MemorySegment system, EntryVariant variant) {
    // BASE is a multiple of 512 GiB, so its pages come first in each table.
    system.set(JAVA_LONG, HIGH_L3 * PAGE, PageTables.table(HIGH_L2 * PAGE));
    system.set(JAVA_LONG, HIGH_L2 * PAGE, PageTables.table(HIGH_L1 * PAGE));
    long pages = HIGH_L1 * PAGE;
    system.set(JAVA_LONG, pages, PageTables.page(Backing.CODE.physical(), true, false, true));
    int last = variant == EntryVariant.IDT ? INTERRUPT_STACK : TSS + 2;
    for (int page = GDT; page <= last; page++) {
      boolean writable = page == INTERRUPT_STACK;
      boolean executable = page == STUBS;
      system.set(
          JAVA_LONG,
          pages + 8L * (SUPERVISOR_AT + page),
          PageTables.page(Backing.SYSTEM.physical() + page * PAGE, false, writable, executable));
    }
  }

  private static void writeGdt(MemorySegment gdt) {
    // Present, accessed; 64-bit code or flat data; privilege 0 or 3.
    gdt.set(JAVA_LONG, KERNEL_CODE, 0x00AF_9B00_0000_FFFFL);
    gdt.set(JAVA_LONG, KERNEL_CODE + 0x10, 0x00CF_9300_0000_FFFFL);
    gdt.set(JAVA_LONG, USER_CODE & ~7, 0x00AF_FB00_0000_FFFFL);
    gdt.set(JAVA_LONG, USER_DATA & ~7, 0x00CF_F300_0000_FFFFL);
    long base = TSS_ADDRESS;
    long low =
        (TSS_LIMIT & 0xFFFFL)
            | (base & 0xFF_FFFFL) << 16
            | 0x8BL << 40
            | ((base >>> 24) & 0xFF) << 56;
    gdt.set(JAVA_LONG, TASK, low);
    gdt.set(JAVA_LONG, TASK + 8, base >>> 32);
  }

  private static void writeTss(MemorySegment tss) {
    tss.set(JAVA_LONG_UNALIGNED, 4, INTERRUPT_STACK_TOP);
    tss.set(JAVA_LONG_UNALIGNED, 36, INTERRUPT_STACK_TOP);
    tss.set(JAVA_SHORT_UNALIGNED, 102, (short) 104);
    // A set bit forbids a port; one byte beyond the last must be all ones.
    tss.asSlice(104, 8193).fill((byte) 0xFF);
    for (int port : new int[] {EXIT_PORT, GROW_PORT}) {
      int at = 104 + port / 8;
      tss.set(JAVA_BYTE, at, (byte) (tss.get(JAVA_BYTE, at) & ~(1 << port % 8)));
    }
  }

  private static void writeIdt(MemorySegment idt) {
    for (int vector = 0; vector < VECTORS; vector++) {
      long stub = STUBS_ADDRESS + (long) vector * STUB_BYTES;
      // Interrupt gate on interrupt stack 1; only the exit and int3 are open to the guest: any
      // other
      // INT n is a general protection fault.
      long rights = vector == EXIT_VECTOR || vector == BREAKPOINT_VECTOR ? 0xEE : 0x8E;
      long low =
          (stub & 0xFFFF)
              | (long) KERNEL_CODE << 16
              | 1L << 32
              | rights << 40
              | ((stub >>> 16) & 0xFFFF) << 48;
      idt.set(JAVA_LONG, vector * 16L, low);
      idt.set(JAVA_LONG, vector * 16L + 8, stub >>> 32);
    }
  }

  private static void writeStubs(MemorySegment stubs) {
    for (int vector = 0; vector < VECTORS; vector++) {
      MemorySegment stub = stubs.asSlice((long) vector * STUB_BYTES, STUB_BYTES);
      stub.fill((byte) 0xF4); // hlt, never reached
      stub.set(JAVA_BYTE, 0, (byte) 0xE6); // out STUB_PORT, al
      stub.set(JAVA_BYTE, 1, (byte) STUB_PORT);
    }
  }

  /**
   * {@code xrstor64} of an image that says "initial state" for every component, then all registers
   * that it needed back to zero, then the jump. The flags stay as they are.
   */
  private static void writeTrampoline(MemorySegment page) {
    int state = (int) TRAMPOLINE_STATE;
    int entry = (int) TRAMPOLINE_ENTRY;
    // 0: 48 0F AE 2D rel32      xrstor64 [rip + state]   (mask in edx:eax)
    page.set(JAVA_INT_UNALIGNED, 0, 0x2DAE_0F48);
    page.set(JAVA_INT_UNALIGNED, 4, state - 8);
    // 8: B8 00000000            mov eax, 0
    page.set(JAVA_BYTE, 8, (byte) 0xB8);
    page.set(JAVA_INT_UNALIGNED, 9, 0);
    // 13: FF 25 rel32           jmp [rip + entry]
    page.set(JAVA_SHORT_UNALIGNED, 13, (short) 0x25FF);
    page.set(JAVA_INT_UNALIGNED, 15, entry - 19);
    // MXCSR is loaded whatever the header says, FCW where a processor takes it from here.
    page.set(JAVA_SHORT_UNALIGNED, TRAMPOLINE_STATE, (short) 0x37F);
    page.set(JAVA_INT_UNALIGNED, TRAMPOLINE_STATE + 24, 0x1F80);
  }
}
