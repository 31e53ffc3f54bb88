package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct seccomp_notif_resp} of {@code <linux/seccomp.h>}. */
public final class SeccompNotifResp {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("id"),
          JAVA_LONG.withName("val"),
          JAVA_INT.withName("error"),
          JAVA_INT.withName("flags"));
  public static final long ID = Fields.offset(LAYOUT, "id");
  public static final long FLAGS = Fields.offset(LAYOUT, "flags");

  /** SECCOMP_USER_NOTIF_FLAG_CONTINUE. */
  public static final int CONTINUE = 1;

  /** SECCOMP_IOCTL_NOTIF_SEND. */
  public static final long SEND = 0xC018_2101L;

  private SeccompNotifResp() {}
}
