package dev.pappus.server.async;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationResult;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is new of an invocation, as it was reported: it is taken apart into lines by whoever sends
 * them, not by the thread on which an instance or an invocation ends. Immutable.
 */
public final class LogNews {
  private final InvocationInfo invocation;
  private final int place;
  private final List<InstanceReport> reports;
  private final @Nullable LogLine problem;
  private final boolean ended;
  private final long chars;

  private LogNews(
      InvocationInfo invocation,
      int place,
      List<InstanceReport> reports,
      @Nullable LogLine problem,
      boolean ended) {
    this.invocation = invocation;
    this.place = place;
    this.reports = reports;
    this.problem = problem;
    this.ended = ended;
    this.chars = reports.stream().mapToLong(each -> each.logTail().length()).sum();
  }

  /** All of an invocation that has ended; what was told before is part of it. */
  static LogNews of(InvocationResult result) {
    return new LogNews(result.info(), 0, result.instances(), LogLine.ofProblem(result), true);
  }

  /** The instances of an invocation that have ended so far. */
  static LogNews of(InvocationInfo invocation, List<InstanceReport> soFar) {
    return new LogNews(invocation, 0, soFar, null, false);
  }

  /** An instance of an invocation that goes on, at {@code place} among those that have ended. */
  static LogNews of(InvocationInfo invocation, int place, InstanceReport report) {
    return new LogNews(invocation, place, List.of(report), null, false);
  }

  /** Of which invocation. */
  public String invocation() {
    return invocation.id();
  }

  /** Whether the invocation has ended. */
  public boolean ended() {
    return ended;
  }

  /** How much of what was printed this keeps in memory. */
  public long chars() {
    return chars;
  }

  /** Whether a line of it may be about {@code name}; looks at no line. */
  boolean mayBeAbout(String name) {
    return name.equals(invocation.target())
        || reports.stream().anyMatch(each -> name.equals(each.function()))
        || (problem != null && problem.isAbout(name));
  }

  /** At most how many lines it has, without taking them apart. */
  public long linesMax() {
    long lines = problem == null ? 0 : 1;
    for (InstanceReport report : reports) {
      lines += Math.min(report.logTail().length(), LogLine.TAIL_LINES_MAX + 1);
    }
    return lines;
  }

  /** The lines that {@code filter} takes, in the order in which instances ended; made as read. */
  public Stream<LogLine> lines(LogHub.Filter filter) {
    return Stream.concat(
            IntStream.range(0, reports.size())
                .boxed()
                .flatMap(i -> LogLine.of(invocation, place + i, reports.get(i))),
            Stream.ofNullable(problem))
        .filter(filter::takes);
  }
}
