package dev.pappus.bench.model;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class KeepAlivePlatformTest {
  private static final long MEMORY = 100;
  private static final long START = MILLISECONDS.toNanos(500);

  private static Demand call(int function, double dueSeconds, double seconds) {
    return new Demand(function, (long) (dueSeconds * 1e9), (long) (seconds * 1e9), 0, MEMORY);
  }

  private static KeepAlivePlatform.Result serve(List<Demand> calls, int seconds, int window) {
    return KeepAlivePlatform.serve(
        calls, SECONDS.toNanos(seconds), KeepAliveSettings.knative(SECONDS.toNanos(window), START));
  }

  private static long at(MemoryTimeline timeline, double seconds) {
    return timeline.bytes()[(int) Math.round(seconds * 10)];
  }

  @Test
  void keepsTheInstanceOfASingleCallForItsWindow() {
    KeepAlivePlatform.Result result = serve(List.of(call(0, 1.05, 1)), 100, 60);
    assertThat(result.coldCalls()).isEqualTo(1);
    assertThat(result.latencies().getMaxValue() / 1e9)
        .isCloseTo(1.5, org.assertj.core.data.Offset.offset(0.01));
    assertThat(at(result.committed(), 1.0)).isZero();
    assertThat(at(result.committed(), 1.1)).isEqualTo(MEMORY);
    // The call ends at 2.55 s: the tick that ends at 4 s is the last with work in it.
    assertThat(at(result.committed(), 63.9)).isEqualTo(MEMORY);
    assertThat(at(result.committed(), 64.1)).isZero();
    assertThat(at(result.active(), 1.5)).isZero();
    assertThat(at(result.active(), 1.6)).isEqualTo(MEMORY);
    assertThat(at(result.active(), 2.6)).isZero();
  }

  @Test
  void aLongerWindowHoldsMoreAndStartsLess() {
    List<Demand> calls = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      calls.add(call(0, 1 + 30.0 * i, 0.2));
    }
    KeepAlivePlatform.Result brief = serve(calls, 900, 10);
    KeepAlivePlatform.Result usual = serve(calls, 900, 60);
    assertThat(brief.coldCalls()).isEqualTo(30);
    assertThat(usual.coldCalls()).isEqualTo(1);
    assertThat(brief.committed().meanBytes()).isLessThan(0.5 * MEMORY);
    assertThat(usual.committed().meanBytes()).isGreaterThan(0.95 * MEMORY);
    assertThat(usual.active().meanBytes())
        .isCloseTo(MEMORY * 0.2 / 30, org.assertj.core.data.Offset.offset(0.1));
  }

  @Test
  void functionsShareNoInstances() {
    KeepAlivePlatform.Result result = serve(List.of(call(0, 1, 1), call(1, 5, 1)), 50, 60);
    assertThat(result.coldCalls()).isEqualTo(2);
    assertThat(at(result.committed(), 10)).isEqualTo(2 * MEMORY);
  }

  @Test
  void aBurstIsMetWithInstancesThatStayForTheWindow() {
    List<Demand> calls = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      calls.add(call(0, 1 + i * 0.001, 10));
    }
    KeepAlivePlatform.Result result = serve(calls, 200, 60);
    // 20 under way at 70 % are 29 instances, all there after the panic window has filled.
    assertThat(result.committed().peakBytes()).isBetween(20 * MEMORY, 30 * MEMORY);
    assertThat(result.active().peakBytes()).isEqualTo(20 * MEMORY);
    assertThat(at(result.committed(), 40)).isGreaterThanOrEqualTo(20 * MEMORY);
    assertThat(at(result.committed(), 150)).isZero();
    assertThat(result.latencies().getTotalCount()).isEqualTo(20);
  }

  @Test
  void steadyLoadSettlesAtTheUtilization() {
    List<Demand> calls = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      calls.add(call(0, 0.1 + i * 0.05, 0.35)); // seven under way on average
    }
    KeepAlivePlatform.Result result = serve(calls, 200, 60);
    assertThat(at(result.committed(), 190)).isEqualTo(10 * MEMORY);
  }

  @Test
  void everyCallIsServedAndMemoryIsNeverNegative() {
    long seed = Long.getLong("pappus.seed", 20260101L);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 50; round++) {
      List<Demand> calls = new ArrayList<>();
      double due = 0;
      while (due < 100) {
        due += -Math.log(1 - random.nextDouble()) * (round + 1) / 25.0;
        calls.add(call(random.nextInt(3), due, random.nextDouble() * 2));
      }
      for (int window : new int[] {2, 10, 60, 600}) {
        KeepAlivePlatform.Result result = serve(calls, 120, window);
        assertThat(result.latencies().getTotalCount())
            .as("seed %d (-Dpappus.seed)", seed)
            .isEqualTo(calls.size());
        long[] committed = result.committed().bytes();
        long[] active = result.active().bytes();
        for (int i = 0; i < committed.length; i++) {
          assertThat(active[i]).as("seed %d, look %d", seed, i).isBetween(0L, committed[i]);
        }
      }
    }
  }

  @Test
  void refusesSettingsThatAreNone() {
    assertThatThrownBy(() -> KeepAliveSettings.knative(SECONDS.toNanos(1), START))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
