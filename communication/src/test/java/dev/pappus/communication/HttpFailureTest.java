package dev.pappus.communication;

import static dev.pappus.communication.HttpCalls.call;
import static dev.pappus.communication.HttpCalls.callOne;
import static dev.pappus.communication.HttpCalls.onLoopback;
import static dev.pappus.communication.HttpCalls.problemOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pappus.communication.HttpCalls.Answer;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that misbehave, limits, and what becomes of the other items of a call. */
@Timeout(30)
class HttpFailureTest {
  private static final Limits HASTY = Limits.DEFAULTS.with(Limit.HTTP_TIMEOUT, 300_000_000L);

  private static String get(RawServer server, String... headers) {
    return "GET "
        + server.url("/path?secret=1")
        + " HTTP/1.1\n"
        + String.join("\n", headers)
        + "\n";
  }

  /** Answers {@code text} and closes the connection. */
  private static RawServer.Handler closingAfter(String text) {
    return (request, out) -> {
      RawServer.send(out, text);
      return false;
    };
  }

  /** Sends {@code piece} again and again, a little at a time. */
  private static void drip(OutputStream out, String piece) throws Exception {
    Semaphore never = new Semaphore(0);
    while (!never.tryAcquire(20, TimeUnit.MILLISECONDS)) {
      RawServer.send(out, piece);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "SSH-2.0-OpenSSH_9.9\r\n",
        "<html>no header at all</html>",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
      })
  void brokenAnswersFailTheCallAndThePostIsSentOnce(String answer) throws Exception {
    try (HttpFunction http = onLoopback(Limits.DEFAULTS);
        RawServer server = new RawServer(closingAfter(answer))) {
      Problem problem =
          problemOf(http, "POST " + server.url("/path?secret=1") + " HTTP/1.1\n\nonce");
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_FAILED);
      assertThat(problem.item()).isEqualTo("requests/item0");
      assertThat(problem.detail())
          .contains("POST " + server.url("/path") + "?…")
          .doesNotContain("secret");
      assertThat(server.requests).hasSize(1);
    }
  }

  @Test
  void aRefusedConnectionNamesTheServer() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    try (HttpFunction http = onLoopback(Limits.DEFAULTS)) {
      Problem problem = problemOf(http, "GET http://me:hidden@127.0.0.1:" + port + "/ HTTP/1.1\n");
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_FAILED);
      assertThat(problem.detail())
          .startsWith("GET http://127.0.0.1:" + port + "/: no connection to 127.0.0.1 port " + port)
          .doesNotContain("hidden");
    }
  }

  @Test
  void anUnknownNameNamesTheHost() throws Exception {
    try (HttpFunction http =
        new HttpFunction(EgressPolicy.DEFAULT, Limits.DEFAULTS, host -> List.of(), null)) {
      Problem problem = problemOf(http, "GET http://nowhere.example/ HTTP/1.1\n");
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_FAILED);
      assertThat(problem.detail()).contains("the name nowhere.example cannot be resolved");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\r\nX: ",
        "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 10000\r\n\r\n",
      })
  void noServerCanHoldAnExchangeByDripping(String start) throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (HttpFunction http = onLoopback(HASTY);
        RawServer server =
            new RawServer((request, out) -> {
              try {
                RawServer.send(out, start);
                drip(out, start.isEmpty() ? "\r" : "x");
              } catch (Exception _) {
                closed.countDown();
              }
              return false;
            })) {
      long begin = System.nanoTime();
      Problem problem = problemOf(http, get(server));
      long tookMillis = (System.nanoTime() - begin) / 1_000_000;
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_TIMEOUT);
      assertThat(problem.detail()).contains("within 300ms (limits.http_timeout)");
      assertThat(tookMillis).isBetween(290L, 10_000L);
      assertThat(closed.await(10, TimeUnit.SECONDS)).as("the connection is closed").isTrue();
    }
  }

  @Test
  void aServerThatNeverReadsCannotHoldAnExchange() throws Exception {
    try (HttpFunction http = onLoopback(HASTY);
        ServerSocket deaf = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String request = "POST http://127.0.0.1:" + deaf.getLocalPort() + "/ HTTP/1.1\n\n";
      Problem problem = problemOf(http, request + "x".repeat(20 << 20));
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_TIMEOUT);
    }
  }

  @Test
  void aNameServiceThatHangsCannotHoldAnExchange() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (HttpFunction http =
        new HttpFunction(
            EgressPolicy.DEFAULT,
            HASTY,
            host -> {
              boolean interrupted = false;
              while (never.getCount() > 0) {
                try {
                  never.await();
                } catch (InterruptedException _) {
                  interrupted = true; // Native name services are deaf to interrupts, too.
                }
              }
              assertThat(interrupted).isTrue();
              return List.of();
            },
            null)) {
      assertThat(problemOf(http, "GET http://slow.example/ HTTP/1.1\n").code())
          .isEqualTo(ProblemCode.HTTP_TIMEOUT);
    } finally {
      never.countDown();
    }
  }

  @Test
  void theInvocationsDeadlineComesFirstWhenItIsEarlier() throws Exception {
    try (HttpFunction http = onLoopback(Limits.DEFAULTS);
        RawServer server = new RawServer((request, out) -> true)) {
      Item item = Item.ofText("slow", get(server, "Pappus-On-Error: item"));
      ProblemException e =
          catchThrowableOfType(
              ProblemException.class,
              () ->
                  http.invoke(
                      List.of(new DataSet("requests", List.of(item))),
                      System.nanoTime() + 200_000_000L));
      assertThat(e.problem().code()).isEqualTo(ProblemCode.INVOCATION_DEADLINE);
      assertThat(e.problem().item()).isEqualTo("requests/slow");
    }
  }

  @Test
  void endlessBodiesHitTheLimit() throws Exception {
    Limits small = Limits.DEFAULTS.with(Limit.HTTP_RESPONSE, 100_000);
    try (HttpFunction http = onLoopback(small);
        RawServer server =
            new RawServer((request, out) -> {
              RawServer.send(out, "HTTP/1.1 200 OK\r\n\r\n");
              while (true) {
                RawServer.send(out, "y".repeat(1000));
              }
            })) {
      Problem problem = problemOf(http, get(server));
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_RESPONSE_LIMIT);
      assertThat(problem.detail()).contains("limits.http_response", "100000B");
    }
  }

  @Test
  void announcedLengthsAreCheckedBeforeAnythingIsRead() throws Exception {
    Limits small = Limits.DEFAULTS.with(Limit.HTTP_RESPONSE, 1000);
    try (HttpFunction http = onLoopback(small);
        RawServer server =
            new RawServer((request, out) -> {
              RawServer.send(out, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
              return true;
            })) {
      assertThat(problemOf(http, get(server)).code()).isEqualTo(ProblemCode.HTTP_RESPONSE_LIMIT);
    }
  }

  @Test
  void aBodyOfExactlyTheLimitIsFine() throws Exception {
    Limits small = Limits.DEFAULTS.with(Limit.HTTP_RESPONSE, 50_000);
    String full = "z".repeat(50_000);
    try (HttpFunction http = onLoopback(small);
        RawServer known = new RawServer(RawServer.ok(full));
        RawServer unknown = new RawServer(closingAfter("HTTP/1.1 200 OK\r\n\r\n" + full));
        RawServer more = new RawServer(closingAfter("HTTP/1.1 200 OK\r\n\r\n" + full + "z"))) {
      assertThat(callOne(http, get(known)).body()).isEqualTo(full);
      assertThat(callOne(http, get(unknown)).body()).isEqualTo(full);
      assertThat(problemOf(http, get(more)).code()).isEqualTo(ProblemCode.HTTP_RESPONSE_LIMIT);
    }
  }

  @Test
  void allAnswersOfOneCallTogetherHaveALimit() throws Exception {
    Limits small = Limits.DEFAULTS.with(Limit.OUTPUT_BYTES, 2500);
    try (HttpFunction http = onLoopback(small);
        RawServer server = new RawServer(RawServer.ok("x".repeat(1000)))) {
      assertThat(call(http, get(server), get(server))).hasSize(2);
      Problem problem = problemOf(http, get(server), get(server), get(server));
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_RESPONSE_LIMIT);
      assertThat(problem.detail()).contains("limits.output_bytes");
      String asItem = get(server, "Pappus-On-Error: item");
      assertThat(problemOf(http, asItem, asItem, asItem).detail()).contains("output_bytes");
    }
  }

  @Test
  void whatBecomesAnErrorItemTakesNothingOfThatLimit() throws Exception {
    Limits small = Limits.DEFAULTS.with(Limit.OUTPUT_BYTES, 2500).with(Limit.HTTP_RESPONSE, 2000);
    try (HttpFunction http = onLoopback(small.with(Limit.IO_CONCURRENCY, 1));
        RawServer good = new RawServer(RawServer.ok("x".repeat(500)));
        RawServer large =
            new RawServer(closingAfter("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(2001)))) {
      String tooLarge = get(large, "Pappus-On-Error: item");
      List<Answer> answers = call(http, tooLarge, tooLarge, get(good), get(good));
      assertThat(answers.get(1).head()).startsWith("HTTP/1.1 599 http_response_limit");
      assertThat(answers.get(3).body()).hasSize(500);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20, 2000, 60_000})
  void endlessHeadersHitTheLimit(int length) throws Exception {
    try (HttpFunction http = onLoopback(Limits.DEFAULTS);
        RawServer server =
            new RawServer((request, out) -> {
              RawServer.send(out, "HTTP/1.1 200 OK\r\n");
              while (true) {
                RawServer.send(out, "X: " + "h".repeat(length) + "\r\n");
              }
            })) {
      assertThat(problemOf(http, get(server)).code()).isEqualTo(ProblemCode.HTTP_RESPONSE_LIMIT);
    }
  }

  @Test
  void manyHeadersOfAllowedLengthHaveALimitTogether() throws Exception {
    String headers = ("X: " + "h".repeat(1000) + "\r\n").repeat(70);
    try (HttpFunction http = onLoopback(Limits.DEFAULTS);
        RawServer server = new RawServer(closingAfter("HTTP/1.1 200 OK\r\n" + headers + "\r\n"))) {
      Problem problem = problemOf(http, get(server));
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_RESPONSE_LIMIT);
      assertThat(problem.detail()).contains("limits.http_headers");
    }
  }

  @Test
  void tooManyItemsAreRefusedBeforeAnythingIsSent() throws Exception {
    try (HttpFunction http = onLoopback(Limits.DEFAULTS.with(Limit.SET_ITEMS, 2));
        RawServer server = new RawServer(RawServer.ok(""))) {
      Problem problem = problemOf(http, get(server), get(server), get(server));
      assertThat(problem.code()).isEqualTo(ProblemCode.TOO_MANY_ITEMS);
      assertThat(server.requests).isEmpty();
    }
  }

  @Test
  void aMalformedItemFailsTheCallBeforeAnythingIsSent() throws Exception {
    try (HttpFunction http = onLoopback(Limits.DEFAULTS);
        RawServer server = new RawServer(RawServer.ok(""))) {
      Problem problem = problemOf(http, get(server), "no request", get(server));
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_REQUEST_INVALID);
      assertThat(problem.item()).isEqualTo("requests:1/item1");
      assertThat(problem.hint()).contains("GET http://example.org/ HTTP/1.1");
      assertThat(server.requests).isEmpty();
    }
  }

  @Test
  void expectationsNameUrlAndStatus() throws Exception {
    try (HttpFunction http = onLoopback(Limits.DEFAULTS);
        RawServer server = new RawServer(closingAfter("HTTP/1.1 404 Not Found\r\n\r\nbody"))) {
      Problem problem = problemOf(http, get(server, "Pappus-Expect: 2xx, 304"));
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_STATUS);
      assertThat(problem.detail())
          .isEqualTo("GET " + server.url("/path") + "?… answered 404 Not Found, expected 2xx, 304");
      assertThat(callOne(http, get(server, "Pappus-Expect: 2xx,404")).body()).isEqualTo("body");
    }
  }

  @Test
  void failuresBecomeItemsWhereThatIsAsked() throws Exception {
    try (HttpFunction http = onLoopback(HASTY.with(Limit.HTTP_RESPONSE, 10));
        RawServer good = new RawServer(RawServer.ok("fine"));
        RawServer broken = new RawServer(closingAfter(""));
        RawServer large = new RawServer(closingAfter("HTTP/1.1 200 OK\r\n\r\nmore than ten"));
        RawServer silent = new RawServer((request, out) -> true);
        RawServer missing = new RawServer(closingAfter("HTTP/1.1 404 Not\u00e9\r\n\r\n"))) {
      String asItem = "Pappus-On-Error: item";
      List<Answer> answers =
          call(
              http,
              get(good, asItem),
              get(broken, asItem),
              get(large, asItem),
              get(silent, asItem),
              get(missing, asItem, "Pappus-Expect: 2xx"),
              get(missing, asItem));
      assertThat(answers.get(0).body()).isEqualTo("fine");
      List<String> codes =
          List.of("http_failed", "http_response_limit", "http_timeout", "http_status");
      for (int i = 0; i < codes.size(); i++) {
        Answer answer = answers.get(i + 1);
        assertThat(answer.head())
            .startsWith("HTTP/1.1 599 " + codes.get(i) + ": ")
            .endsWith("\n")
            .containsOnlyOnce("\n");
        assertThat(answer.body()).isEmpty();
      }
      assertThat(answers.get(5).statusLine()).isEqualTo("HTTP/1.1 404 Not\u00e9");
    }
  }

  @Test
  void deniedEgressFailsTheCallEvenWhereItemsAreAskedFor() throws Exception {
    try (HttpFunction http = new HttpFunction(EgressPolicy.DEFAULT, Limits.DEFAULTS);
        RawServer server = new RawServer(RawServer.ok("secret"))) {
      Problem problem = problemOf(http, get(server, "Pappus-On-Error: item"));
      assertThat(problem.code()).isEqualTo(ProblemCode.EGRESS_DENIED);
      assertThat(problem.detail())
          .isEqualTo(
              "connecting to 127.0.0.1:%d is not allowed: it is a loopback address and no rule of [egress] allow names it"
                  .formatted(server.port()));
      assertThat(problem.hint())
          .isEqualTo(
              "start the node with --egress 127.0.0.1:%d, or add it to [egress] allow"
                  .formatted(server.port()));
      assertThat(server.connections).hasValue(0);
    }
  }

  @Test
  void oneFailureEndsTheOtherExchanges() throws Exception {
    CountDownLatch waiting = new CountDownLatch(3);
    try (HttpFunction http = onLoopback(Limits.DEFAULTS);
        RawServer silent =
            new RawServer((request, out) -> {
              waiting.countDown();
              return true;
            });
        RawServer broken =
            new RawServer((request, out) -> {
              waiting.await();
              return false;
            })) {
      Problem problem = problemOf(http, get(silent), get(silent), get(broken), get(silent));
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_FAILED);
      assertThat(problem.item()).isEqualTo("requests:2/item2");
      assertThat(silent.awaitDisconnects(3)).isTrue();
    }
  }

  @Test
  void anInterruptEndsTheCallAndItsConnections() throws Exception {
    CountDownLatch waiting = new CountDownLatch(5);
    try (HttpFunction http = onLoopback(Limits.DEFAULTS);
        RawServer silent =
            new RawServer((request, out) -> {
              waiting.countDown();
              return true;
            })) {
      CompletableFuture<String> outcome = new CompletableFuture<>();
      Thread caller =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  call(http, Collections.nCopies(5, get(silent)).toArray(String[]::new));
                  outcome.complete("answered");
                } catch (InterruptedException e) {
                  outcome.complete("interrupted");
                } catch (Throwable e) {
                  outcome.completeExceptionally(e);
                }
              });
      waiting.await();
      caller.interrupt();
      assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo("interrupted");
      assertThat(silent.awaitDisconnects(5)).isTrue();
    }
  }

  @Test
  void closingEndsWhatIsUnderWayAndRefusesWhatComes() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    HttpFunction http = onLoopback(Limits.DEFAULTS);
    try (RawServer silent =
        new RawServer((request, out) -> {
          waiting.countDown();
          return true;
        })) {
      CompletableFuture<Problem> underWay = new CompletableFuture<>();
      Thread.ofVirtual().start(() -> underWay.complete(problemOf(http, get(silent))));
      waiting.await();
      http.close();
      assertThat(underWay.get(5, TimeUnit.SECONDS).code()).isEqualTo(ProblemCode.SHUTTING_DOWN);
      assertThat(problemOf(http, get(silent)).code()).isEqualTo(ProblemCode.SHUTTING_DOWN);
      assertThat(silent.connections).hasValue(1);
    }
  }
}
