package dev.pappus.bench;

/**
 * One line of the sandbox benchmark. All times in microseconds.
 *
 * @param work the case
 * @param backend the sandbox's backend
 * @param variant the entry variant, or empty
 * @param start the start level
 * @param touchedBytes memory that the work writes
 * @param nativeMin fastest native run
 * @param nativeP50 median native run
 * @param overheadMin fastest invocation less the fastest native run
 * @param overheadP50 median invocation less the median native run
 * @param overheadP99 99th percentile of invocations less the median native run
 * @param ratioMin speed relative to native by the fastest runs
 * @param ratioP50 speed relative to native by the medians
 * @param cpu processor time of the whole process for one invocation, recycling included
 * @param nativeCpu the same for one native run
 * @param samples invocations measured
 */
public record BenchRow(
    String work,
    String backend,
    String variant,
    String start,
    long touchedBytes,
    double nativeMin,
    double nativeP50,
    double overheadMin,
    double overheadP50,
    double overheadP99,
    double ratioMin,
    double ratioP50,
    double cpu,
    double nativeCpu,
    long samples) {
  /** Backend and entry variant. */
  String sandbox() {
    return variant.isEmpty() ? backend : backend + " " + variant;
  }

  /** Processor time beyond that of the native run. */
  double cpuOverNative() {
    return cpu - nativeCpu;
  }
}
