package dev.pappus.dispatcher;

/**
 * Told of every invocation of a dispatcher, in the caller's or an engine's time: must be quick and
 * must not block. What it throws is logged and counted, and changes nothing.
 */
public interface InvocationObserver {
  /** An invocation has been accepted or refused; it ends in any case. */
  void started(InvocationInfo invocation);

  /**
   * It has ended; its caller is told right after.
   *
   * @param target what was asked for
   */
  void ended(InvocationTarget target, InvocationResult result);
}
