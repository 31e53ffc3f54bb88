package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.FinishedRun;
import dev.pappus.bench.result.Point;
import dev.pappus.bench.result.PointsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The benchmarks of whole nodes with less of everything, on the backend that every host has; how
 * fast things are is no matter of tests.
 */
class BenchNodeCommandTest {
  @TempDir private Path folder;

  private CommandRun run(String... arguments) {
    return CommandRun.in(folder, Map.of(), new byte[0], arguments);
  }

  /** Runs one into folder {@code run}, which must be complete. */
  private FinishedRun bench(String name, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("bench", name, "--sandbox", "process"));
    words.addAll(List.of(more));
    words.addAll(List.of("--out", "run"));
    CommandRun run = run(words.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("goal ", "figures and points: ");
    assertThat(folder.resolve("run/" + name + ".svg")).isNotEmptyFile();
    assertThat(Files.readString(folder.resolve("run/run.json")))
        .contains("echo.elf")
        .contains("\"sandbox\" : \"process\"");
    return FinishedRun.read(folder.resolve("run"));
  }

  private List<Point> points() throws IOException {
    return PointsFile.read(folder.resolve("run/points.csv"));
  }

  @Test
  void latencyIsMeasuredOverAnEchoAndRepeated() throws IOException {
    FinishedRun run =
        bench(
            "latency",
            "--reps",
            "2",
            "--duration",
            "300ms",
            "--warm-up",
            "200ms",
            "--rate",
            "50",
            "--connections",
            "3");
    assertThat(run.measures())
        .containsKeys("added_p50", "added_p99", "cpu_added", "cpu_added_one", "lost", "unsent");
    assertThat(Objects.requireNonNull(run.measures().get("function.p50")).samples())
        .hasSize(2)
        .allSatisfy(micros -> assertThat(micros).isPositive());
    assertThat(points())
        .hasSize(2 * 2 * 3)
        .extracting(point -> point.text(Column.SERIES))
        .contains("function.closed", "echo.closed", "function.many", "echo.one");
    assertThat(points())
        .filteredOn(point -> point.text(Column.SERIES).startsWith("function"))
        .allSatisfy(point -> assertThat(point.text(Column.STARTS)).contains("bound"));
    assertThat(points())
        .filteredOn(point -> point.text(Column.SERIES).startsWith("echo"))
        .allSatisfy(point -> assertThat(point.text(Column.STARTS)).isEmpty());
    assertThat(points())
        .allSatisfy(point -> {
          assertThat(point.number(Column.WRONG)).isZero();
          assertThat(point.number(Column.BYTES_OUT)).isEqualTo(5);
        });
    CommandRun again = run("bench", "redo", "run", "--out", "again");
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(FinishedRun.read(folder.resolve("again")).command()).isEqualTo(run.command());
  }

  @Test
  void shortFunctionsAreMeasuredBesideLongOnes() throws IOException {
    FinishedRun run =
        bench(
            "mixed",
            "--reps",
            "1",
            "--duration",
            "3s",
            "--warm-up",
            "300ms",
            "--rate",
            "40",
            "--long-cores",
            "0.5");
    assertThat(run.measures())
        .containsKeys(
            "short_alone.p99",
            "short_beside.p99",
            "p99_ratio_of_all",
            "p50_ratio",
            "lost",
            "unsent");
    assertThat(points())
        .extracting(point -> point.text(Column.SERIES))
        .containsExactlyInAnyOrder("short_alone", "short_beside", "long");
    assertThat(points()).allSatisfy(point -> assertThat(point.number(Column.WRONG)).isZero());
    assertThat(Files.readString(folder.resolve("run/run.json")))
        .contains("long_rate", "long_mean_ms", "trace_work.elf");
  }

  /** Without a cache of classes, for the tests' classes lie in folders; and that is said. */
  @Test
  void startsAreComparedWithABareServer() throws IOException {
    FinishedRun run = bench("start", "--reps", "2");
    assertThat(run.measures())
        .containsKeys("hello.start", "tuned.start", "empty.start", "restart.start")
        .containsKeys("restart.invoke", "empty_ratio_tuned_without_cache")
        .containsKeys("empty_ratio_without_cache", "restart_ratio_without_cache")
        .doesNotContainKey("empty_ratio");
    assertThat(Objects.requireNonNull(run.measures().get("invoke_ratio_without_cache")).samples())
        .hasSize(2);
    assertThat(points()).hasSize(2 * 4);
    assertThat(Files.readString(folder.resolve("run/run.json"))).contains("PAPPUS_CACHE=now");
  }

  @Test
  void memoryIsMeasuredAtRestWithSandboxesAndWithFunctions() throws IOException {
    FinishedRun run =
        bench(
            "memory",
            "--reps",
            "1",
            "--sandboxes",
            "4",
            "--functions",
            "20",
            "--return-time",
            "0s");
    assertThat(run.measures())
        .containsKeys("idle", "idle_resident", "sandbox", "register", "registered")
        .doesNotContainKey("registered_later");
    boolean counted = run.measures().containsKey("registered_kernel");
    assertThat(points()).hasSize(counted ? 6 : 5);
    assertThat(Files.readString(folder.resolve("run/run.json")))
        .contains(
            counted ? "a control group of the node alone" : "proportional shares of the node");
  }

  @Test
  void mistakesAreExplained() {
    assertThat(run("bench", "latency", "--reps", "0"))
        .satisfies(said -> {
          assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
          assertThat(said.err()).contains("at least one repetition");
        });
    assertThat(run("bench", "latency", "--rate", "0").err()).contains("a rate is above 0");
    assertThat(run("bench", "mixed", "--long-cores", "0").err()).contains("some cores");
    assertThat(run("bench", "memory", "--sandboxes", "0").err()).contains("one sandbox");
    assertThat(run("bench", "start", "--sandbox", "wasm").exitCode()).isEqualTo(ExitCode.USAGE);
  }
}
