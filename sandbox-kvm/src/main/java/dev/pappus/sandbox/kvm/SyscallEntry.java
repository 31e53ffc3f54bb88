package dev.pappus.sandbox.kvm;

import dev.pappus.linux.KvmVcpu;
import java.util.Map;

/** Where a program's SYSCALL arrives: at the library OS, which is a user's page in any case. */
public enum SyscallEntry {
  /** In user mode, as paravirtual KVM has it. */
  USER,
  /** In supervisor mode, as processors have it: the library OS goes on by SYSRET. */
  SUPERVISOR,
  /** Not there; this host runs no programs. */
  NONE;

  /** SYSCALL enable, in EFER. */
  static final long SCE = 1;

  private static final int STAR = 0xC000_0081;
  private static final int LSTAR = 0xC000_0082;
  private static final int FMASK = 0xC000_0084;

  /** SYSRET adds 16 and 8 to what it finds in the upper half. */
  private static final long SELECTORS =
      (long) (SystemPages.USER_CODE - 16) << 48 | (long) SystemPages.KERNEL_CODE << 32;

  /** TF, IF, DF, NT, AC: clear on arrival, wherever that is. */
  private static final long MASKED_FLAGS = 0x4_4700;

  /**
   * Lets SYSCALL arrive at an address; 0, where nothing is mapped, for functions that have no
   * system calls. Some hosts go there even where EFER forbids the instruction.
   */
  static void pointTo(KvmVcpu vcpu, long address) {
    vcpu.setMsrs(Map.of(STAR, SELECTORS, LSTAR, address, FMASK, MASKED_FLAGS));
  }
}
