package dev.pappus.sandbox.process;

import dev.pappus.linux.FileDescriptor;

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

  /** It has come to the end of a run. */
  void waitIn(long waitingCall) {
    call = waitingCall;
  }

  /** It goes on; the call that it has waited in. */
  long leaveCall() {
    long left = call;
    call = 0;
    return left;
  }
}
