package dev.pappus.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pappus.linux.KvmAvailability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An overloaded node still works, and a noisy namespace does not silence a quiet one. */
@Tag("kvm")
@Tag("stress")
class OverloadKvmTest {
  /** Well below the goals of the benchmark, which asks for a machine of its own. */
  private static final double GOODPUT_SHARE_MIN = 0.6;

  private static final double QUIET_SHARE_MIN = 0.5;

  @Test
  void aNodeUnderTenTimesItsLoadKeepsServing() throws IOException {
    assumeThat(KvmAvailability.probe() instanceof KvmAvailability.Absent).isFalse();
    OverloadResult result =
        OverloadBench.run(
            Path.of(System.getProperty("pappus.guest.build")), TimeUnit.SECONDS.toNanos(12));
    assertThat(result.failed()).as(result.text()).isZero();
    assertThat(result.refused()).as(result.text()).isPositive();
    assertThat(result.goodputShare()).as(result.text()).isGreaterThan(GOODPUT_SHARE_MIN);
    assertThat(result.quietShare()).as(result.text()).isGreaterThan(QUIET_SHARE_MIN);
    assertThat(result.heapGrowthMiB()).as(result.text()).isLessThan(100);
  }
}
