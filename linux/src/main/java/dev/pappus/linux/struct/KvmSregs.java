package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct kvm_sregs}. */
public final class KvmSregs {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          KvmSegment.LAYOUT.withName("cs"),
          KvmSegment.LAYOUT.withName("ds"),
          KvmSegment.LAYOUT.withName("es"),
          KvmSegment.LAYOUT.withName("fs"),
          KvmSegment.LAYOUT.withName("gs"),
          KvmSegment.LAYOUT.withName("ss"),
          KvmSegment.LAYOUT.withName("tr"),
          KvmSegment.LAYOUT.withName("ldt"),
          KvmDtable.LAYOUT.withName("gdt"),
          KvmDtable.LAYOUT.withName("idt"),
          JAVA_LONG.withName("cr0"),
          JAVA_LONG.withName("cr2"),
          JAVA_LONG.withName("cr3"),
          JAVA_LONG.withName("cr4"),
          JAVA_LONG.withName("cr8"),
          JAVA_LONG.withName("efer"),
          JAVA_LONG.withName("apic_base"),
          MemoryLayout.sequenceLayout(4, JAVA_LONG).withName("interrupt_bitmap"));
  public static final long CS = Fields.offset(LAYOUT, "cs");
  public static final long DS = Fields.offset(LAYOUT, "ds");
  public static final long ES = Fields.offset(LAYOUT, "es");
  public static final long FS = Fields.offset(LAYOUT, "fs");
  public static final long GS = Fields.offset(LAYOUT, "gs");
  public static final long SS = Fields.offset(LAYOUT, "ss");
  public static final long TR = Fields.offset(LAYOUT, "tr");
  public static final long LDT = Fields.offset(LAYOUT, "ldt");
  public static final long GDT = Fields.offset(LAYOUT, "gdt");
  public static final long IDT = Fields.offset(LAYOUT, "idt");
  public static final long CR0 = Fields.offset(LAYOUT, "cr0");
  public static final long CR2 = Fields.offset(LAYOUT, "cr2");
  public static final long CR3 = Fields.offset(LAYOUT, "cr3");
  public static final long CR4 = Fields.offset(LAYOUT, "cr4");
  public static final long CR8 = Fields.offset(LAYOUT, "cr8");
  public static final long EFER = Fields.offset(LAYOUT, "efer");
  public static final long APIC_BASE = Fields.offset(LAYOUT, "apic_base");

  private KvmSregs() {}
}
