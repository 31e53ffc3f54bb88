package dev.pappus.server.async;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationResult.Failed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line that an instance printed, or the problem that ended an invocation.
 *
 * @param time when the instance became ready
 * @param invocation its invocation
 * @param place of the instance among those of the invocation that have ended; {@link #END} for a
 *     problem
 * @param target what was invoked
 * @param application where the instance stood; null for a problem that came from elsewhere
 * @param function what ran, or null likewise
 * @param item what it worked on, or null
 * @param code of the problem; null for what was printed
 * @param text the line
 */
public record LogLine(
    Instant time,
    String invocation,
    int place,
    String target,
    @Nullable String application,
    @Nullable String function,
    @Nullable String item,
    @Nullable String code,
    String text) {
  /** The place of what comes after all instances. */
  public static final int END = Integer.MAX_VALUE;

  /** The lines of one invocation, in the order in which its instances ended. */
  static List<LogLine> of(InvocationResult result) {
    List<LogLine> lines = new ArrayList<>(of(result.info(), result.instances()));
    if (result.outcome() instanceof Failed failed) {
      lines.add(
          new LogLine(
              InvocationHistory.endOf(result),
              result.id(),
              END,
              result.info().target(),
              failed.problem().application(),
              failed.problem().function(),
              failed.problem().item(),
              failed.problem().code().text(),
              failed.problem().detail()));
    }
    return lines;
  }

  /** The lines of the instances of an invocation that have ended so far. */
  static List<LogLine> of(InvocationInfo info, List<InstanceReport> reports) {
    List<LogLine> lines = new ArrayList<>();
    for (int place = 0; place < reports.size(); place++) {
      lines.addAll(of(info, place, reports.get(place)));
    }
    return lines;
  }

  /** The lines of one instance. */
  static List<LogLine> of(InvocationInfo info, int place, InstanceReport report) {
    Instant time = info.acceptedAt().plusNanos(report.readyNanos());
    return report
        .logTail()
        .lines()
        .map(text ->
            new LogLine(
                time,
                info.id(),
                place,
                info.target(),
                report.application(),
                report.function(),
                report.itemName(),
                null,
                text))
        .toList();
  }

  /** Whether it is about {@code name}: what was invoked, or what ran inside it. */
  boolean isAbout(String name) {
    return name.equals(target) || name.equals(function);
  }
}
