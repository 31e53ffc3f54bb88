package dev.pappus.linux;

/** A system call failed. Says which, why, and on what. */
public final class LinuxException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String operation;
  private final int errno;
  private final String operands;

  /**
   * Describes a failed call.
   *
   * @param operation the call, {@code ioctl(KVM_CREATE_VM)}
   * @param errno the error number
   * @param operands what it was applied to, for people
   */
  public LinuxException(String operation, int errno, String operands) {
    super(operation + ": " + Errno.name(errno) + (operands.isEmpty() ? "" : " (" + operands + ")"));
    this.operation = operation;
    this.errno = errno;
    this.operands = operands;
  }

  /** The call that failed. */
  public String operation() {
    return operation;
  }

  /** The error number. */
  public int errno() {
    return errno;
  }

  /** What the call was applied to. */
  public String operands() {
    return operands;
  }
}
