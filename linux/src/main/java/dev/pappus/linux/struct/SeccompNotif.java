package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct seccomp_notif} of {@code <linux/seccomp.h>}. */
public final class SeccompNotif {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("id"),
          JAVA_INT.withName("pid"),
          JAVA_INT.withName("flags"),
          // struct seccomp_data: what is called, in which ABI, from where, with what.
          JAVA_INT.withName("data.nr"),
          JAVA_INT.withName("data.arch"),
          MemoryLayout.sequenceLayout(7, JAVA_LONG).withName("data.rest"));
  public static final long ID = Fields.offset(LAYOUT, "id");
  public static final long PID = Fields.offset(LAYOUT, "pid");
  public static final long NUMBER = Fields.offset(LAYOUT, "data.nr");

  /** SECCOMP_IOCTL_NOTIF_RECV. */
  public static final long RECEIVE = 0xC050_2100L;

  private SeccompNotif() {}
}
