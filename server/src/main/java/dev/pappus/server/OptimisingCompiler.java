package dev.pappus.server;

import dev.pappus.linux.Threads;
import dev.pappus.sandbox.ThreadPriority;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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

  /** A start that takes longer is not held up by them but by what it has to read. */
  private static final long STANDING_MILLIS_MAX = 2000;

  /** How they stand back: when that is done, what ends it, and who does both. */
  private record Standing(
      CompletableFuture<Void> stoodBack, CountDownLatch mayGoOn, Thread thread) {}

  private static @Nullable Standing standing;

  private OptimisingCompiler() {}

  /**
   * Keeps them from all processors that others want until {@link #goOn}, two seconds at most, where
   * the host allows to take that back. To be called as early as possible by a process that is going
   * to be a node; returns before it is done, which links the calls into the C library, and does
   * nothing the second time.
   *
   * @return done when they stand back
   */
  public static synchronized Future<Void> standBack() {
    if (standing == null) {
      CompletableFuture<Void> stoodBack = new CompletableFuture<>();
      CountDownLatch mayGoOn = new CountDownLatch(1);
      Thread thread =
          Thread.ofPlatform().name("start").daemon().start(() -> stand(stoodBack, mayGoOn));
      standing = new Standing(stoodBack, mayGoOn, thread);
    }
    return standing.stoodBack();
  }

  private static void stand(CompletableFuture<Void> stoodBack, CountDownLatch mayGoOn) {
    try {
      change(THREADS, OptimisingCompiler::standBack);
      stoodBack.complete(null);
      boolean _ = mayGoOn.await(STANDING_MILLIS_MAX, TimeUnit.MILLISECONDS);
      change(STARTED, ThreadPriority::comeBack);
    } catch (UncheckedIOException e) {
      stoodBack.complete(null); // resume() tells of threads that cannot be listed
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean standBack(int thread) {
    return !ThreadPriority.standsBack(thread)
        && ThreadPriority.lowerForNow(thread)
        && ThreadPriority.standBack(thread);
  }

  /**
   * Gives them a small share of what others want, until {@link #resume}.
   *
   * @throws InterruptedException if the calling thread was interrupted before they had it
   */
  static synchronized void goOn() throws InterruptedException {
    if (standing != null) {
      standing.mayGoOn().countDown();
      standing.thread().join();
    }
  }

  /**
   * Makes them threads like all others, also those that they have started since.
   *
   * @throws InterruptedException if the calling thread was interrupted before they were
   */
  static synchronized void resume() throws InterruptedException {
    goOn();
    if (standing != null) {
      standing = null;
      try {
        change(STARTED, ThreadPriority::comeBack);
        change(STARTED, thread -> ThreadPriority.isLowered(thread) && ThreadPriority.raise(thread));
      } catch (UncheckedIOException e) {
        LoggerFactory.getLogger(OptimisingCompiler.class)
            .warn("the JVM's compilers may stay slow: its threads cannot be listed", e);
      }
    }
  }

  private interface Change {
    boolean isMade(int thread);
  }

  /** Until nothing changes: threads may be started meanwhile. */
  private static void change(List<String> names, Change change) {
    boolean any = true;
    for (int pass = 0; any && pass < PASSES_MAX; pass++) {
      any = false;
      for (String name : names) {
        for (int thread : Threads.named(name)) {
          any |= change.isMade(thread);
        }
      }
    }
  }
}
