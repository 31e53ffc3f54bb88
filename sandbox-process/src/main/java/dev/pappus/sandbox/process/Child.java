package dev.pappus.sandbox.process;

import dev.pappus.linux.FileDescriptor;
import dev.pappus.sandbox.ThreadPriority;

/**
 * A process that runs functions of one shape in one context, one run after the other. Belongs to
 * its zygote's {@link Zygote}.
 */
final class Child {
  private final int process;
  private final Shape shape;

  /** Can be read from once the process has ended. */
  private final FileDescriptor descriptor;

  /** The system call that it waits in for its next run; 0 while it runs. */
  private long call;

  /** Whether it lets others go first. */
  private boolean lowered;

  /** Whether its signals, or its segment bases, may not be as a run finds them. */
  private boolean disturbed;

  Child(int process, Shape shape, FileDescriptor descriptor) {
    this.process = process;
    this.shape = shape;
    this.descriptor = descriptor;
  }

  int process() {
    return process;
  }

  Shape shape() {
    return shape;
  }

  FileDescriptor descriptor() {
    return descriptor;
  }

  /** Lets others go first from now on, where the host allows it. */
  void lower() {
    lowered = lowered || ThreadPriority.lower(process);
  }

  /** Lets nobody go first any more; false where the host does not allow that. */
  boolean raise() {
    lowered = lowered && !ThreadPriority.raise(process);
    return !lowered;
  }

  /** It has come to the end of a run. */
  void waitIn(long waitingCall) {
    call = waitingCall;
  }

  /**
   * The run has left something in the kernel's books of it that the next one must not find: a
   * signal has come, which leaves others blocked and the stack of signals taken away, or the
   * function has set its FS or GS base.
   */
  void disturb() {
    disturbed = true;
  }

  /** Whether the start of the next run has to put that right. A program can do so unseen. */
  boolean isDisturbed() {
    return disturbed || shape.libosEnd() != 0;
  }

  /** It goes on, undisturbed again; the call that it has waited in. */
  long leaveCall() {
    disturbed = false;
    long left = call;
    call = 0;
    return left;
  }
}
