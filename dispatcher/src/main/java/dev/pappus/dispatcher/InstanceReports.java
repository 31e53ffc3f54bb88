package dev.pappus.dispatcher;

import dev.pappus.model.Problem;
import dev.pappus.model.StartLevel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the instances of an invocation ended, the first thousand one by one. Belongs to whoever
 * attends the invocation's mailbox.
 */
final class InstanceReports {
  private static final int REPORTS_MAX = 1000;

  private final long acceptedNanos;
  private final List<InstanceReport> reports = new ArrayList<>();
  private final LogTails logs = new LogTails();
  private @Nullable StartLevel coldestStart;

  /** None so far; of an invocation that was accepted at {@code acceptedNanos}. */
  InstanceReports(long acceptedNanos) {
    this.acceptedNanos = acceptedNanos;
  }

  /**
   * {@code instance} has ended.
   *
   * @param problem why it failed, or null
   * @return its report, the last of {@link #all}; null if there is no place for it any more
   */
  @Nullable InstanceReport add(Instance instance, Instance.End end, @Nullable Problem problem) {
    StartLevel start = end.start();
    if (start != null) {
      coldestStart = coldestStart == null ? start : StartLevel.colder(coldestStart, start);
    }
    if (reports.size() == REPORTS_MAX) {
      return null;
    }
    InstanceReport report =
        instance.report(
            acceptedNanos,
            start,
            end.phases(),
            problem == null ? null : problem.code(),
            logs.of(instance, end, problem));
    reports.add(report);
    return report;
  }

  /** In the order in which instances ended; a view. */
  List<InstanceReport> all() {
    return Collections.unmodifiableList(reports);
  }

  /** Of all instances, reported or not; null if none of them was a compute instance. */
  @Nullable StartLevel coldestStart() {
    return coldestStart;
  }
}
