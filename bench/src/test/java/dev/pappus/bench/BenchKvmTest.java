package dev.pappus.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pappus.linux.KvmAvailability;
import dev.pappus.sandbox.kvm.EntryVariant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  void everyCaseIsMeasuredFromEveryStart() throws IOException {
    List<String> progress = new ArrayList<>();
    BenchReport report = new SandboxBench(GUEST_BUILD, 5 * SHORT_NANOS, progress::add).run();
    int variants = EntryVariant.values().length;
    assertThat(report.rows()).hasSize(BenchCase.ALL.size() * StartKind.values().length * variants);
    assertThat(report.floorMicros())
        .hasSize(variants)
        .allSatisfy((_, f) -> assertThat(f).isPositive());
    assertThat(progress).hasSizeGreaterThan(BenchCase.ALL.size());
    assertThat(report.rows())
        .filteredOn(row -> row.start().equals("bound") || row.start().equals("loaded"))
        .allSatisfy(row -> {
          assertThat(row.samples()).isPositive();
          assertThat(row.nativeMin()).isPositive();
          assertThat(row.ratioMin()).isPositive();
          assertThat(row.overheadP99()).isGreaterThanOrEqualTo(row.overheadP50());
          assertThat(row.cpu()).isPositive();
        });
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
