package dev.pappus.dispatcher;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** One run under way. Any thread may use it. */
public interface Invocation {
  /** Identifies it on this node, unique over restarts. */
  String id();

  /** What was asked for. */
  InvocationTarget target();

  /** What is known of it from its start on. */
  InvocationInfo info();

  /**
   * Completes with its result, never exceptionally, on an engine or I/O thread: do not block there.
   */
  CompletionStage<InvocationResult> result();

  /**
   * Completes soon with a report for each instance that has ended so far, in the order in which
   * they did, as {@link InvocationResult#instances} has them; never exceptionally. Do not block
   * where it completes.
   */
  CompletionStage<List<InstanceReport>> instances();

  /**
   * Cancels what has not started; the result becomes a CANCELLED problem. No effect once it has
   * ended.
   */
  void cancel();
}
