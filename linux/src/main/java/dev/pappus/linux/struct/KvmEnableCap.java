package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct kvm_enable_cap}. */
public final class KvmEnableCap {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("cap"),
          JAVA_INT.withName("flags"),
          MemoryLayout.sequenceLayout(4, JAVA_LONG).withName("args"),
          MemoryLayout.sequenceLayout(8, JAVA_LONG).withName("pad"));
  public static final long CAP = Fields.offset(LAYOUT, "cap");
  public static final long ARGS = Fields.offset(LAYOUT, "args");

  private KvmEnableCap() {}
}
