package dev.pappus.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pappus.bench.model.Demand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AzureTraceTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @TempDir private Path folder;

  private static TraceScale scale(double rate, double compression, long seed) {
    return new TraceScale(rate, 1, compression, SECOND, 0.5, seed);
  }

  @Test
  void readsTheFullTraceByItsHeaders() throws IOException {
    MiniTrace.writeFull(folder);
    AzureTrace trace = AzureTrace.read(folder, null, 5, 7);
    assertThat(trace.functions()).extracting(TraceFunction::id).containsExactly("f", "h");
    assertThat(trace.dropped()).isEqualTo(1);
    assertThat(trace.minutes()).isEqualTo(3);
    assertThat(trace.functions().get(1).invocations()).isEqualTo(30);
    assertThat(trace.functions().get(0).memoryMegabytes()).isEqualTo(3);
  }

  @Test
  void readsCompressedSamples() throws IOException {
    MiniTrace.writeSample(folder);
    AzureTrace trace = AzureTrace.read(folder, "2_", 1, MiniTrace.MINUTES);
    assertThat(trace.functions()).hasSize(2);
    assertThat(trace.source()).isEqualTo("2_inv.csv.gz, 2_run.csv.gz, 2_mem.csv.gz");
  }

  @Test
  void sayWhatIsMissing() throws IOException {
    assertThatThrownBy(() -> AzureTrace.read(folder, null, 1, 2))
        .isInstanceOf(TraceException.class)
        .hasMessageContaining("invocations per minute");
    MiniTrace.writeSample(folder);
    Files.delete(folder.resolve("2_mem.csv.gz"));
    assertThatThrownBy(() -> AzureTrace.read(folder, null, 1, 2)).hasMessageContaining("memory");
    assertThatThrownBy(() -> AzureTrace.read(folder, null, 3, 2)).hasMessageContaining("A..B");
    assertThatThrownBy(() -> AzureTrace.read(folder.resolve("absent"), null, 1, 2))
        .hasMessageContaining("is no folder");
  }

  @Test
  void namesTheLineOfANumberThatIsNone() throws IOException {
    MiniTrace.writeSample(folder);
    MiniTrace.compress(
        folder.resolve("2_mem.csv.gz"), "HashApp,HashOwner,AverageAllocatedMb\na,o,3\nb,o,-2\n");
    assertThatThrownBy(() -> AzureTrace.read(folder, null, 1, 2))
        .isInstanceOf(TraceException.class)
        .hasMessageContaining("line 3")
        .hasMessageContaining("AverageAllocatedMb");
  }

  @Test
  void durationsFollowThePercentiles() throws IOException {
    MiniTrace.writeSample(folder);
    DurationCurve curve = AzureTrace.read(folder, null, 1, 1).functions().getFirst().durations();
    assertThat(curve.nanosAt(0)).isEqualTo(10_000_000);
    assertThat(curve.nanosAt(0.5)).isEqualTo(40_000_000);
    assertThat(curve.nanosAt(0.625)).isEqualTo(50_000_000);
    assertThat(curve.nanosAt(1)).isEqualTo(500_000_000);
    // Trapezoids: .01*10 + .24*15 + .25*30 + .25*50 + .24*80 + .01*300 = 45.9 ms.
    assertThat(curve.meanNanos(SECOND)).isCloseTo(45.9e6, within(0.1e6));
    assertThat(curve.meanNanos(10_000_000)).isCloseTo(10e6, within(1.0));
  }

  @Test
  void theScheduleHasWhatTheTraceAsksFor() throws IOException {
    MiniTrace.writeFull(folder);
    AzureTrace trace = AzureTrace.read(folder, null, 1, 100);
    List<Demand> all = DemandSchedule.of(trace, scale(1, 10, 7), 1_000_000);
    assertThat(all)
        .hasSize(1200)
        .isSortedAccordingTo((a, b) -> Long.compare(a.dueNanos(), b.dueNanos()));
    assertThat(all).isEqualTo(DemandSchedule.of(trace, scale(1, 10, 7), 1_000_000));
    assertThat(all).isNotEqualTo(DemandSchedule.of(trace, scale(1, 10, 8), 1_000_000));
    assertThat(all.getLast().dueNanos()).isBetween(590 * SECOND, 600 * SECOND);
    assertThat(all)
        .allSatisfy(each -> {
          assertThat(each.serviceNanos()).isBetween(10_000_000L, 500_000_000L);
          assertThat(each.busyNanos()).isEqualTo(each.serviceNanos() / 2);
        });
    assertThat(DemandSchedule.of(trace, scale(0.25, 10, 7), 1_000_000)).hasSizeBetween(230, 370);
    assertThat(DemandSchedule.of(trace, scale(2.5, 10, 7), 1_000_000)).hasSizeBetween(2880, 3120);
    assertThatThrownBy(() -> DemandSchedule.of(trace, scale(1, 1, 1), 100))
        .isInstanceOf(TraceException.class);
  }

  @Test
  void whatIsOfferedIsWhatTheScheduleHolds() throws IOException {
    MiniTrace.writeFull(folder);
    AzureTrace trace = AzureTrace.read(folder, null, 1, 200);
    TraceScale scale = new TraceScale(1, 2, 20, SECOND, 0.3, 3);
    OfferedLoad offered = OfferedLoad.of(trace, scale, 1e-3);
    List<Demand> all = DemandSchedule.of(trace, scale, 1_000_000);
    double nanos = 200.0 * scale.minuteNanos();
    assertThat(offered.perSecond()).isCloseTo(all.size() * 1e9 / nanos, within(0.01));
    double busy = all.stream().mapToLong(Demand::busyNanos).sum();
    assertThat(offered.cores()).isCloseTo(busy / nanos, within(offered.cores() * 0.1));
    double touched = all.stream().mapToLong(Demand::memoryBytes).sum();
    assertThat(offered.touchCores()).isCloseTo(touched * 1e-3 / nanos, within(1e-4));
    double held = all.stream().mapToDouble(d -> (double) d.memoryBytes() * d.serviceNanos()).sum();
    assertThat(offered.activeBytes()).isCloseTo(held / nanos, within(held / nanos * 0.1));
  }

  @Test
  void theDefaultScaleKeepsTheHostAtSixtyPerCent() throws IOException {
    MiniTrace.writeFull(folder);
    AzureTrace trace = AzureTrace.read(folder, null, 1, 10);
    TraceOptions options =
        new TraceOptions(
            folder, null, 1, 10, OptionalDouble.empty(), OptionalDouble.empty(), scale(1, 1000, 1));
    HostSize small = new HostSize(1, 1L << 30);
    TraceScale byCores = ScaleChoice.choose(trace, options, small, 0);
    assertThat(OfferedLoad.of(trace, byCores, 0).allCores()).isCloseTo(0.6, within(1e-6));
    assertThat(byCores.memory()).isEqualTo(1);
    TraceScale byMemory = ScaleChoice.choose(trace, options, new HostSize(100, 100 << 20), 0);
    assertThat(byMemory.memory() * 3 * 500).isCloseTo(60, within(1e-6));
  }

  @Test
  void readsTheRealSamplesWhereTheyAre() throws IOException {
    Path real = Path.of(System.getProperty("pappus.azure", "../../shared/data/azure"));
    if (!Files.isDirectory(real)) {
      System.out.println(
          "test of the Azure samples NOT RUN: they are not here (-Dpappus.azure=DIR)");
      return;
    }
    AzureTrace trace = AzureTrace.read(real, "100_", 1, MiniTrace.MINUTES);
    assertThat(trace.functions()).hasSize(100);
    OfferedLoad whole =
        OfferedLoad.of(trace, new TraceScale(1, 1, 1, TimeUnit.HOURS.toNanos(1), 1, 1), 0);
    assertThat(whole.cores()).isBetween(100.0, 200.0);
    assertThat(whole.perSecond()).isBetween(5.0, 10.0);
  }
}
