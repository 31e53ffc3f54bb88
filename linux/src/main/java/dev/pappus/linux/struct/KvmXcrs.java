package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct kvm_xcrs}; the first element of its array is written out flat. */
public final class KvmXcrs {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("nr_xcrs"),
          JAVA_INT.withName("flags"),
          JAVA_INT.withName("xcrs[0].xcr"),
          JAVA_INT.withName("xcrs[0].reserved"),
          JAVA_LONG.withName("xcrs[0].value"),
          MemoryLayout.sequenceLayout(30, JAVA_LONG).withName("rest"),
          MemoryLayout.sequenceLayout(16, JAVA_LONG).withName("padding"));
  public static final long COUNT = Fields.offset(LAYOUT, "nr_xcrs");
  public static final long FIRST_REGISTER = Fields.offset(LAYOUT, "xcrs[0].xcr");
  public static final long FIRST_VALUE = Fields.offset(LAYOUT, "xcrs[0].value");

  private KvmXcrs() {}
}
