package dev.pappus.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.FinishedRun;
import dev.pappus.bench.result.Point;
import dev.pappus.bench.result.PointsFile;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.RunPlan;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The generator's self-test, against servers with known delays. */
class LoadGeneratorTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long TIMEOUT = 20 * SECOND;

  private static ExecutorService virtual() {
    return Executors.newVirtualThreadPerTaskExecutor();
  }

  private static Request request(DelayServer server) throws IOException {
    return server
        .target()
        .post(
            List.of("X-Test: 1"),
            "abc".getBytes(StandardCharsets.US_ASCII),
            (body, length) -> new String(body, 0, length, StandardCharsets.US_ASCII).equals("ok"));
  }

  private static LoadFlow run(DelayServer server, Schedule schedule, long nanos)
      throws IOException {
    LoadFlow flow = LoadFlow.open(Requests.repeat(request(server)), schedule);
    try (LoadGenerator generator = new LoadGenerator(server.target().address(), 512)) {
      generator.connect(8);
      generator.run(List.of(flow), nanos, TIMEOUT);
    }
    return flow;
  }

  /** Nine of ten answers after 60 ms, the tenth after 240: that is what must be reported. */
  @Test
  void knownDelaysAreReported() throws IOException {
    try (DelayServer server =
        new DelayServer(
            virtual(),
            (number, exchange) -> {
              Thread.sleep(number % 10 == 9 ? 240 : 60);
              DelayServer.say(exchange, 200, "ok");
            })) {
      LoadFlow flow = run(server, new Schedule.Poisson(100, 1), 2 * SECOND);
      assertThat(flow.completed()).isEqualTo(flow.due()).isEqualTo(server.requests());
      assertThat(flow.failed() + flow.wrong() + flow.late() + flow.unsent()).isZero();
      assertThat(flow.served().getMinValue()).isGreaterThan(59_000_000);
      assertThat(flow.served().getValueAtPercentile(50)).isBetween(59_000_000L, 220_000_000L);
      assertThat(flow.served().getValueAtPercentile(95)).isGreaterThan(239_000_000L);
      assertThat(flow.bytesOut()).isEqualTo(3 * flow.sent());
      assertThat(flow.bytesIn()).isEqualTo(2 * flow.completed());
    }
  }

  /** As many clients have connections of their own, whether they are busy or not. */
  @Test
  void connectionsCanBeUsedInTurn() throws IOException {
    try (DelayServer server =
            new DelayServer(virtual(), (_, exchange) -> DelayServer.say(exchange, 200, "ok"));
        LoadGenerator generator =
            new LoadGenerator(server.target().address(), 8, LoadGenerator.Reuse.IN_TURN)) {
      LoadFlow flow = LoadFlow.closed(Requests.repeat(request(server)), 1);
      generator.connect(8);
      generator.run(List.of(flow), SECOND / 2, TIMEOUT);
      assertThat(flow.completed()).isEqualTo(flow.sent()).isGreaterThan(8);
      assertThat(server.connections()).isEqualTo(8);
    }
  }

  /**
   * A server that stands still for half a second at first: every request that was due in the
   * meantime has waited from when it was due, though few were sent to a server that worked.
   */
  @Test
  void aStallIsSeenByEveryRequestThatWasDueInIt() throws IOException {
    try (DelayServer server =
        new DelayServer(
            Executors.newSingleThreadExecutor(),
            (number, exchange) -> {
              if (number == 0) {
                Thread.sleep(500);
              }
              DelayServer.say(exchange, 200, "ok");
            })) {
      LoadFlow flow = run(server, new Schedule.Fixed(200), SECOND);
      assertThat(flow.completed()).isEqualTo(200);
      long overHalf = flow.served().getCountBetweenValues(245_000_000L, LoadFlow.HIGHEST_NANOS);
      assertThat(overHalf).as("those due in the stall's first half").isGreaterThanOrEqualTo(50);
    }
  }

  @Test
  void everyAnswerIsChecked() throws IOException {
    try (DelayServer server =
        new DelayServer(
            virtual(),
            (number, exchange) -> {
              switch (number % 5) {
                case 0 -> DelayServer.say(exchange, 200, "ko");
                case 1 -> DelayServer.say(exchange, 500, "broken");
                case 2 -> DelayServer.say(exchange, 503, "full");
                case 3 -> exchange.close(); // no answer at all
                default -> {
                  exchange.getResponseHeaders().add("X-Pappus-Start", "file+vm");
                  DelayServer.say(exchange, 200, "ok");
                }
              }
            })) {
      LoadFlow flow = run(server, new Schedule.Fixed(100), SECOND);
      assertThat(flow.due()).isEqualTo(100);
      assertThat(flow.wrong()).isEqualTo(20);
      assertThat(flow.failed()).isEqualTo(40);
      assertThat(flow.refused().getTotalCount()).isEqualTo(20);
      assertThat(flow.completed()).isEqualTo(20);
      assertThat(flow.starts()).containsExactly(java.util.Map.entry("file+vm", 20L));
    }
  }

  @Test
  void connectionsAreKept() throws IOException {
    try (DelayServer server =
            new DelayServer(virtual(), (_, exchange) -> DelayServer.say(exchange, 200, "ok"));
        LoadGenerator generator = new LoadGenerator(server.target().address(), 8)) {
      LoadFlow flow = LoadFlow.closed(Requests.repeat(request(server)), 2);
      generator.run(List.of(flow), SECOND, TIMEOUT);
      assertThat(server.connections()).isEqualTo(2);
      assertThat(flow.completed()).isEqualTo(flow.sent()).isGreaterThan(10);
    }
  }

  /** Chunked answers, and provisional ones, are HTTP too. */
  @Test
  void otherServersAnswerInOtherWays() throws IOException {
    try (DelayServer server =
        new DelayServer(
            virtual(),
            (_, exchange) -> {
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write('o');
              exchange.getResponseBody().flush();
              exchange.getResponseBody().write('k');
            })) {
      LoadFlow flow = run(server, new Schedule.Fixed(50), SECOND);
      assertThat(flow.completed()).isEqualTo(50);
    }
  }

  @Test
  void whatFindsNoConnectionIsCounted() throws IOException {
    try (DelayServer server =
            new DelayServer(
                virtual(),
                (_, exchange) -> {
                  Thread.sleep(400);
                  DelayServer.say(exchange, 200, "ok");
                });
        LoadGenerator generator = new LoadGenerator(server.target().address(), 3)) {
      LoadFlow flow = LoadFlow.open(Requests.repeat(request(server)), new Schedule.Fixed(50));
      generator.run(List.of(flow), SECOND / 2, TIMEOUT);
      assertThat(flow.due()).isEqualTo(25);
      assertThat(flow.unsent()).isGreaterThanOrEqualTo(25 - 2 * 3);
      assertThat(flow.completed()).isEqualTo(flow.sent());
    }
  }

  /** Late answers are no answers, and the run does not wait for them. */
  @Test
  void answersAfterTheTimeoutDoNotCount() throws IOException {
    try (DelayServer server =
            new DelayServer(
                virtual(),
                (number, exchange) -> {
                  if (number == 0) {
                    new java.util.concurrent.CountDownLatch(1).await();
                  }
                  DelayServer.say(exchange, 200, "ok");
                });
        LoadGenerator generator = new LoadGenerator(server.target().address(), 64)) {
      LoadFlow flow = LoadFlow.open(Requests.repeat(request(server)), new Schedule.Fixed(20));
      generator.run(List.of(flow), SECOND / 2, SECOND);
      assertThat(flow.late()).isGreaterThanOrEqualTo(1);
      assertThat(flow.completed() + flow.late()).isEqualTo(flow.due());
    }
  }

  @Test
  void aClosedLoopKeepsSoManyUnderWay() throws IOException {
    try (DelayServer server =
            new DelayServer(
                virtual(),
                (_, exchange) -> {
                  Thread.sleep(50);
                  DelayServer.say(exchange, 200, "ok");
                });
        LoadGenerator generator = new LoadGenerator(server.target().address(), 64)) {
      LoadFlow flow = LoadFlow.closed(Requests.repeat(request(server)), 4);
      generator.run(List.of(flow), SECOND, TIMEOUT);
      assertThat(server.connections()).isEqualTo(4);
      assertThat(flow.servedInWindow()).isBetween(1L, 4 * 20L);
      assertThat(flow.completed()).isEqualTo(flow.sent());
    }
  }

  /** It sleeps between requests. */
  @Test
  void waitingCostsNoProcessorTime() throws IOException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    try (DelayServer server =
            new DelayServer(virtual(), (_, exchange) -> DelayServer.say(exchange, 200, "ok"));
        LoadGenerator generator = new LoadGenerator(server.target().address(), 8)) {
      LoadFlow flow = LoadFlow.open(Requests.repeat(request(server)), new Schedule.Fixed(50));
      generator.run(List.of(flow), 2 * SECOND, TIMEOUT);
      assertThat(flow.completed()).isEqualTo(100);
      long cpu =
          Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
              .filter(thread -> thread != null && thread.getThreadName().startsWith("load-"))
              .mapToLong(ThreadInfo::getThreadId)
              .map(threads::getThreadCpuTime)
              .sum();
      assertThat(cpu).isBetween(1L, SECOND);
    }
  }

  @Test
  void aLateGeneratorMarksItsPoint() {
    LoadFlow late = synthetic(60_000);
    assertThat(LoadPoint.valid(late)).isFalse();
    Point row = LoadPoint.open(Point.of("load", "x"), late, new Schedule.Fixed(10), SECOND);
    assertThat(row.text(Column.VALID)).isEqualTo("false");
    assertThat(row.text(Column.NOTE)).contains("the generator was late");
    assertThat(LoadBench.line(row)).contains("INVALID");
    LoadFlow prompt = synthetic(40_000);
    assertThat(LoadPoint.valid(prompt)).isTrue();
    assertThat(
            LoadPoint.open(Point.of("load", "x"), prompt, new Schedule.Fixed(10), SECOND)
                .number(Column.OFFERED_PER_SECOND))
        .isEqualTo(10);
  }

  private static LoadFlow synthetic(long lagNanos) {
    Request request = new Request(new byte[1], 0, false, (_, _) -> true);
    LoadFlow flow = LoadFlow.open(Requests.repeat(request), new Schedule.Fixed(10));
    for (int i = 0; i < 10; i++) {
      flow.countSent(request, lagNanos);
      flow.countAnswer(200, true, true, 500_000, 0);
    }
    return flow;
  }

  @Test
  void whereNobodyListensTheErrorSaysSo() throws IOException {
    Target target;
    try (DelayServer server =
        new DelayServer(virtual(), (_, exchange) -> DelayServer.say(exchange, 200, "ok"))) {
      target = server.target();
    }
    try (LoadGenerator generator = new LoadGenerator(target.address(), 8)) {
      assertThat(assertThrows(IOException.class, () -> generator.connect(1)))
          .hasMessageContaining("nobody answers at");
      LoadFlow flow =
          LoadFlow.open(
              Requests.repeat(target.post(List.of(), new byte[0], (_, _) -> true)),
              new Schedule.Fixed(20));
      generator.run(List.of(flow), SECOND / 4, SECOND);
      assertThat(flow.failed()).isEqualTo(5);
    }
  }

  @Test
  void targetsAreChecked() throws IOException {
    assertThat(Target.parse("http://127.0.0.1:81/a?b=c").path()).isEqualTo("/a?b=c");
    assertThat(Target.parse("http://[::1]:81").path()).isEqualTo("/");
    for (String wrong : List.of("https://127.0.0.1/", "127.0.0.1:80", "http://", "::")) {
      assertThrows(IOException.class, () -> Target.parse(wrong), wrong);
    }
    Target target = Target.parse("http://127.0.0.1/");
    assertThrows(
        IllegalArgumentException.class,
        () -> target.post(List.of("X: a\r\nY: b"), new byte[0], (_, _) -> true));
  }

  /** What a pure function answered once it must always answer. */
  @Test
  void theFirstAnswerIsTheMeasure() throws IOException {
    try (DelayServer server =
        new DelayServer(
            virtual(),
            (number, exchange) -> DelayServer.say(exchange, 200, number < 5 ? "ok" : "other"))) {
      Request learnt =
          LoadBench.learn(
              server.target(),
              check -> new Target("h", server.address(), "/").post(List.of(), new byte[0], check));
      LoadFlow flow = LoadFlow.open(Requests.repeat(learnt), new Schedule.Fixed(20));
      try (LoadGenerator generator = new LoadGenerator(server.target().address(), 8)) {
        generator.run(List.of(flow), SECOND / 2, TIMEOUT);
      }
      assertThat(flow.completed()).isEqualTo(4);
      assertThat(flow.wrong()).isEqualTo(6);
    }
  }

  private static Point row(LoadFlow flow, double rate, long nanos) {
    return LoadPoint.open(Point.of("load", "x"), flow, new Schedule.Fixed(rate), nanos);
  }

  /** Every fifth request gets no answer in time: the 99th percentile is not that of the others. */
  @Test
  void lateAnswersCountAtTheTimeout() throws IOException {
    try (DelayServer server =
            new DelayServer(
                virtual(),
                (number, exchange) -> {
                  if (number % 5 == 0) {
                    new java.util.concurrent.CountDownLatch(1).await();
                  }
                  DelayServer.say(exchange, 200, "ok");
                });
        LoadGenerator generator = new LoadGenerator(server.target().address(), 64)) {
      generator.connect(8);
      LoadFlow flow = LoadFlow.open(Requests.repeat(request(server)), new Schedule.Fixed(40));
      generator.run(List.of(flow), SECOND, 4 * SECOND);
      assertThat(flow.late()).isGreaterThanOrEqualTo(8);
      Point point = row(flow, 40, SECOND);
      assertThat(point.number(Column.P50_MICROS)).isPositive().isLessThan(4e6);
      assertThat(point.number(Column.P99_MICROS)).isEqualTo(4e6);
      assertThat(point.number(Column.MAX_MICROS)).isEqualTo(4e6);
    }
  }

  /** What never got a right answer has no latency: percentiles that reach it are empty. */
  @Test
  void percentilesAreThoseOfAllThatWereDue() {
    Request request = new Request(new byte[1], 0, false, (_, _) -> true);
    LoadFlow flow = LoadFlow.open(Requests.repeat(request), new Schedule.Fixed(100));
    for (int i = 1; i <= 100; i++) {
      flow.countSent(request, 1000);
      flow.countAnswer(i <= 95 ? 200 : 503, true, true, 1_000_000L * i, 0);
    }
    Point point = row(flow, 100, SECOND);
    assertThat(point.number(Column.P50_MICROS)).isCloseTo(50_000, within(100.0));
    assertThat(point.number(Column.P90_MICROS)).isCloseTo(90_000, within(100.0));
    for (Column column : List.of(Column.P99_MICROS, Column.P999_MICROS, Column.MAX_MICROS)) {
      assertThat(point.text(column)).as("%s", column).isEmpty();
    }
    assertThat(point.text(Column.MEAN_MICROS)).isEmpty();
    assertThat(point.text(Column.VALID)).isEqualTo("true");
    assertThat(LoadBench.line(point)).doesNotContain("NaN");
  }

  /** How fast something is shows in requests that left only. */
  @Test
  void aPointWithManyUnsentRequestsIsNotValid() {
    LoadFlow flow = synthetic(1000);
    for (int i = 0; i < 10; i++) {
      flow.countUnsent();
    }
    Point point = row(flow, 10, SECOND);
    assertThat(point.text(Column.VALID)).isEqualTo("false");
    assertThat(point.text(Column.NOTE)).contains("10 of 20 requests found no connection");
  }

  /** Bodies of errors are none of the function's, and wrong answers tell nothing of starts. */
  @Test
  void sizesAndStartsAreThoseOfRightAnswers() throws IOException {
    try (DelayServer server =
        new DelayServer(
            virtual(),
            (number, exchange) -> {
              exchange.getResponseHeaders().add("X-Pappus-Start", "bound");
              switch (number % 3) {
                case 0 -> DelayServer.say(exchange, 500, "a long text about what is wrong");
                case 1 -> DelayServer.say(exchange, 200, "another wrong one");
                default -> DelayServer.say(exchange, 200, "ok");
              }
            })) {
      LoadFlow flow = run(server, new Schedule.Fixed(60), SECOND / 2);
      assertThat(flow.completed()).isEqualTo(10);
      assertThat(row(flow, 60, SECOND / 2).number(Column.BYTES_OUT)).isEqualTo(2);
      assertThat(flow.starts()).containsExactly(java.util.Map.entry("bound", 10L));
    }
  }

  /** The answer to a HEAD request has a length and no body. */
  @Test
  void onlyHeadsCanBeAskedFor() throws IOException {
    try (DelayServer server =
        new DelayServer(
            virtual(),
            (_, exchange) -> {
              exchange.getResponseHeaders().set("Content-Length", "5");
              exchange.sendResponseHeaders(200, -1);
            })) {
      Request head =
          server.target().request("HEAD", List.of(), new byte[0], (_, length) -> length == 0);
      LoadFlow flow = LoadFlow.open(Requests.repeat(head), new Schedule.Fixed(20));
      try (LoadGenerator generator = new LoadGenerator(server.target().address(), 8)) {
        generator.run(List.of(flow), SECOND / 4, 5 * SECOND);
      }
      assertThat(flow.completed()).isEqualTo(5);
    }
  }

  /** Whatever goes wrong on the generator's thread ends the run, and is told. */
  @Test
  @Timeout(30)
  void aRunWhoseRequestsCannotBeMadeFails() throws IOException {
    try (DelayServer server =
            new DelayServer(virtual(), (_, exchange) -> DelayServer.say(exchange, 200, "ok"));
        LoadGenerator generator = new LoadGenerator(server.target().address(), 8)) {
      Request request = request(server);
      for (int good : new int[] {0, 3}) {
        int[] made = {0};
        Requests few =
            () -> {
              if (made[0]++ >= good) {
                throw new IllegalStateException("no more");
              }
              return request;
            };
        assertThat(
                assertThrows(
                    IllegalStateException.class,
                    () -> generator.run(List.of(LoadFlow.closed(few, 1)), SECOND, TIMEOUT)))
            .hasRootCauseMessage("no more");
      }
      LoadFlow next = LoadFlow.closed(Requests.repeat(request), 1);
      generator.run(List.of(next), SECOND / 10, TIMEOUT);
      assertThat(next.completed()).isPositive();
    }
  }

  /** A loop that waits to try again when its run ends has ended, too. */
  @Test
  void aClosedLoopDoesNotGoOnInTheNextRun() throws IOException {
    try (DelayServer server = new DelayServer(virtual(), (_, exchange) -> exchange.close());
        LoadGenerator generator = new LoadGenerator(server.target().address(), 8)) {
      Requests requests = Requests.repeat(request(server));
      for (int i = 0; i < 100; i++) {
        LoadFlow first = LoadFlow.closed(requests, 1);
        generator.run(List.of(first), SECOND / 200, TIMEOUT);
        long sent = first.sent();
        LoadFlow second = LoadFlow.closed(requests, 1);
        generator.run(List.of(second), SECOND / 100, TIMEOUT);
        assertThat(first.sent()).isEqualTo(sent);
      }
    }
  }

  /** While its connection is replaced, others may take the room for it: then it waits. */
  @Test
  void aClosedLoopDoesNotShrink() throws IOException {
    AtomicInteger broken = new AtomicInteger();
    try (DelayServer server =
            new DelayServer(
                virtual(),
                (_, exchange) -> {
                  boolean open = exchange.getRequestURI().getPath().equals("/open");
                  if (!open && broken.getAndIncrement() < 3) {
                    exchange.close();
                    return;
                  }
                  Thread.sleep(5);
                  DelayServer.say(exchange, 200, "ok");
                });
        LoadGenerator generator = new LoadGenerator(server.target().address(), 2)) {
      Request other = server.target().at("/open").post(List.of(), new byte[0], (_, _) -> true);
      LoadFlow closed = LoadFlow.closed(Requests.repeat(request(server)), 1);
      LoadFlow open = LoadFlow.open(Requests.repeat(other), new Schedule.Fixed(500));
      generator.run(List.of(closed, open), 3 * SECOND, TIMEOUT);
      assertThat(closed.failed()).isEqualTo(3);
      assertThat(closed.completed()).isPositive();
      assertThat(closed.unsent()).isZero();
    }
  }

  /** Repetitions that are not valid, or have no such percentile, are no samples. */
  @Test
  void whatIsNotValidIsNotMeasured(@TempDir Path folder) throws IOException {
    try (DelayServer server =
        new DelayServer(
            virtual(),
            (number, exchange) -> DelayServer.say(exchange, number % 3 == 0 ? 200 : 503, "ok"))) {
      LoadBench.Settings settings =
          new LoadBench.Settings(
              LoadBench.Arrival.FIXED, List.of(19.5, 20.25), SECOND, 1, TIMEOUT, 1, 8, 64, 1);
      RunPlan plan = new RunPlan("load", List.of("bench", "load"), 1, folder, List.of(), "");
      Path run = folder.resolve("run");
      try (RunFolder results = RunFolder.create(run, plan)) {
        var _ =
            LoadBench.run(
                server.target(), Requests.repeat(request(server)), settings, results, _ -> {});
      }
      FinishedRun finished = FinishedRun.read(run);
      assertThat(finished.measures())
          .doesNotContainKeys("rate19_5.p99", "rate20_25.p99")
          .containsOnlyKeys(
              PointsFile.read(run.resolve(RunFolder.POINTS)).stream()
                  .filter(point -> point.text(Column.VALID).equals("true"))
                  .map(point -> point.text(Column.SERIES) + ".throughput")
                  .toArray(String[]::new));
      assertThat(Files.readString(run.resolve(RunFolder.RUN)))
          .contains("\"rate19_5.p99\" :", "\"rate20_25.p50\" :");
    }
  }
}
