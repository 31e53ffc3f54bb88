package dev.pappus.linux;

import dev.pappus.linux.struct.Itimerspec;
import dev.pappus.linux.struct.Sigevent;
import dev.pappus.linux.struct.Timespec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A timer that interrupts the system calls of the thread that made it. Any thread may use and close
 * it, but one at a time: callers exclude each other.
 */
public final class PosixTimer implements AutoCloseable {
  private static final int TIMER_ABSTIME = 1;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment setting = arena.allocate(Itimerspec.LAYOUT);
  private final long timer;
  private boolean open = true;

  /** A disarmed timer for the calling platform thread. */
  public PosixTimer() {
    KickSignal.install();
    MemorySegment event = arena.allocate(Sigevent.LAYOUT);
    event.set(ValueLayout.JAVA_INT, Sigevent.SIGNAL, KickSignal.NUMBER);
    event.set(ValueLayout.JAVA_INT, Sigevent.NOTIFY, Sigevent.SIGEV_THREAD_ID);
    event.set(ValueLayout.JAVA_INT, Sigevent.TID, Threads.currentTid());
    MemorySegment created = arena.allocate(ValueLayout.JAVA_LONG);
    LibC.check(
        LibC.timerCreate(Clocks.CLOCK_MONOTONIC, event, created),
        "timer_create",
        "SIGEV_THREAD_ID");
    timer = created.get(ValueLayout.JAVA_LONG, 0);
  }

  /**
   * Interrupts the thread that made it from {@code whenNanos} on, again and again until disarmed:
   * one signal may fall before the system call that it is meant for.
   *
   * @param whenNanos on {@link System#nanoTime()}'s scale; a time past means at once
   * @param intervalNanos pause between repetitions, more than 0
   */
  public void arm(long whenNanos, long intervalNanos) {
    // The kernel reads 0 as "disarm" and rejects negative times.
    set(Math.max(1, whenNanos), intervalNanos);
  }

  /** Stops interrupting. */
  public void disarm() {
    set(0, 0);
  }

  private void set(long whenNanos, long intervalNanos) {
    Timespec.set(setting, Itimerspec.VALUE, whenNanos);
    Timespec.set(setting, Itimerspec.INTERVAL, intervalNanos);
    LibC.check(LibC.timerSettime(timer, TIMER_ABSTIME, setting), "timer_settime", "");
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      LibC.check(LibC.timerDelete(timer), "timer_delete", "");
      arena.close();
    }
  }
}
