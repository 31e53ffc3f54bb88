package dev.pappus.server.async;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who follows logs, and until when. */
class LogHubTest {
  private static final LogHub.Filter ALL = new LogHub.Filter(Namespace.DEFAULT, null, null);

  private static final class Counter implements LogHub.Follower {
    final AtomicInteger ends = new AtomicInteger();

    @Override
    public void beat() {}

    @Override
    public void lines(String invocation, List<LogLine> lines, boolean ended) {}

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
}
