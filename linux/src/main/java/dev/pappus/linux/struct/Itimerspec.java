package dev.pappus.linux.struct;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct itimerspec}. */
public final class Itimerspec {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          Timespec.LAYOUT.withName("it_interval"), Timespec.LAYOUT.withName("it_value"));
  public static final long INTERVAL = Fields.offset(LAYOUT, "it_interval");
  public static final long VALUE = Fields.offset(LAYOUT, "it_value");

  private Itimerspec() {}
}
