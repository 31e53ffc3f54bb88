package dev.pappus.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pappus.linux.KvmAvailability;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The benchmarks run and measure what they say; how fast is no matter of tests. */
@Tag("kvm")
class BenchKvmTest {
  private static final Path GUEST_BUILD = Path.of(System.getProperty("pappus.guest.build"));
  private static final long SHORT_NANOS = 300_000_000L;

  @BeforeEach
  void kvmIsThere() {
    assumeThat(KvmAvailability.probe() instanceof KvmAvailability.Absent).isFalse();
  }

  @Test
  void loopsAreEndedAfterTheirDeadline() throws IOException {
    DeadlineBench.Result result = DeadlineBench.run(GUEST_BUILD, SHORT_NANOS);
    assertThat(result.kills()).isPositive();
    assertThat(result.text()).contains("p50", "goal");
  }

  @Test
  void faultsDoNotStopHealthyCalls() throws IOException {
    FaultsBench.Result result = FaultsBench.run(GUEST_BUILD, SHORT_NANOS);
    assertThat(result.faults() + result.refusals()).isPositive();
    assertThat(result.mixed()).isPositive();
    assertThat(result.share()).isEqualTo(result.mixed() / result.alone());
  }
}
