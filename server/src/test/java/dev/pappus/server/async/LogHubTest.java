package dev.pappus.server.async;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationResult.Succeeded;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Phases;
import dev.pappus.model.TraceContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who follows logs, and until when. */
class LogHubTest {
  private static final LogHub.Filter ALL = new LogHub.Filter(Namespace.DEFAULT, null, null);

  private static final class Counter implements LogHub.Follower {
    final AtomicInteger ends = new AtomicInteger();
    final List<LogNews> got = new ArrayList<>();

    @Override
    public void beat() {}

    @Override
    public void news(LogNews news) {
      got.add(news);
    }

    @Override
    public void end() {
      ends.incrementAndGet();
    }
  }

  @Test
  void whoeverComesWhenTheNodeStopsIsSentAway() {
    LogHub hub = new LogHub(Limits.DEFAULTS);
    Counter early = new Counter();
    var _ = hub.follow(ALL, early);
    hub.close();
    assertThat(early.ends).hasValue(1);
    Counter late = new Counter();
    try (LogHub.Subscription _ = hub.follow(ALL, late)) {
      assertThat(late.ends).hasValue(1);
    }
  }

  private static InvocationResult result(String log) {
    InvocationInfo info =
        new InvocationInfo("i", Namespace.DEFAULT, "f", Instant.EPOCH, TraceContext.begin());
    InstanceReport report =
        new InstanceReport("f", "f", null, null, null, 0, 0, null, Phases.ZERO, null, log);
    return new InvocationResult(info, new Succeeded(List.of()), Phases.ZERO, null, List.of(report));
  }

  private static List<String> told(Counter counter) {
    return counter.got.getFirst().lines(ALL).map(LogLine::text).toList();
  }

  @Test
  void manyLinesOfOneInstanceAreCutToItsLast() {
    try (LogHub hub = new LogHub(Limits.DEFAULTS)) {
      Counter counter = new Counter();
      try (LogHub.Subscription _ = hub.follow(ALL, counter)) {
        hub.ended(new InvocationTarget.Named("f"), result("\n".repeat(4000) + "last"));
      }
      assertThat(told(counter)).hasSize(201).endsWith("", "last");
      assertThat(told(counter).getFirst()).isEqualTo("(3801 lines left out)");
      assertThat(counter.got.getFirst().linesMax()).isEqualTo(201);
    }
  }

  @Test
  void fewLinesAreAllTold() {
    try (LogHub hub = new LogHub(Limits.DEFAULTS)) {
      Counter counter = new Counter();
      Counter other = new Counter();
      try (LogHub.Subscription _ = hub.follow(ALL, counter);
          LogHub.Subscription _ =
              hub.follow(new LogHub.Filter(Namespace.DEFAULT, "g", null), other)) {
        hub.ended(new InvocationTarget.Named("f"), result("a\n".repeat(199) + "b"));
      }
      assertThat(told(counter)).hasSize(200).startsWith("a").endsWith("b");
      assertThat(other.got).as("for those who follow another function").isEmpty();
    }
  }
}
