package dev.pappus.server;

import dev.pappus.linux.Threads;
import dev.pappus.sandbox.ThreadPriority;

/**
 * The JVM's optimising compiler (C2). It has much to do while a node starts, nearly nothing of
 * which is needed by then: where processors are few, whoever starts the node waits for it.
 */
final class OptimisingCompiler {
  /** As threads of HotSpot are called, {@code C2 CompilerThread0} and so on. */
  private static final String THREADS = "C2 Compiler";

  private OptimisingCompiler() {}

  /** Lets all others go first until {@link #resume}, where the host allows to take that back. */
  static void standBack() {
    for (int thread : Threads.named(THREADS)) {
      boolean _ = ThreadPriority.lowerForNow(thread);
    }
  }

  /** Takes back {@link #standBack}, also of threads that were started by those since. */
  static void resume() {
    for (int thread : Threads.named(THREADS)) {
      boolean _ = ThreadPriority.raise(thread);
    }
  }
}
