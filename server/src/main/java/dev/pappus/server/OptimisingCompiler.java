package dev.pappus.server;

import dev.pappus.linux.Threads;
import dev.pappus.sandbox.ThreadPriority;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The JVM's optimising compiler (C2), and what tells it of work by the profiles of earlier starts.
 * They have much to do while a node starts, nearly nothing of which is needed by then: where
 * processors are few, whoever starts the node waits for it. There is one such compiler in a
 * process, so there is no instance of this; any thread may call.
 */
public final class OptimisingCompiler {
  /** As threads of HotSpot are called, {@code C2 CompilerThread0} and so on. */
  private static final List<String> THREADS = List.of("C2 Compiler", "Training replay");

  /** Compilers of each kind start others, which inherit how they are treated. */
  private static final List<String> STARTED =
      List.of("C2 Compiler", "Training replay", "C1 Compiler");

  /** Each pass may miss what was started during it. */
  private static final int PASSES_MAX = 8;

  /** Ends when they stand back; null while they do not. */
  private static @Nullable Thread standing;

  private OptimisingCompiler() {}

  /**
   * Keeps them from all processors that others want until {@link #goOn}, where the host allows to
   * take that back. To be called as early as possible by a process that is going to be a node;
   * returns before it is done, which links the calls into the C library, and does nothing the
   * second time.
   *
   * @return ends when they stand back
   */
  public static synchronized Thread standBack() {
    if (standing == null) {
      standing =
          Thread.ofPlatform()
              .name("start")
              .daemon()
              .start(() ->
                  change(
                      THREADS,
                      thread ->
                          !ThreadPriority.standsBack(thread)
                              && ThreadPriority.lowerForNow(thread)
                              && ThreadPriority.standBack(thread)));
    }
    return standing;
  }

  /**
   * Gives them a small share of what others want, until {@link #resume}.
   *
   * @throws InterruptedException if the calling thread was interrupted before they stood back
   */
  static synchronized void goOn() throws InterruptedException {
    if (standing != null) {
      standing.join();
      change(STARTED, ThreadPriority::comeBack);
    }
  }

  /**
   * Makes them threads like all others, also those that they have started since.
   *
   * @throws InterruptedException if the calling thread was interrupted before they stood back
   */
  static synchronized void resume() throws InterruptedException {
    goOn();
    if (standing != null) {
      standing = null;
      change(STARTED, thread -> ThreadPriority.isLowered(thread) && ThreadPriority.raise(thread));
    }
  }

  private interface Change {
    boolean isMade(int thread);
  }

  /** Until nothing changes: threads may be started meanwhile. */
  private static void change(List<String> names, Change change) {
    try {
      boolean any = true;
      for (int pass = 0; any && pass < PASSES_MAX; pass++) {
        any = false;
        for (String name : names) {
          for (int thread : Threads.named(name)) {
            any |= change.isMade(thread);
          }
        }
      }
    } catch (UncheckedIOException e) {
      LoggerFactory.getLogger(OptimisingCompiler.class)
          .warn("threads cannot be listed; the JVM's compilers stay as they are", e);
    }
  }
}
