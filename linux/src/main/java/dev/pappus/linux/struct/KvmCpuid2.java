package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct kvm_cpuid2}: a header that entries follow. */
public final class KvmCpuid2 {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(JAVA_INT.withName("nent"), JAVA_INT.withName("padding"));
  public static final long COUNT = Fields.offset(LAYOUT, "nent");

  /** Where the entries start. */
  public static final long ENTRIES = LAYOUT.byteSize();

  private KvmCpuid2() {}
}
