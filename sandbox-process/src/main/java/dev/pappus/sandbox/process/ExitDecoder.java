package dev.pappus.sandbox.process;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.pappus.linux.ProcessGroup;
import dev.pappus.model.GuestState;
import dev.pappus.sandbox.GuestAbi;
import dev.pappus.sandbox.GuestFaults;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.RunOutcome;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Says how a function ended whose child is dead or waits. What the function could have written
 * counts for no more than what a function may say of itself: how it ended, and where.
 */
final class ExitDecoder {
  private static final int SIGILL = 4;
  private static final int SIGBUS = 7;
  private static final int SIGKILL = ProcessGroup.SIGKILL;
  private static final int SIGXCPU = 24;
  private static final int SIGSYS = 31;

  private static final int VECTOR_INVALID_OPCODE = 6;
  private static final int VECTOR_GENERAL_PROTECTION = 13;
  private static final int VECTOR_PAGE_FAULT = 14;
  private static final int VECTORS = 32;

  /** Vectors with an error code: 8, 10 to 14, 17, 21, 29, 30. */
  private static final long WITH_ERROR_CODE = 0x6022_7D00L;

  private static final long TRAP_FLAG = 0x100;
  private static final int INT = 0xCD;
  private static final int EXIT_VECTOR = 0x20;
  private static final int OUT_IMMEDIATE = 0xE6;
  private static final int OUT_DX = 0xEE;

  /** {@code syscall}, {@code sysenter} and {@code int 0x80} have two bytes each. */
  private static final long CALL_BYTES = 2;

  private final ProcessContext context;
  private final ProcessFunction function;

  ExitDecoder(ProcessContext context) {
    this.context = context;
    this.function = context.function();
  }

  /**
   * The outcome of a run.
   *
   * @param ended how the kernel says that the child ended; null if it waits for another run
   * @param report what it has left
   * @param late whether it was to be ended because of its deadline
   */
  RunOutcome decode(ProcessGroup.@Nullable Ended ended, ExitReport report, boolean late) {
    if (ended != null && ended.signal() != 0) {
      return killed(ended.signal(), late);
    }
    if (report.signal() == 0) {
      return agreed();
    }
    if (report.signal() == SIGXCPU && late) {
      return new RunOutcome.DeadlineExceeded(at(report.instruction()));
    }
    if (report.signal() == SIGSYS) {
      return forbiddenCall(report);
    }
    if (report.signal() == SIGBUS && report.vector() == VECTOR_PAGE_FAULT) {
      return new RunOutcome.SandboxFailed("the host has no memory for a page of the function");
    }
    return exception(report);
  }

  private RunOutcome agreed() {
    return new RunOutcome.Exited(GuestAbi.exitCode(context.memory(), controlBlock()));
  }

  private long controlBlock() {
    return function.image().controlBlock();
  }

  private RunOutcome killed(int signal, boolean late) {
    if (late) {
      return new RunOutcome.DeadlineExceeded(GuestState.UNKNOWN);
    }
    if (signal == SIGKILL) {
      return new RunOutcome.SandboxFailed(
          "the function's process was killed: the kernel is out of memory, or somebody ended it");
    }
    return new RunOutcome.Faulted(
        signal == SIGSYS && function.image().libos() != null
            ? "the library OS made a system call of its own"
            : "the function spoiled its signal handler: its process was ended by signal " + signal,
        GuestState.UNKNOWN);
  }

  private RunOutcome exception(ExitReport report) {
    long instruction = report.instruction();
    // Of a signal that somebody has sent (siginfo's code is not positive) the vector is an earlier
    // fault's, perhaps of another function.
    if (report.code() <= 0 || report.vector() < 0 || report.vector() >= VECTORS) {
      return new RunOutcome.Faulted(
          "the function ended by signal " + report.signal() + ", which no fault explains",
          at(instruction));
    }
    // Linux lets the system call uretprobe pass every filter and answers it by SIGILL; the vector
    // is that of an earlier exception then.
    int vector = report.signal() == SIGILL ? VECTOR_INVALID_OPCODE : (int) report.vector();
    if (isExit(vector, report)) {
      return (report.flags() & TRAP_FLAG) == 0
          ? agreed()
          : new RunOutcome.Faulted(
              "the function left with the trap flag set at instruction 0x"
                  + Long.toHexString(instruction),
              at(instruction));
    }
    Long errorCode =
        (WITH_ERROR_CODE >>> vector & 1) != 0 ? (Long) (report.errorCode() & 0xFFFF_FFFFL) : null;
    Long address = vector == VECTOR_PAGE_FAULT ? (Long) report.address() : null;
    return GuestFaults.of(
        function.image(),
        GuestLayout.of(function.contextBytes()),
        vector,
        errorCode,
        address,
        instruction);
  }

  /** Whether one of the instructions that end a run stands where the processor refused one. */
  private boolean isExit(int vector, ExitReport report) {
    if (vector != VECTOR_GENERAL_PROTECTION && vector != VECTOR_INVALID_OPCODE) {
      return false;
    }
    int first = peek(report.instruction());
    return switch (first) {
      case INT -> peek(report.instruction() + 1) == EXIT_VECTOR;
      case OUT_IMMEDIATE -> peek(report.instruction() + 1) == GuestAbi.EXIT_PORT;
      case OUT_DX -> (report.rdx() & 0xFFFF) == GuestAbi.EXIT_PORT;
      default -> false;
    };
  }

  private int peek(long address) {
    if (!function.executes(address)) {
      return -1;
    }
    byte[] code = new byte[1];
    context.memory().read(address, MemorySegment.ofArray(code));
    return MemorySegment.ofArray(code).get(JAVA_BYTE, 0) & 0xFF;
  }

  /**
   * A system call that the filter stopped. On bare KVM the instruction does not exist, so it is
   * reported as one that does not.
   */
  private RunOutcome forbiddenCall(ExitReport report) {
    long instruction = report.instruction() - CALL_BYTES;
    return new RunOutcome.Faulted(
        "system call "
            + SystemCalls.describe(report.call(), report.architecture())
            + ", which functions cannot make, at instruction 0x"
            + Long.toHexString(instruction),
        new GuestState(
            null,
            VECTOR_INVALID_OPCODE,
            null,
            null,
            instruction,
            function.image().symbolize(instruction),
            null));
  }

  private GuestState at(@Nullable Long instruction) {
    return new GuestState(
        null,
        null,
        null,
        null,
        instruction,
        instruction == null ? null : function.image().symbolize(instruction),
        null);
  }
}
