package dev.pappus.dispatcher;

/** Told what becomes of an invocation, by whoever attends its mailbox: must not block. */
@FunctionalInterface
interface RunListener {
  /** It has ended; its caller is told right after. */
  void ended(InvocationRun run, InvocationResult result);

  /**
   * An instance inside a composition has ended, and the invocation may go on.
   *
   * @param place of the report among those of the invocation
   */
  default void instanceEnded(InvocationRun run, int place, InstanceReport report) {}
}
