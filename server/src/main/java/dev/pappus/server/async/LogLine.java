package dev.pappus.server.async;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationResult.Failed;
import java.time.Instant;
import java.util.stream.Stream;
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

  /** So many lines of one instance, its last; a tail of newlines alone would be thousands. */
  static final int TAIL_LINES_MAX = 200;

  /** The problem that ended an invocation, or null. */
  static @Nullable LogLine ofProblem(InvocationResult result) {
    return result.outcome() instanceof Failed failed
        ? new LogLine(
            InvocationHistory.endOf(result),
            result.id(),
            END,
            result.info().target(),
            failed.problem().application(),
            failed.problem().function(),
            failed.problem().item(),
            failed.problem().code().text(),
            failed.problem().detail())
        : null;
  }

  /** The last lines of one instance; the first says how many came before, if there are more. */
  static Stream<LogLine> of(InvocationInfo info, int place, InstanceReport report) {
    Instant time = info.acceptedAt().plusNanos(report.readyNanos());
    long left = report.logTail().lines().count() - TAIL_LINES_MAX;
    Stream<String> last = report.logTail().lines().skip(Math.max(0, left));
    Stream<String> texts =
        left <= 0 ? last : Stream.concat(Stream.of("(" + left + " lines left out)"), last);
    return texts.map(text ->
        new LogLine(
            time,
            info.id(),
            place,
            info.target(),
            report.application(),
            report.function(),
            report.itemName(),
            null,
            text));
  }

  /** Whether it is about {@code name}: what was invoked, or what ran inside it. */
  boolean isAbout(String name) {
    return name.equals(target) || name.equals(function);
  }
}
