package dev.pappus.sandbox;

import dev.pappus.linux.LinuxException;
import dev.pappus.linux.Threads;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** How the kernel's scheduler treats threads; Java's own priorities do nothing on Linux. */
public final class ThreadPriority {
  /** Nice value of threads that others go before: about a tenth of a core that both want. */
  private static final int BACKGROUND_NICE = 10;

  /** The node's own. */
  private static final int NICE = Threads.ownNice();

  /** Whether its threads have the usual policy; whoever has chosen another knows why. */
  private static final boolean IS_ORDINARY = isOrdinary(0);

  /** Asked once, when it is first of interest. */
  private static final class Raising {
    static final boolean IS_ALLOWED = mayRaise();
  }

  private ThreadPriority() {}

  /** The kernel's number of the calling platform thread. */
  public static int currentThread() {
    return Threads.currentTid();
  }

  /** Whether the calling thread lets the node's other threads go first. */
  public static boolean isLowered() {
    return isLowered(0);
  }

  /** The same of another thread; one that has ended does not. */
  public static boolean isLowered(int thread) {
    return holds(() -> Threads.nice(thread) > NICE);
  }

  /**
   * Lets others go before a thread, or a process of one thread, until {@link #raise(int)}, which
   * needs privileges.
   *
   * @param thread its number
   * @return whether it does now; not if it has ended, the host forbids it, or the whole node lets
   *     others go first
   */
  public static boolean lower(int thread) {
    return NICE < BACKGROUND_NICE && setNice(thread, BACKGROUND_NICE);
  }

  /** Takes back {@link #lower}; whether the host allows that. */
  public static boolean raise(int thread) {
    return setNice(thread, NICE);
  }

  // Changes have no lambdas: a start makes them before much else, and the rehearsal that the JVM's
  // cache is made by (cache.sh) has the lowest priority already, so the cache would not know them.
  private static boolean setNice(int thread, int nice) {
    try {
      Threads.setNice(thread, nice);
      return true;
    } catch (LinuxException e) {
      return false;
    }
  }

  /**
   * Lets others go before the calling thread until {@link #raise}; false, and nothing is done,
   * where the host does not let threads take that back (setpriority(2): CAP_SYS_NICE, or
   * RLIMIT_NICE).
   */
  public static boolean lowerForNow() {
    return lowerForNow(0);
  }

  /** The same of another thread, until {@link #raise(int)}. */
  public static boolean lowerForNow(int thread) {
    return Raising.IS_ALLOWED && lower(thread);
  }

  /** Takes back {@link #lowerForNow}. */
  public static void raise() {
    boolean _ = raise(0);
  }

  /**
   * Lets a thread run only where nobody else wants to, until {@link #comeBack}.
   *
   * @param thread its number
   * @return whether it does from now on; not if it did before or has ended, or if the host does not
   *     let threads come back (sched(7): CAP_SYS_NICE, or RLIMIT_NICE, as for {@link
   *     #lowerForNow}), or the node runs under another policy than the usual one
   */
  public static boolean standBack(int thread) {
    return IS_ORDINARY && Raising.IS_ALLOWED && isOrdinary(thread) && setLast(thread, true);
  }

  /** Takes back {@link #standBack}, whoever has called that; what is lowered stays so. */
  public static boolean comeBack(int thread) {
    return IS_ORDINARY && standsBack(thread) && setLast(thread, false);
  }

  private static boolean setLast(int thread, boolean last) {
    try {
      if (last) {
        Threads.runLast(thread);
      } else {
        Threads.runNormally(thread);
      }
      return true;
    } catch (LinuxException e) {
      return false;
    }
  }

  /** Whether a thread stands back; one that has ended does not. */
  public static boolean standsBack(int thread) {
    return holds(() -> Threads.runsLast(thread));
  }

  /** Not if it has ended, or the host does not tell. */
  private static boolean isOrdinary(int thread) {
    return holds(() -> Threads.runsNormally(thread));
  }

  private static boolean holds(BooleanSupplier condition) {
    try {
      return condition.getAsBoolean();
    } catch (LinuxException e) {
      return false;
    }
  }

  /** On a thread that ends afterwards: if that is not allowed, it stays as it is. */
  private static boolean mayRaise() {
    AtomicBoolean raised = new AtomicBoolean();
    try {
      Thread tries = Thread.ofPlatform().start(() -> raised.set(lower(0) && raise(0)));
      tries.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (OutOfMemoryError e) {
      // The host has no thread left to give: nothing is lowered then.
    }
    return raised.get();
  }
}
