package dev.pappus.server;

import dev.pappus.linux.LinuxException;
import dev.pappus.linux.Threads;
import dev.pappus.sandbox.ThreadPriority;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JVM's optimising compiler (C2). It has much to do while a node starts, nearly nothing of
 * which is needed by then: where processors are few, whoever starts the node waits for it. One
 * thread at a time may use it.
 */
final class OptimisingCompiler {
  private static final Logger LOG = LoggerFactory.getLogger(OptimisingCompiler.class);

  /** As threads of HotSpot are called, {@code C2 CompilerThread0} and so on. */
  private static final String THREADS = "C2 Compiler";

  /** Compilers of each kind start others, which inherit how they are treated. */
  private static final List<String> STARTED = List.of(THREADS, "C1 Compiler");

  /** Each pass may miss what was started during it. */
  private static final int PASSES_MAX = 8;

  private final List<Integer> lowered = new ArrayList<>();

  /** Lets all others go first until {@link #resume}, where the host allows to take that back. */
  void standBack() {
    try {
      for (int thread : Threads.named(THREADS)) {
        if (ThreadPriority.lowerForNow(thread)) {
          lowered.add(thread);
        }
      }
    } catch (UncheckedIOException e) {
      LOG.debug("threads cannot be listed; the compiler goes on as before", e);
    }
  }

  /** Takes back {@link #standBack}, also of threads that those have started since. */
  void resume() {
    if (lowered.isEmpty()) {
      return;
    }
    for (int thread : lowered) {
      boolean _ = ThreadPriority.raise(thread);
    }
    lowered.clear();
    try {
      for (int pass = 0; pass < PASSES_MAX && raiseStarted(); pass++) {
        LOG.debug("compilers were started while they stood back");
      }
    } catch (UncheckedIOException e) {
      LOG.warn("compilers that were started in the node's first second may stay slow", e);
    }
  }

  private static boolean raiseStarted() {
    boolean any = false;
    for (String name : STARTED) {
      for (int thread : Threads.named(name)) {
        any |= isLow(thread) && ThreadPriority.raise(thread);
      }
    }
    return any;
  }

  private static boolean isLow(int thread) {
    try {
      return Threads.nice(thread) > Threads.ownNice();
    } catch (LinuxException e) {
      return false; // It has ended.
    }
  }
}
