package dev.pappus.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Namespace;
import dev.pappus.model.Phases;
import dev.pappus.model.TraceContext;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The history's bounds: results by number, logs by their size. */
class RecentInvocationsTest {
  private static InvocationResult result(String id, String log) {
    InstanceReport report =
        new InstanceReport("f", "f", null, null, null, 0, 0, null, Phases.ZERO, null, log);
    return new InvocationResult(
        new InvocationInfo(id, Namespace.DEFAULT, "f", Instant.EPOCH, TraceContext.begin()),
        new InvocationResult.Succeeded(List.of()),
        Phases.ZERO,
        null,
        List.of(report));
  }

  private static String log(RecentInvocations recent, String id) {
    return recent.find(id).orElseThrow().instances().getFirst().logTail();
  }

  @Test
  void theOldestLoseTheirLogsFirst() {
    RecentInvocations recent = new RecentInvocations(10);
    recent.add(result("a", "12345"));
    recent.add(result("b", "12345"));
    assertThat(log(recent, "a")).isEqualTo("12345");
    recent.add(result("c", "1"));
    assertThat(log(recent, "a")).isEmpty();
    assertThat(log(recent, "b")).isEqualTo("12345");
    recent.add(result("b", "123456789")); // again, in place of the first
    assertThat(log(recent, "c")).isEqualTo("1");
    assertThat(log(recent, "b")).isEqualTo("123456789");
    recent.add(result("d", "12345678901"));
    assertThat(log(recent, "d")).as("more than there is room for at all").isEmpty();
    assertThat(recent.all()).extracting(InvocationResult::id).containsExactly("a", "c", "b", "d");
  }

  @Test
  void theLatestThousandAreKept() {
    RecentInvocations recent = new RecentInvocations();
    for (int i = 0; i < 1500; i++) {
      recent.add(result("id" + i, "log"));
    }
    assertThat(recent.all()).hasSize(1000);
    assertThat(recent.find("id499")).isEmpty();
    assertThat(log(recent, "id500")).isEqualTo("log");
  }
}
