package dev.pappus.dispatcher;

/**
 * Told of every invocation of a dispatcher, in the caller's or an engine's time: must be quick and
 * must not block. What it throws is logged and counted, and changes nothing.
 */
public interface InvocationObserver {
  /** An invocation has been accepted or refused; it ends in any case. */
  void started(InvocationInfo invocation);

  /**
   * An instance inside a composition has ended, and the invocation goes on or will be told to have
   * ended. In the order in which instances end; of the first thousand of an invocation.
   *
   * @param place of the report among those of the invocation
   */
  default void instanceEnded(InvocationInfo invocation, int place, InstanceReport report) {}

  /**
   * It has ended; its caller is told right after.
   *
   * @param target what was asked for
   */
  void ended(InvocationTarget target, InvocationResult result);
}
