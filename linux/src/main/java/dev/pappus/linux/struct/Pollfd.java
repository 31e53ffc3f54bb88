package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct pollfd} of {@code <poll.h>}. */
public final class Pollfd {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("fd"), JAVA_SHORT.withName("events"), JAVA_SHORT.withName("revents"));
  public static final long FD = Fields.offset(LAYOUT, "fd");
  public static final long EVENTS = Fields.offset(LAYOUT, "events");
  public static final long REVENTS = Fields.offset(LAYOUT, "revents");

  private Pollfd() {}
}
