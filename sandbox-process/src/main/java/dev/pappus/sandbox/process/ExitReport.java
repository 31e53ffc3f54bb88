package dev.pappus.sandbox.process;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * What the signal handler of a child has written about its end: or the function, which can write
 * there what it likes.
 *
 * @param signal number of the signal, 0 if there was none
 * @param code what the kernel says of the signal's origin
 * @param vector of the exception
 * @param errorCode of the exception
 * @param address of a page fault
 * @param instruction where it happened; for a system call, behind it
 * @param flags RFLAGS
 * @param rdx the register that {@code out} takes its port from
 * @param call number of a system call that the filter stopped
 * @param architecture in which it was made
 * @param begun 1 if the function has begun
 * @param asked 0 if the stub has come by at all
 */
record ExitReport(
    int signal,
    int code,
    long vector,
    long errorCode,
    long address,
    long instruction,
    long flags,
    long rdx,
    int call,
    int architecture,
    int begun,
    int asked) {
  /** Reads each number once. */
  static ExitReport read(MemorySegment memory) {
    return new ExitReport(
        memory.get(JAVA_INT, ZygoteProtocol.REPORT_SIGNAL),
        memory.get(JAVA_INT, ZygoteProtocol.REPORT_CODE),
        memory.get(JAVA_LONG, ZygoteProtocol.REPORT_VECTOR),
        memory.get(JAVA_LONG, ZygoteProtocol.REPORT_ERROR_CODE),
        memory.get(JAVA_LONG, ZygoteProtocol.REPORT_ADDRESS),
        memory.get(JAVA_LONG, ZygoteProtocol.REPORT_INSTRUCTION),
        memory.get(JAVA_LONG, ZygoteProtocol.REPORT_FLAGS),
        memory.get(JAVA_LONG, ZygoteProtocol.REPORT_RDX),
        memory.get(JAVA_INT, ZygoteProtocol.REPORT_CALL),
        memory.get(JAVA_INT, ZygoteProtocol.REPORT_ARCHITECTURE),
        memory.get(JAVA_INT, ZygoteProtocol.REPORT_BEGUN),
        memory.get(JAVA_INT, ZygoteProtocol.REPORT_ASKED));
  }

  /**
   * Whether the function has begun. One that has wiped that out and left well has begun all the
   * same, unless the stub has not even seen what it was asked.
   *
   * @param ended whether the child has ended
   */
  boolean saysBegun(boolean ended) {
    return begun != 0 || (!ended && signal == 0 && asked == 0);
  }
}
