package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct kvm_dtable}: a descriptor table register. */
public final class KvmDtable {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("base"),
          JAVA_SHORT.withName("limit"),
          MemoryLayout.sequenceLayout(3, JAVA_SHORT).withName("padding"));
  public static final long BASE = Fields.offset(LAYOUT, "base");
  public static final long LIMIT = Fields.offset(LAYOUT, "limit");

  private KvmDtable() {}
}
