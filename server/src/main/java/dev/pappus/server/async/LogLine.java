package dev.pappus.server.async;

import dev.pappus.dispatcher.InstanceReport;
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
    String target,
    @Nullable String application,
    @Nullable String function,
    @Nullable String item,
    @Nullable String code,
    String text) {

  /** The lines of one invocation, in the order in which its instances ended. */
  static List<LogLine> of(InvocationResult result) {
    List<LogLine> lines = new ArrayList<>();
    for (InstanceReport report : result.instances()) {
      Instant time = result.info().acceptedAt().plusNanos(report.readyNanos());
      report
          .logTail()
          .lines()
          .forEach(text ->
              lines.add(
                  new LogLine(
                      time,
                      result.id(),
                      result.info().target(),
                      report.application(),
                      report.function(),
                      report.itemName(),
                      null,
                      text)));
    }
    if (result.outcome() instanceof Failed failed) {
      lines.add(
          new LogLine(
              InvocationHistory.endOf(result),
              result.id(),
              result.info().target(),
              failed.problem().application(),
              failed.problem().function(),
              failed.problem().item(),
              failed.problem().code().text(),
              failed.problem().detail()));
    }
    return lines;
  }

  /** Whether it is about {@code name}: what was invoked, or what ran inside it. */
  boolean isAbout(String name) {
    return name.equals(target) || name.equals(function);
  }
}
