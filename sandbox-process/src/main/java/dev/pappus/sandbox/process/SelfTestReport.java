package dev.pappus.sandbox.process;

import java.util.List;

/**
 * What this host lets the process backend do.
 *
 * @param usable whether a function has been run as it should
 * @param roundTripNanos median time of a run that does nothing; 0 if none has run
 * @param childrenStay whether the kernel lets a process serve one run after the other
 * @param lowestAddress the lowest address that functions may be linked at
 * @param processor what programs see of the processor, as {@link dev.pappus.sandbox.ProcessorView}
 *     tells it; empty if that is not known
 * @param findings what is in the way, one line each with what to do; empty on a good host
 */
public record SelfTestReport(
    boolean usable,
    long roundTripNanos,
    boolean childrenStay,
    long lowestAddress,
    String processor,
    List<String> findings) {
  public SelfTestReport {
    findings = List.copyOf(findings);
  }
}
