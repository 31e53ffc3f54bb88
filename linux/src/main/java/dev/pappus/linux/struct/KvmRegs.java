package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct kvm_regs}. */
public final class KvmRegs {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("rax"),
          JAVA_LONG.withName("rbx"),
          JAVA_LONG.withName("rcx"),
          JAVA_LONG.withName("rdx"),
          JAVA_LONG.withName("rsi"),
          JAVA_LONG.withName("rdi"),
          JAVA_LONG.withName("rsp"),
          JAVA_LONG.withName("rbp"),
          JAVA_LONG.withName("r8"),
          JAVA_LONG.withName("r9"),
          JAVA_LONG.withName("r10"),
          JAVA_LONG.withName("r11"),
          JAVA_LONG.withName("r12"),
          JAVA_LONG.withName("r13"),
          JAVA_LONG.withName("r14"),
          JAVA_LONG.withName("r15"),
          JAVA_LONG.withName("rip"),
          JAVA_LONG.withName("rflags"));
  public static final long RAX = Fields.offset(LAYOUT, "rax");
  public static final long RDX = Fields.offset(LAYOUT, "rdx");
  public static final long RDI = Fields.offset(LAYOUT, "rdi");
  public static final long RSP = Fields.offset(LAYOUT, "rsp");
  public static final long RBP = Fields.offset(LAYOUT, "rbp");
  public static final long RIP = Fields.offset(LAYOUT, "rip");
  public static final long RFLAGS = Fields.offset(LAYOUT, "rflags");

  private KvmRegs() {}
}
