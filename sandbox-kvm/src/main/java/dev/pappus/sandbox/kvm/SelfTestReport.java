package dev.pappus.sandbox.kvm;

import java.util.List;

/**
 * What the start-up self-test found and chose.
 *
 * @param kind the kernel module that provides KVM, or {@code unknown}
 * @param variant the entry variant in use
 * @param wipeMethod how writes are found
 * @param xcr0 vector state that guests get, as bits of XCR0
 * @param tripleFaultEvent whether killed guests' machines can be used again
 * @param syscallEntry where system calls of programs arrive
 * @param processor what programs see of the processor, as {@link dev.pappus.sandbox.ProcessorView}
 *     tells it; empty if that is not known
 * @param roundTripNanos median time into a guest and out again
 * @param findings what did not work, one line each; empty on a good host
 */
public record SelfTestReport(
    String kind,
    EntryVariant variant,
    WipeMethod wipeMethod,
    long xcr0,
    boolean tripleFaultEvent,
    SyscallEntry syscallEntry,
    String processor,
    long roundTripNanos,
    List<String> findings) {
  public SelfTestReport {
    findings = List.copyOf(findings);
  }

  /** Whether programs for Linux run here. */
  public boolean runsPrograms() {
    return syscallEntry != SyscallEntry.NONE;
  }

  /** How programs' system calls reach the library OS, in words. */
  public String syscalls() {
    return switch (syscallEntry) {
      case USER -> "arrive in user mode";
      case SUPERVISOR -> "arrive in supervisor mode and go on by sysret";
      case NONE -> "do not arrive: no programs for Linux in this sandbox";
    };
  }

  /** The vector state in words: {@code x87 sse avx avx512}. */
  public String vectorState() {
    return "x87 sse" + ((xcr0 & 4) != 0 ? " avx" : "") + ((xcr0 & 0xE0) != 0 ? " avx512" : "");
  }
}
