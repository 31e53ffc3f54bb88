package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct sigevent}; {@code tid} is the union's member for SIGEV_THREAD_ID. */
public final class Sigevent {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("sigev_value"),
          JAVA_INT.withName("sigev_signo"),
          JAVA_INT.withName("sigev_notify"),
          JAVA_INT.withName("tid"),
          MemoryLayout.paddingLayout(44));
  public static final long SIGNAL = Fields.offset(LAYOUT, "sigev_signo");
  public static final long NOTIFY = Fields.offset(LAYOUT, "sigev_notify");
  public static final long TID = Fields.offset(LAYOUT, "tid");

  /** Deliver the signal to one thread. */
  public static final int SIGEV_THREAD_ID = 4;

  private Sigevent() {}
}
