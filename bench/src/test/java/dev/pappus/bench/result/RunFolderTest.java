package dev.pappus.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private static final Path ROOT = Path.of(System.getProperty("pappus.root"));

  @TempDir private Path folder;

  private RunFolder create() throws IOException {
    Path function = Files.writeString(folder.resolve("matmul.elf"), "code");
    return RunFolder.create(
        folder.resolve("run"),
        new RunPlan(
            "curves",
            List.of("bench", "curves", "--seed", "7"),
            7,
            ROOT,
            List.of(function, folder.resolve("absent.elf")),
            "-O3"));
  }

  @Test
  void whatWasMeasuredIsReadAgain() throws IOException {
    Point point =
        Point.of("curves", "hot95")
            .with(Column.P50_MICROS, 512.25)
            .with(Column.SENT, 1000)
            .with(Column.VALID, false)
            .with(Column.P99_MICROS, Double.NaN)
            .with(Column.NOTE, "late, by \"much\"");
    try (RunFolder run = create()) {
      run.add(point);
      run.measure(new Measure("hot95", "1/s", List.of(100.0, 110.0, 105.0)));
      run.missing("crun", "crun is not on the PATH");
      run.factor("rate", "0.5");
      run.note("busy");
    }
    assertThat(PointsFile.read(folder.resolve("run/points.csv"))).containsExactly(point);
    FinishedRun read = FinishedRun.read(folder.resolve("run"));
    assertThat(read).isEqualTo(FinishedRun.read(folder.resolve("run/run.json")));
    assertThat(read.bench()).isEqualTo("curves");
    assertThat(read.command()).containsExactly("bench", "curves", "--seed", "7");
    assertThat(read.measures())
        .containsExactly(
            java.util.Map.entry(
                "hot95", new Measure("hot95", "1/s", List.of(100.0, 110.0, 105.0))));
    assertThat(Files.readString(folder.resolve("run/run.json")))
        .contains(
            "\"format\" : 1",
            "\"seed\" : 7",
            "\"commit\"",
            "\"dirty\"",
            "\"processor\"",
            "\"smt\"",
            "\"governor\"",
            "\"transparentHugePages\"",
            "\"mitigations\"",
            "\"kernel\"",
            "\"kvm\"",
            "\"java\"",
            "\"javaOptions\"",
            "\"compiler\"",
            "\"compilerFlags\" : \"-O3\"",
            "\"matmul.elf\" : \"sha256:",
            "\"loadBefore\"",
            "\"stealPercent\"",
            "\"crun is not on the PATH\"",
            "\"median\" : 105.0")
        .doesNotContain("absent.elf");
  }

  @Test
  void everyRowHasTheOneHeader() throws IOException {
    try (RunFolder run = create()) {
      run.add(Point.of("load", "x"));
    }
    List<String> lines = Files.readAllLines(folder.resolve("run/points.csv"));
    assertThat(lines.getFirst()).isEqualTo(PointsFile.HEADER).startsWith("bench,series,system,");
    assertThat(lines.get(1).chars().filter(c -> c == ',').count())
        .isEqualTo(Column.values().length - 1L);
  }

  @Test
  void columnsOfOtherVersionsDoNotMatter() throws IOException {
    Path file = Files.writeString(folder.resolve("p.csv"), "series,later,sent\nhot,9,3\n");
    Point point = PointsFile.read(file).getFirst();
    assertThat(point.text(Column.SERIES)).isEqualTo("hot");
    assertThat(point.number(Column.SENT)).isEqualTo(3);
    assertThat(point.number(Column.P50_MICROS)).isNaN();
    Path broken = Files.writeString(folder.resolve("q.csv"), "series\na,b\n");
    assertThat(assertThrows(IOException.class, () -> PointsFile.read(broken)))
        .hasMessageContaining("q.csv:2");
  }

  @Test
  void histogramsAreLogsOfTheUsualFormat() throws IOException {
    Histogram nanos = new Histogram(60_000_000_000L, 3);
    nanos.recordValue(1000);
    nanos.recordValue(3_000_000);
    try (RunFolder run = create()) {
      run.add(Point.of("curves", "hot95"), "rate=10;rep=1", nanos);
      run.add(Point.of("curves", "hot95"), "rate=10;rep=2", nanos);
      assertThat(run.points().getLast().text(Column.HISTOGRAM))
          .isEqualTo("hot95.hlog#rate=10;rep=2");
    }
    try (HistogramLogReader log =
        new HistogramLogReader(folder.resolve("run/histograms/hot95.hlog").toFile())) {
      Histogram first = (Histogram) log.nextIntervalHistogram();
      assertThat(first.getTag()).isEqualTo("rate=10;rep=1");
      assertThat(first).isEqualTo(nanos);
      assertThat(log.nextIntervalHistogram().getTag()).isEqualTo("rate=10;rep=2");
      assertThat(log.nextIntervalHistogram()).isNull();
    }
  }

  @Test
  void resultsOfTwoRunsDoNotMix() throws IOException {
    create().close();
    assertThat(assertThrows(IOException.class, this::create)).hasMessageContaining("is not empty");
  }

  @Test
  void whatIsNoRunSaysSo() throws IOException {
    assertThat(assertThrows(IOException.class, () -> FinishedRun.read(folder)))
        .hasMessageContaining("does not exist");
    Path other = Files.writeString(folder.resolve("other.json"), "{\"format\":9}");
    assertThat(assertThrows(IOException.class, () -> FinishedRun.read(other)))
        .hasMessageContaining("format 9");
    Path text = Files.writeString(folder.resolve("text.json"), "hello");
    assertThat(assertThrows(IOException.class, () -> FinishedRun.read(text)))
        .hasMessageContaining("is no JSON");
  }

  @Test
  void figuresAreWellFormedAndShowWhatTheyShould() throws Exception {
    Figure figure =
        new Figure(
            "p50 & p99 <of> us",
            List.of("rate × 0.5"),
            List.of(
                new Figure.Panel(
                    new Figure.Axis("requests/s", false),
                    new Figure.Axis("p50 in µs", true),
                    List.of(
                        new Figure.Line(
                            "100 % hot",
                            true,
                            List.of(
                                new Figure.Spot(100, 500, 450, 600),
                                Figure.Spot.at(200, 5000),
                                Figure.Spot.at(300, 0),
                                Figure.Spot.at(400, Double.NaN))),
                        new Figure.Line("nothing", false, List.of())))));
    try (RunFolder run = create()) {
      run.draw("figure4", figure);
    }
    Path svg = folder.resolve("run/figure4.svg");
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
    String text = Files.readString(svg);
    assertThat(text)
        .contains("p50 &amp; p99 &lt;of&gt; us", "rate × 0.5", "100 % hot", "p50 in µs", ">1000<")
        .doesNotContain("NaN", "Infinity");
    Path png = folder.resolve("run/figure4.png");
    if (Files.exists(png)) {
      assertThat(ImageIO.read(png.toFile()).getWidth()).isGreaterThan(600);
    } else {
      assertThat(Files.readString(folder.resolve("run/run.json"))).contains("cannot draw text");
    }
  }

  @Test
  void manySpotsStayALineAndLongNotesHaveRoom() throws Exception {
    List<Figure.Spot> spots =
        IntStream.range(0, 2000).mapToObj(at -> Figure.Spot.at(at, 5 + at / 1000)).toList();
    Figure figure =
        new Figure(
            "Memory",
            List.of("word ".repeat(40).strip(), "x".repeat(200)),
            List.of(
                new Figure.Panel(
                    new Figure.Axis("s", false),
                    new Figure.Axis("MiB", false),
                    List.of(new Figure.Line("node", true, spots)))));
    try (RunFolder run = create()) {
      run.draw("memory", figure);
    }
    String text = Files.readString(folder.resolve("run/memory.svg"));
    assertThat(text.split("<polygon", -1).length).isBetween(20, 60);
    assertThat(text.length()).isLessThan(20_000);
    assertThat(
            Pattern.compile(">([^<]*)</text>").matcher(text).results().map(each -> each.group(1)))
        .allSatisfy(each -> assertThat(each).hasSizeLessThan(100))
        .filteredOn(each -> each.contains("word"))
        .hasSizeGreaterThan(1);
  }

  @Test
  void aComparisonShowsRatiosAndWhetherTheyMeanAnything() throws IOException {
    FinishedRun first = finished("first", 100, 101, 102);
    FinishedRun second = finished("second", 200, 201, 202);
    assertThat(Comparison.text(List.of(first, second)))
        .contains("a: first", "b: second", "b/a 1.990")
        .doesNotContain("overlap");
    assertThat(Comparison.text(List.of(first, first))).contains("intervals overlap");
    assertThat(Comparison.text(List.of(first))).contains("peak", "n=3").doesNotContain("b/a");
  }

  private FinishedRun finished(String name, double... samples) throws IOException {
    Path path = folder.resolve(name);
    RunPlan plan = new RunPlan("load", List.of("bench", "load"), 1, ROOT, List.of(), "");
    try (RunFolder run = RunFolder.create(path, plan)) {
      run.measure(new Measure("peak", "1/s", java.util.Arrays.stream(samples).boxed().toList()));
    }
    return FinishedRun.read(path);
  }
}
