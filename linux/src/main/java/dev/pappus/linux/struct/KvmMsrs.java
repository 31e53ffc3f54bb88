package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct kvm_msrs} without its entries, and one of these. */
public final class KvmMsrs {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(JAVA_INT.withName("nmsrs"), JAVA_INT.withName("pad"));
  public static final long COUNT = Fields.offset(LAYOUT, "nmsrs");

  /** {@code struct kvm_msr_entry}. */
  public static final StructLayout ENTRY =
      MemoryLayout.structLayout(
          JAVA_INT.withName("index"), JAVA_INT.withName("reserved"), JAVA_LONG.withName("data"));

  public static final long INDEX = Fields.offset(ENTRY, "index");
  public static final long DATA = Fields.offset(ENTRY, "data");

  private KvmMsrs() {}
}
