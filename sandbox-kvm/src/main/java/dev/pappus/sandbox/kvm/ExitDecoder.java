package dev.pappus.sandbox.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pappus.linux.Errno;
import dev.pappus.linux.struct.KvmRegs;
import dev.pappus.linux.struct.KvmRun;
import dev.pappus.linux.struct.KvmSegment;
import dev.pappus.linux.struct.KvmSregs;
import dev.pappus.linux.struct.KvmVcpuEvents;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Says how a guest came out. Only what is known to be harmless becomes {@link VmExit.Agreed} or
 * {@link VmExit.Fault}; everything else is unexpected.
 */
final class ExitDecoder {
  private static final int VECTOR_INVALID_OPCODE = 6;
  private static final int VECTOR_PAGE_FAULT = 14;
  private static final long TRAP_FLAG = 0x100;
  private static final int INT = 0xCD;
  private static final int OUT_IMMEDIATE = 0xE6;
  private static final int OUT_DX = 0xEE;

  /** Vectors whose frame starts with an error code: 8, 10 to 14, 17, 21, 29, 30. */
  private static final long WITH_ERROR_CODE = 0x6022_7D00L;

  private final MemorySegment shared;
  private final VmMemory memory;
  private final EntryVariant variant;

  /**
   * Decodes the exits of one machine.
   *
   * @param shared the page that its vCPU shares
   */
  ExitDecoder(MemorySegment shared, VmMemory memory, EntryVariant variant) {
    this.shared = shared;
    this.memory = memory;
    this.variant = variant;
  }

  /**
   * The exit that has just happened.
   *
   * @param errno what KVM_RUN returned
   * @param plan of the function that ran
   */
  VmExit decode(int errno, MemoryPlan plan) {
    if (errno != 0) {
      // After an error the exit reason is an old one.
      return errno == Errno.EINTR || errno == Errno.EAGAIN
          ? new VmExit.Interrupted(instruction())
          : new VmExit.Unexpected("KVM_RUN: " + Errno.name(errno), 0, false);
    }
    int reason = shared.get(JAVA_INT, KvmRun.EXIT_REASON);
    if (reason == KvmRun.KVM_EXIT_IO) {
      return ioExit(plan);
    }
    if (reason == KvmRun.KVM_EXIT_SHUTDOWN && variant == EntryVariant.NO_IDT) {
      return shutdown(plan);
    }
    return unexpected(reason);
  }

  private VmExit ioExit(MemoryPlan plan) {
    int port = shared.get(JAVA_SHORT, KvmRun.IO_PORT) & 0xFFFF;
    boolean oneByteOut =
        shared.get(JAVA_BYTE, KvmRun.IO_DIRECTION) == KvmRun.KVM_EXIT_IO_OUT
            && shared.get(JAVA_BYTE, KvmRun.IO_SIZE) == 1
            && shared.get(JAVA_INT, KvmRun.IO_COUNT) == 1;
    if (oneByteOut && port == SystemPages.EXIT_PORT && isPlainOut(plan, port)) {
      return unlessStepping(
          VmExit.Agreed.INSTANCE,
          shared.get(JAVA_LONG, KvmRun.REGS + KvmRegs.RFLAGS),
          instruction());
    }
    if (oneByteOut
        && port == SystemPages.GROW_PORT
        && plan.linear() != null
        && isPlainOut(plan, port)) {
      return unlessStepping(
          new VmExit.Grow(shared.get(JAVA_LONG, KvmRun.REGS + KvmRegs.RDI)),
          shared.get(JAVA_LONG, KvmRun.REGS + KvmRegs.RFLAGS),
          instruction());
    }
    if (oneByteOut && port == SystemPages.STUB_PORT && variant == EntryVariant.IDT) {
      return stubExit(plan);
    }
    return new VmExit.Unexpected(
        "used port 0x%x otherwise than to leave".formatted(port), instruction(), true);
  }

  /**
   * Whether {@code out port, al} or {@code out dx, al} stands where the guest is or just before
   * that (KVM may have moved on already), and not a string instruction, which comes out alike but
   * would go on.
   */
  private boolean isPlainOut(MemoryPlan plan, int port) {
    long instruction = instruction();
    int here = peek(plan, instruction);
    return (here == OUT_IMMEDIATE && peek(plan, instruction + 1) == port)
        || here == OUT_DX
        || (peek(plan, instruction - 2) == OUT_IMMEDIATE && peek(plan, instruction - 1) == port)
        || peek(plan, instruction - 1) == OUT_DX;
  }

  /** Without an interrupt table any exception ends in a triple fault that leaves its traces. */
  private VmExit shutdown(MemoryPlan plan) {
    int vector = shared.get(JAVA_BYTE, KvmRun.EVENTS + KvmVcpuEvents.EXCEPTION_VECTOR) & 0xFF;
    boolean hasCode =
        shared.get(JAVA_BYTE, KvmRun.EVENTS + KvmVcpuEvents.EXCEPTION_HAS_ERROR_CODE) != 0
            || hasErrorCode(vector);
    long code =
        shared.get(JAVA_INT, KvmRun.EVENTS + KvmVcpuEvents.EXCEPTION_ERROR_CODE) & 0xFFFF_FFFFL;
    long flags = shared.get(JAVA_LONG, KvmRun.REGS + KvmRegs.RFLAGS);
    return fault(plan, vector, hasCode ? code : null, instruction(), flags);
  }

  /** A stub has left through its port, with the processor's frame on the interrupt stack. */
  private VmExit stubExit(MemoryPlan plan) {
    int selector =
        shared.get(JAVA_SHORT, KvmRun.SREGS + KvmSregs.CS + KvmSegment.SELECTOR) & 0xFFFF;
    long stub = instruction() - SystemPages.STUBS_ADDRESS;
    if (selector != SystemPages.KERNEL_CODE || stub < 0 || stub >= 256L * SystemPages.STUB_BYTES) {
      return new VmExit.Unexpected("wrote to the stubs' port", instruction(), true);
    }
    int vector = (int) (stub / SystemPages.STUB_BYTES);
    boolean hasCode = hasErrorCode(vector);
    long frame = SystemPages.INTERRUPT_STACK_END - (hasCode ? 48 : 40);
    MemorySegment system = memory.system();
    Long code = hasCode ? (Long) (system.get(JAVA_LONG, frame) & 0xFFFF_FFFFL) : null;
    long at = hasCode ? frame + 8 : frame;
    long instruction = system.get(JAVA_LONG, at);
    long flags = system.get(JAVA_LONG, at + 16);
    return vector == SystemPages.EXIT_VECTOR
        ? unlessStepping(VmExit.Agreed.INSTANCE, flags, instruction)
        : fault(plan, vector, code, instruction, flags);
  }

  private VmExit fault(
      MemoryPlan plan, int vector, @Nullable Long errorCode, long instruction, long flags) {
    if (vector == VECTOR_INVALID_OPCODE && isIntExit(plan, instruction)) {
      return unlessStepping(VmExit.Agreed.INSTANCE, flags, instruction);
    }
    Long address =
        vector == VECTOR_PAGE_FAULT
            ? (Long) shared.get(JAVA_LONG, KvmRun.SREGS + KvmSregs.CR2)
            : null;
    return new VmExit.Fault(vector, errorCode, address, instruction);
  }

  /**
   * An exit that was agreed on, unless the guest steps through its own instructions: behind a move
   * to SS the step's exception is put off, and may still be pending in the processor.
   */
  private static VmExit unlessStepping(VmExit exit, long flags, long instruction) {
    return (flags & TRAP_FLAG) == 0
        ? exit
        : new VmExit.Unexpected("left with the trap flag set", instruction, true);
  }

  /** Some hosts refuse {@code int 0x20} to guests: then the exit shows as an invalid opcode. */
  private boolean isIntExit(MemoryPlan plan, long instruction) {
    return peek(plan, instruction) == INT && peek(plan, instruction + 1) == SystemPages.EXIT_VECTOR;
  }

  private int peek(MemoryPlan plan, long address) {
    int index = plan.regionAt(address);
    if (index < 0) {
      return -1;
    }
    Region region = plan.regions().get(index);
    return memory.of(region.backing()).get(JAVA_BYTE, region.offset() + address - region.start())
        & 0xFF;
  }

  private VmExit unexpected(int reason) {
    long detail = shared.get(JAVA_LONG, KvmRun.EXIT_DETAIL);
    return switch (reason) {
      case KvmRun.KVM_EXIT_MMIO ->
          new VmExit.Unexpected(
              "%s memory that the sandbox does not have"
                  .formatted(
                      shared.get(JAVA_BYTE, KvmRun.MMIO_IS_WRITE) != 0 ? "wrote to" : "read"),
              instruction(),
              true);
      case KvmRun.KVM_EXIT_HLT ->
          new VmExit.Unexpected("halted its processor", instruction(), true);
      case KvmRun.KVM_EXIT_HYPERCALL ->
          new VmExit.Unexpected("made a hypercall", instruction(), true);
      case KvmRun.KVM_EXIT_SHUTDOWN ->
          new VmExit.Unexpected("shut its processor down", instruction(), true);
      case KvmRun.KVM_EXIT_FAIL_ENTRY ->
          new VmExit.Unexpected("entry failed, reason 0x" + Long.toHexString(detail), 0, false);
      case KvmRun.KVM_EXIT_INTERNAL_ERROR ->
          new VmExit.Unexpected(
              "did what KVM cannot emulate (suberror " + (int) detail + ")", instruction(), true);
      default -> new VmExit.Unexpected("left by KVM exit " + reason, instruction(), true);
    };
  }

  private long instruction() {
    return shared.get(JAVA_LONG, KvmRun.REGS + KvmRegs.RIP);
  }

  private static boolean hasErrorCode(int vector) {
    return vector < 32 && (WITH_ERROR_CODE >>> vector & 1) != 0;
  }
}
