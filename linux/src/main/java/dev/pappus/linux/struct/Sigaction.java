package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** The C library's {@code struct sigaction} (the kernel's differs). */
public final class Sigaction {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("sa_handler"),
          MemoryLayout.sequenceLayout(16, JAVA_LONG).withName("sa_mask"),
          JAVA_INT.withName("sa_flags"),
          MemoryLayout.paddingLayout(4),
          JAVA_LONG.withName("sa_restorer"));
  public static final long HANDLER = Fields.offset(LAYOUT, "sa_handler");
  public static final long FLAGS = Fields.offset(LAYOUT, "sa_flags");

  private Sigaction() {}
}
