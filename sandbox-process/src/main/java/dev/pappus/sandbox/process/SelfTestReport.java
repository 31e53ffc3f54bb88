package dev.pappus.sandbox.process;

import java.util.List;

/**
 * What this host lets the process backend do.
 *
 * @param usable whether a function has been run as it should
 * @param roundTripNanos median time from the request for a child to its end; 0 if none has run
 * @param lowestAddress the lowest address that functions may be linked at
 * @param processor what programs see of the processor, as {@link dev.pappus.sandbox.ProcessorView}
 *     tells it; empty if that is not known
 * @param findings what is in the way, one line each with what to do; empty on a good host
 */
public record SelfTestReport(
    boolean usable,
    long roundTripNanos,
    long lowestAddress,
    String processor,
    List<String> findings) {
  public SelfTestReport {
    findings = List.copyOf(findings);
  }
}
