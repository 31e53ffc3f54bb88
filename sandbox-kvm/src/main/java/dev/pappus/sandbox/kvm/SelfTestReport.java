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
 * @param roundTripNanos median time into a guest and out again
 * @param findings what did not work, one line each; empty on a good host
 */
public record SelfTestReport(
    String kind,
    EntryVariant variant,
    WipeMethod wipeMethod,
    long xcr0,
    boolean tripleFaultEvent,
    long roundTripNanos,
    List<String> findings) {
  public SelfTestReport {
    findings = List.copyOf(findings);
  }

  /** The vector state in words: {@code x87 sse avx avx512}. */
  public String vectorState() {
    return "x87 sse" + ((xcr0 & 4) != 0 ? " avx" : "") + ((xcr0 & 0xE0) != 0 ? " avx512" : "");
  }
}
