package dev.pappus.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.pappus.linux.KvmAvailability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The benchmark of sandboxes measures what it says, or says why not; how fast is no matter of
 * tests.
 */
class SandboxBenchTest {
  private static final Path GUEST_BUILD = Path.of(System.getProperty("pappus.guest.build"));
  private static final List<String> OWN = List.of("kvm", "process", "wasm");
  private static final long SHORT_NANOS = 3_000_000_000L;

  @Test
  void everySandboxIsMeasuredOrSaysWhyNot() throws IOException {
    List<String> progress = new ArrayList<>();
    BenchReport report = new SandboxBench(GUEST_BUILD, SHORT_NANOS, progress::add).run();
    assertThat(progress).hasSizeGreaterThan(BenchCase.ALL.size());
    for (SandboxKind sandbox : SandboxKind.values()) {
      if (!isExpected(sandbox)) {
        assertThat(report.missing().get(sandbox.text())).as(sandbox.text()).isNotBlank();
        continue;
      }
      assertThat(report.missing()).doesNotContainKey(sandbox.text());
      assertThat(report.rows())
          .filteredOn(row -> row.sandbox().equals(sandbox.text()))
          .hasSize(BenchCase.ALL.size() * sandbox.starts().size());
    }
    assertThat(report.rows())
        .filteredOn(row -> row.start().equals("bound") || row.start().equals("loaded"))
        .allSatisfy(row -> {
          assertThat(row.samples()).isPositive();
          assertThat(row.nativeMin()).isPositive();
          assertThat(row.ratioMin()).isPositive();
          assertThat(row.overheadP99()).isGreaterThanOrEqualTo(row.overheadP50());
          assertThat(row.cpu()).isPositive();
        });
    assertThat(report.floorMicros()).allSatisfy((_, f) -> assertThat(f).isPositive());
    sideBySide(report.sandboxes().rows());
  }

  private static void sideBySide(List<SandboxRow> rows) {
    assertThat(rows.stream().map(SandboxRow::name))
        .containsExactlyElementsOf(
            Stream.concat(OWN.stream(), Arrays.stream(Yardstick.values()).map(Yardstick::text))
                .toList());
    for (SandboxRow row : rows) {
      switch (row) {
        case SandboxRow.Missing missing -> {
          assertThat(missing.reason())
              .as(row.name())
              .isNotBlank()
              .doesNotContain("not measured yet");
          assertThat(row.name()).isNotEqualTo("fork+exec").isNotEqualTo("process");
        }
        case SandboxRow.Measured measured -> complete(measured);
      }
    }
  }

  private static void complete(SandboxRow.Measured row) {
    assertThat(row.create().min()).as(row.name()).isPositive();
    assertThat(row.create().p50()).as(row.name()).isGreaterThanOrEqualTo(row.create().min());
    assertThat(row.reset().p50()).as(row.name()).isGreaterThanOrEqualTo(row.reset().min());
    assertThat(row.starts())
        .isNotEmpty()
        .allSatisfy(start -> {
          assertThat(start.start())
              .isIn(Arrays.stream(StartKind.values()).map(StartKind::text).toList());
          assertThat(start.cpuMicros()).isPositive();
        });
    SandboxRow.Start warmest = row.starts().getFirst();
    assertThat(warmest.samples()).as(row.name()).isPositive();
    assertThat(warmest.empty().min()).as(row.name()).isPositive();
    assertThat(warmest.work().min()).as(row.name()).isPositive();
    if (OWN.contains(row.name())) {
      // The same run with work and without, the fastest of each; containers vary by more.
      assertThat(warmest.work().min()).as(row.name()).isGreaterThan(warmest.empty().min());
    }
    assertThat(row.memory().from()).as(row.name()).isNotBlank();
  }

  private static boolean isExpected(SandboxKind sandbox) {
    return switch (sandbox) {
      case KVM_NO_IDT, KVM_IDT -> KvmAvailability.probe() instanceof KvmAvailability.Present;
      case PROCESS -> true;
      case WASM -> Files.exists(GUEST_BUILD.resolve("touch.wasm"));
    };
  }

  @Test
  void whatIsNotBuiltIsMissingWithAReason() throws IOException {
    try (TemporaryFolder empty = new TemporaryFolder()) {
      for (Yardstick yardstick : Yardstick.values()) {
        YardstickRuns runs = new YardstickRuns(yardstick, empty.path(), empty.path());
        assertThat(assertThrows(Unavailable.class, runs::open))
            .hasMessageContaining("make -C guest");
      }
      assertThat(
              assertThrows(
                  Unavailable.class,
                  () -> BenchFunction.of(empty.path(), SandboxKind.WASM, BenchCase.NOP)))
          .hasMessageContaining("install clang");
    }
  }

  @Test
  void aToolThatFailsIsQuoted() throws IOException {
    try (TemporaryFolder scratch = new TemporaryFolder();
        Launcher launcher =
            new Launcher(
                List.of(
                    GUEST_BUILD.resolve("launcher").toString(),
                    "exec",
                    "/bin/sh",
                    "-c",
                    "echo no such luck >&2; exit 3"),
                scratch.path())) {
      assertThat(assertThrows(Unavailable.class, launcher::run)).hasMessage("no such luck");
    }
  }

  /** As in gVisor, whose clock begins with the sandbox. */
  @Test
  void whatHasAnotherClockBeganWhenItHadAnswered(@TempDir Path folder) throws Exception {
    // Time 0 and checksum 7.
    String answer = "printf '\\0\\0\\0\\0\\0\\0\\0\\0\\7\\0\\0\\0\\0\\0\\0\\0'";
    List<String> command =
        List.of(GUEST_BUILD.resolve("launcher").toString(), "exec", "/bin/sh", "-c", answer);
    try (Launcher launcher = new Launcher(command, folder)) {
      Launcher.Run run = launcher.run();
      assertThat(run.checksum()).isEqualTo(7);
      assertThat(run.createNanos()).isPositive().isEqualTo(run.answerNanos());
    }
  }
}
