package dev.pappus.sandbox;

import dev.pappus.linux.LinuxException;
import dev.pappus.linux.Threads;
import java.util.concurrent.atomic.AtomicBoolean;

/** How the kernel's scheduler treats threads; Java's own priorities do nothing on Linux. */
public final class ThreadPriority {
  /** Nice value of threads that others go before: about a tenth of a core that both want. */
  private static final int BACKGROUND_NICE = 10;

  /** The node's own. */
  private static final int NICE = Threads.ownNice();

  /** Asked once, when it is first of interest. */
  private static final class Raising {
    static final boolean IS_ALLOWED = NICE < BACKGROUND_NICE && mayRaise();
  }

  private ThreadPriority() {}

  /** The kernel's number of the calling platform thread. */
  public static int currentThread() {
    return Threads.currentTid();
  }

  /** Whether the calling thread lets the node's other threads go first. */
  public static boolean isLowered() {
    return Threads.ownNice() > NICE;
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

  /**
   * Lets others go before the calling thread until {@link #raise}; false, and nothing is done,
   * where the host does not let threads take that back (setpriority(2): CAP_SYS_NICE, or
   * RLIMIT_NICE).
   */
  public static boolean lowerForNow() {
    if (!Raising.IS_ALLOWED) {
      return false;
    }
    lower(0);
    return true;
  }

  /** Takes back {@link #lowerForNow}. */
  public static void raise() {
    try {
      Threads.setNice(0, NICE);
    } catch (LinuxException e) {
      // The limit of this process was changed meanwhile.
    }
  }

  /** On a thread that ends afterwards: if that is not allowed, it stays as it is. */
  private static boolean mayRaise() {
    AtomicBoolean raised = new AtomicBoolean();
    Thread tries = Thread.ofPlatform().name("raising").start(() -> raised.set(triesToRaise()));
    try {
      tries.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return raised.get();
  }

  private static boolean triesToRaise() {
    try {
      Threads.setNice(0, BACKGROUND_NICE);
      Threads.setNice(0, NICE);
      return true;
    } catch (LinuxException e) {
      return false;
    }
  }
}
