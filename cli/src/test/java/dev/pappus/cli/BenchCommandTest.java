package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.FinishedRun;
import dev.pappus.bench.result.Measure;
import dev.pappus.bench.result.Point;
import dev.pappus.bench.result.PointsFile;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.RunPlan;
import dev.pappus.bench.systems.FrontEnd;
import dev.pappus.bench.systems.Registrar;
import dev.pappus.server.Configuration;
import dev.pappus.server.PappusNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The measuring tools from end to end; how fast things are is no matter of tests. */
class BenchCommandTest {
  @TempDir private Path folder;

  private CommandRun run(String... arguments) {
    return CommandRun.in(folder, Map.of(), new byte[0], arguments);
  }

  /** As a benchmark leaves it, with one measure: on a busy machine no real one is sure of any. */
  private void runFolder(String name, double... micros) throws IOException {
    RunPlan plan = new RunPlan("load", List.of("bench", "load"), 1, folder, List.of(), "");
    try (RunFolder results = RunFolder.create(folder.resolve(name), plan)) {
      results.measure(new Measure("rate50.p50", "us", Arrays.stream(micros).boxed().toList()));
    }
  }

  @Test
  void runsAreComparedAndClaimsChecked() throws IOException {
    runFolder("one", 100, 110);
    runFolder("two", 200);
    assertThat(run("bench", "compare", "one", "two").out()).contains("rate50.p50", "b/a");
    assertThat(run("bench", "compare", "one", "--assert", "rate50.p50 > 0").exitCode()).isZero();
    CommandRun wrong = run("bench", "compare", "one", "two", "--assert", "a.rate50.p50 < 0");
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(wrong.out()).startsWith("FALSE: a.rate50.p50 < 0");
    CommandRun unreadable = run("bench", "compare", "one", "--assert", "rate51.p50 > 0");
    assertThat(unreadable.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(unreadable.err()).contains("rate50.p50");
  }

  @Test
  void loadIsMeasuredAndRepeated() throws Exception {
    try (FrontEnd frontEnd =
        FrontEnd.start(FrontEnd.Kind.IN_PROCESS, 0, 16, CommandRun.GUEST_BUILD, folder)) {
      CommandRun first =
          run(
              "bench",
              "load",
              "--target",
              frontEnd.url() + "/function/m",
              "-d",
              "16",
              "--rate",
              "50:100:50",
              "--duration",
              "300ms",
              "--warm-up",
              "100ms",
              "--reps",
              "2",
              "--seed",
              "9",
              "--timeout",
              "20s",
              "--out",
              "one");
      assertThat(first.exitCode()).as(first.err()).isZero();
      assertThat(first.out()).contains("offered", "failed 0 late 0 wrong 0 unsent 0");
      List<Point> points = PointsFile.read(folder.resolve("one/points.csv"));
      assertThat(points).hasSize(4);
      assertThat(points)
          .allSatisfy(point -> {
            assertThat(point.number(Column.COMPLETED)).isEqualTo(point.number(Column.SENT));
            assertThat(point.number(Column.BYTES_IN)).isEqualTo(2);
            assertThat(point.number(Column.BYTES_OUT)).isEqualTo(8);
          });
      CommandRun again = run("bench", "redo", "one", "--out", "two");
      assertThat(again.exitCode()).as(again.err()).isZero();
      FinishedRun repeated = FinishedRun.read(folder.resolve("two"));
      assertThat(repeated.command()).isEqualTo(FinishedRun.read(folder.resolve("one")).command());
      // The same seed sends the same requests.
      assertThat(PointsFile.read(folder.resolve("two/points.csv")))
          .extracting(point -> point.number(Column.SENT))
          .containsExactlyElementsOf(
              points.stream().map(point -> point.number(Column.SENT)).toList());
    }
    // Measured, or said why not.
    assertThat(Files.readString(folder.resolve("one/run.json")))
        .contains("rate50.p99", "rate100.throughput");
  }

  @Test
  void aNodeIsMeasuredByTheReferencesProtocol() throws Exception {
    try (PappusNode node =
        PappusNode.start(
            Configuration.builder()
                .port(0)
                .adminPort(0)
                .sandbox("process")
                .dataFolder(folder.resolve("data"))
                .build())) {
      long nanos =
          Registrar.register(
              node.addresses().administration(), CommandRun.GUEST_BUILD.resolve("matmul_n.elf"), 5);
      assertThat(nanos).isPositive();
      for (String function : List.of("matmul_n", "cold_0", "cold_4")) {
        CommandRun sent =
            run(
                "bench",
                "load",
                "--target",
                node.addresses().invocation() + "/cold/x",
                "--protocol",
                "bson",
                "--function",
                function,
                "-d",
                "16",
                "--rate",
                "20",
                "--schedule",
                "fixed",
                "--duration",
                "500ms",
                "--warm-up",
                "1ms",
                "--timeout",
                "30s");
        assertThat(sent.exitCode()).as(sent.err()).isZero();
        assertThat(sent.out()).contains("refused 0 failed 0 late 0 wrong 0 unsent 0");
      }
    }
  }

  /** All parts of the figure, with less of everything, on the backend that every host has. */
  @Test
  void curvesAreDrawn() throws Exception {
    CommandRun drawn =
        run(
            "bench",
            "curves",
            "--backend",
            "process",
            "--system",
            "in-process,gvisor",
            "--hot",
            "100,0",
            "--cold",
            "100",
            "--warm-up",
            "600ms",
            "--duration",
            "300ms",
            "--peak-duration",
            "300ms",
            "--reps",
            "1",
            "--pairs",
            "1",
            "--probes",
            "1",
            "--timeout",
            "20s",
            "--rate",
            "20:40:20",
            "--out",
            "curves");
    assertThat(drawn.exitCode()).as(drawn.err()).isZero();
    assertThat(drawn.out()).contains("hot100.closed", "hot0.hot_ratio", "hot0.of_bound");
    FinishedRun run = FinishedRun.read(folder.resolve("curves"));
    assertThat(run.measures()).containsKeys("hot0.closed", "in_process.closed", "hot100.cpu");
    List<Point> points = PointsFile.read(folder.resolve("curves/points.csv"));
    assertThat(points)
        .allSatisfy(point -> {
          assertThat(point.number(Column.WRONG)).isZero();
          assertThat(point.number(Column.FAILED)).isZero();
        });
    // A point's first requests, at most as many as run at a time, may find their function gone to
    // make
    // room for cold ones. Of the few that a slow machine sends in a point they can be most; closed
    // loops
    // send hundreds.
    assertThat(points)
        .filteredOn(point -> point.text(Column.SERIES).equals("hot100"))
        .filteredOn(BenchCommandTest::sentHundreds)
        .isNotEmpty()
        .allSatisfy(point -> assertThat(point.number(Column.HOT_SEEN_PERCENT)).isGreaterThan(60));
    assertThat(points)
        .filteredOn(point -> point.text(Column.SERIES).equals("hot0"))
        .filteredOn(BenchCommandTest::sentHundreds)
        .isNotEmpty()
        .allSatisfy(point -> assertThat(point.number(Column.HOT_SEEN_PERCENT)).isLessThan(60));
    assertThat(folder.resolve("curves/figure5.svg")).content().contains("in-process", "0 % hot");
    assertThat(Files.readString(folder.resolve("curves/run.json")))
        .contains("matmul_n.elf", "pappus-process.isolation");
  }

  private static boolean sentHundreds(Point point) {
    return point.number(Column.SENT) >= 100;
  }

  /** Every part of it, in about a minute; what is left out of it is said. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void theQuickFigureEndsAndLeavesAWholeFolder() throws Exception {
    CommandRun drawn = run("bench", "curves", "--quick", "--out", "quick");
    assertThat(drawn.exitCode()).as(drawn.err()).isZero();
    FinishedRun run = FinishedRun.read(folder.resolve("quick"));
    assertThat(run.bench()).isEqualTo("curves");
    assertThat(run.command()).contains("--quick", "--seed");
    Path quick = folder.resolve("quick");
    List<Point> points = PointsFile.read(quick.resolve("points.csv"));
    assertThat(points)
        .allSatisfy(point -> {
          String histogram = point.text(Column.HISTOGRAM);
          assertThat(histogram.isEmpty() ? "" : histogram.substring(0, histogram.indexOf('#')))
              .satisfies(file -> assertThat(quick.resolve("histograms").resolve(file)).exists());
        });
    assertThat(quick.resolve("figure5.svg")).isNotEmptyFile();
    String record = Files.readString(quick.resolve("run.json"));
    assertThat(record)
        .contains("\"commit\"", "\"dirty\"", "\"loadAfter\"", "\"stealPercent\"", "matmul_n.elf");
    assertThat(Files.exists(quick.resolve("figure5.png")) || record.contains("figure5.png"))
        .isTrue();
    // On a machine that is busy with something else time may be up before the first point.
    assertThat(!points.isEmpty() || record.contains("points were left out")).isTrue();
  }

  /** What is written into a run folder must mean the same when it is read again. */
  @Test
  void timesAreWrittenExactly() {
    for (long nanos : new long[] {0, 1, 500_000, 1_500_000, 2_000_000_000L, 2_000_000_001L}) {
      assertThat(BenchTimes.nanos("--duration", BenchTimes.text(nanos), -1)).isEqualTo(nanos);
    }
  }

  private CommandRun load(String... more) {
    List<String> words = new ArrayList<>(List.of("bench", "load", "--target"));
    words.add("http://127.0.0.1:1/");
    words.addAll(List.of(more));
    return run(words.toArray(String[]::new));
  }

  @Test
  void mistakesAreExplained() throws Exception {
    assertThat(run("bench", "load", "--target", "http://127.0.0.1:1/", "--rate", "x"))
        .satisfies(said -> {
          assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
          assertThat(said.err()).contains("FROM:TO:STEP");
        });
    assertThat(run("bench", "load", "--target", "ftp://h/", "--rate", "1").err())
        .contains("is no http://HOST[:PORT]/PATH");
    assertThat(run("bench", "load", "--target", "http://127.0.0.1:1/", "--rate", "1").err())
        .contains("nobody answers at");
    assertThat(
            run(
                    "bench",
                    "load",
                    "--target",
                    "http://127.0.0.1:1/",
                    "--protocol",
                    "bson",
                    "--rate",
                    "1")
                .err())
        .contains("needs --function");
    assertThat(load("--rate", "1", "--function", "f").err()).contains("--protocol bson");
    assertThat(
            load("--rate", "1", "--protocol", "bson", "--function", "f", "--method", "PUT").err())
        .contains("--protocol http");
    assertThat(load("--rate", "1", "--timeout", "61s").err()).contains("at most 60 s");
    assertThat(load("--rate", "2e7"))
        .satisfies(said -> {
          assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
          assertThat(said.err()).contains("at most 10000000 requests a second");
        });
    assertThat(run("bench", "curves", "--timeout", "61s").err()).contains("at most 60 s");
    assertThat(run("bench", "curves", "--figure", "6").err()).contains("figures 4 and 5");
    assertThat(run("bench", "compare", "nowhere").err()).contains("does not exist");
    assertThat(run("bench", "serve", "--kind", "docker").err())
        .contains("in-process, echo, fork-exec");
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(
        other.resolve("run.json"), "{\"format\":1,\"command\":[\"rm\",\"-rf\",\"x\"]}");
    assertThat(run("bench", "redo", "other").err()).contains("does not say how it was made");
  }
}
