package dev.pappus.dispatcher;

import java.util.concurrent.CompletionStage;

/** One run under way. Any thread may use it. */
public interface Invocation {
  /** Identifies it on this node, unique over restarts. */
  String id();

  /** What is known of it from its start on. */
  InvocationInfo info();

  /**
   * Completes with its result, never exceptionally, on an engine or I/O thread: do not block there.
   */
  CompletionStage<InvocationResult> result();

  /**
   * Cancels what has not started; the result becomes a CANCELLED problem. No effect once it has
   * ended.
   */
  void cancel();
}
