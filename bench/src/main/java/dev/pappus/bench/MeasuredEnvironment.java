package dev.pappus.bench;

import java.util.Map;
import java.util.Set;

/** Settings of whoever measures, and of this machine, are none of what is measured. */
public final class MeasuredEnvironment {
  private static final String OURS = "PAPPUS_";

  /** Where files lie. */
  private static final Set<String> KEPT = Set.of("PAPPUS_RUNTIMES", "PAPPUS_TEST_RUNTIMES");

  private MeasuredEnvironment() {}

  /** Takes them out of the variables that a process will inherit. */
  public static void clean(Map<String, String> variables) {
    variables.keySet().removeIf(name -> name.startsWith(OURS) && !KEPT.contains(name));
  }
}
