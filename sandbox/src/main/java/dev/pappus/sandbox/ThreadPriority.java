package dev.pappus.sandbox;

import dev.pappus.linux.LinuxException;
import dev.pappus.linux.Threads;

/** How the kernel's scheduler treats threads; Java's own priorities do nothing on Linux. */
public final class ThreadPriority {
  /** Nice value of threads that others go before: about a tenth of a core that both want. */
  private static final int BACKGROUND_NICE = 10;

  private ThreadPriority() {}

  /** The kernel's number of the calling platform thread. */
  public static int currentThread() {
    return Threads.currentTid();
  }

  /**
   * Lets others go before a thread for the rest of its life: to take that back needs privileges.
   *
   * @param thread its number; that of a thread that has ended does nothing
   */
  public static void lower(int thread) {
    try {
      Threads.setNice(thread, BACKGROUND_NICE);
    } catch (LinuxException e) {
      // It ended meanwhile, or the host forbids it: then it is scheduled like any other.
    }
  }
}
