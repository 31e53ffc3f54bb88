package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct kvm_cpuid_entry2}. */
public final class KvmCpuidEntry2 {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("function"),
          JAVA_INT.withName("index"),
          JAVA_INT.withName("flags"),
          JAVA_INT.withName("eax"),
          JAVA_INT.withName("ebx"),
          JAVA_INT.withName("ecx"),
          JAVA_INT.withName("edx"),
          MemoryLayout.sequenceLayout(3, JAVA_INT).withName("padding"));
  public static final long FUNCTION = Fields.offset(LAYOUT, "function");
  public static final long INDEX = Fields.offset(LAYOUT, "index");
  public static final long EAX = Fields.offset(LAYOUT, "eax");
  public static final long EDX = Fields.offset(LAYOUT, "edx");

  private KvmCpuidEntry2() {}
}
