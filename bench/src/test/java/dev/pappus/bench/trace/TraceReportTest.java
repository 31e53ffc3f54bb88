package dev.pappus.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.bench.model.Demand;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TraceReportTest {
  @Test
  void callsWithoutAnAnswerWereSlowerThanAllOthers() {
    List<TraceReplay.Call> calls = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      calls.add(call(100L * i, null));
    }
    assertThat(TraceReport.slowdown(calls, 50)).isEqualTo(4);
    assertThat(TraceReport.slowdown(calls, 100)).isEqualTo(8);
    // A refusal comes at once, and is no quick answer for that.
    calls.addAll(Collections.nCopies(8, call(1, "overloaded")));
    assertThat(TraceReport.slowdown(calls, 25)).isEqualTo(4);
    assertThat(TraceReport.slowdown(calls, 50)).isEqualTo(8);
    assertThat(TraceReport.slowdown(calls, 51)).isNaN();
    assertThat(TraceReport.slowdown(List.of(), 50)).isNaN();
  }

  private static TraceReplay.Call call(long latencyNanos, @Nullable String failure) {
    return new TraceReplay.Call(new Demand(0, 0, 100, 0, 1), 0, latencyNanos, "bound", failure);
  }
}
