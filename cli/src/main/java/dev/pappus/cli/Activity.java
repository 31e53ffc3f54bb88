package dev.pappus.cli;

import java.util.concurrent.TimeUnit;

/**
 * Says on a terminal what takes long whose end is not known, and for how long: nothing in the first
 * second, nothing where nobody watches. To be closed, which leaves an empty line.
 */
final class Activity implements AutoCloseable {
  private static final long STEP_MILLIS = 1000;

  private final StatusLine line;
  private final String what;
  private final long beganNanos = System.nanoTime();
  private boolean ended; // guarded by this

  private Activity(Terminal terminal, String what) {
    this.line = new StatusLine(terminal);
    this.what = what;
  }

  /** Begins. */
  static Activity of(Terminal terminal, String what) {
    Activity activity = new Activity(terminal, what);
    if (terminal.showsProgress()) {
      Thread.ofPlatform().daemon().name("activity").start(activity::show);
    }
    return activity;
  }

  private synchronized void show() {
    try {
      while (!ended) {
        wait(STEP_MILLIS);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNanos);
        if (!ended && seconds > 0) {
          line.show(what + ", " + seconds + " s");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized void close() {
    ended = true;
    notifyAll();
    line.erase();
  }
}
