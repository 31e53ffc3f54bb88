package dev.pappus.communication;

import static dev.pappus.communication.HttpCalls.call;
import static dev.pappus.communication.HttpCalls.callOne;
import static dev.pappus.communication.HttpCalls.onLoopback;
import static dev.pappus.communication.HttpCalls.problemOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which connections are made, kept, and given up. */
@Timeout(30)
class HttpConnectionTest {
  private static String post(RawServer server) {
    return "POST " + server.url("/") + " HTTP/1.1\n\nbody";
  }

  @Test
  void connectionsAreKept() throws Exception {
    try (HttpFunction http = onLoopback(Limits.DEFAULTS);
        RawServer server = new RawServer(RawServer.ok("ok"))) {
      for (int i = 0; i < 5; i++) {
        assertThat(callOne(http, post(server)).body()).isEqualTo("ok");
      }
      assertThat(server.requests).hasSize(5);
      assertThat(server.connections).hasValue(1);
    }
  }

  @Test
  void aConnectionThatTheServerClosedIsNotedBeforeThePostIsLost() throws Exception {
    try (HttpFunction http = onLoopback(Limits.DEFAULTS);
        RawServer server =
            new RawServer((request, out) -> {
              RawServer.ok("ok").handle(request, out);
              return false; // Closes without having said so.
            })) {
      for (int i = 0; i < 5; i++) {
        assertThat(callOne(http, post(server)).body()).isEqualTo("ok");
        assertThat(server.awaitDisconnects(1)).isTrue();
      }
      assertThat(server.requests).hasSize(5);
      assertThat(server.connections).hasValue(5);
    }
  }

  @Test
  void aPostOnAKeptConnectionThatBreaksIsNotSentAgain() throws Exception {
    try (HttpFunction http = onLoopback(Limits.DEFAULTS);
        RawServer server =
            new RawServer((request, out) ->
                request.line().startsWith("GET") && RawServer.ok("ok").handle(request, out))) {
      callOne(http, "GET " + server.url("/") + " HTTP/1.1\n");
      Problem problem = problemOf(http, post(server));
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_FAILED);
      assertThat(problem.hint()).contains("not sent again");
      assertThat(server.requests).hasSize(2);
      assertThat(server.connections).hasValue(1);
    }
  }

  @Test
  void bytesBehindAnAnswerNeverAnswerTheNextRequest() throws Exception {
    try (HttpFunction http = onLoopback(Limits.DEFAULTS);
        RawServer server =
            new RawServer((request, out) -> {
              RawServer.send(
                  out,
                  "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
                      + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
              return true;
            })) {
      for (int i = 0; i < 5; i++) {
        assertThat(callOne(http, post(server)).body()).isEqualTo("good");
      }
      assertThat(server.connections).hasValue(5);
    }
  }

  @Test
  void exchangesOfAllCallsTogetherKeepToTheLimit() throws Exception {
    int width = 3;
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CyclicBarrier full = new CyclicBarrier(width);
    try (HttpFunction http = onLoopback(Limits.DEFAULTS.with(Limit.IO_CONCURRENCY, width));
        RawServer server =
            new RawServer((request, out) -> {
              most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
              try {
                full.await(); // Passes only when as many as allowed are here at once.
              } catch (BrokenBarrierException e) {
                throw new IOException(e);
              }
              underWay.decrementAndGet();
              return RawServer.ok("ok").handle(request, out);
            });
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      String[] requests = Collections.nCopies(6 * width, post(server)).toArray(String[]::new);
      List<Future<Integer>> calls =
          Collections.nCopies(2, requests).stream()
              .map(all -> callers.submit(() -> call(http, all).size()))
              .toList();
      for (Future<Integer> answered : calls) {
        assertThat(answered.get()).isEqualTo(requests.length);
      }
      assertThat(most).hasValue(width);
      assertThat(server.requests).hasSize(2 * requests.length);
      assertThat(server.connections.get()).isLessThanOrEqualTo(width);
    }
  }

  @Test
  void onlyTheAllowedAddressesOfANameAreConnectedTo() throws Exception {
    GuardedResolver.NameService names =
        host -> List.of(InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1"));
    InetAddress denied = InetAddress.ofLiteral("127.0.0.2");
    try (RawServer allowed = new RawServer(RawServer.ok("allowed"));
        HttpFunction http =
            new HttpFunction(
                EgressPolicy.parse(List.of("127.0.0.1"), false), Limits.DEFAULTS, names, null)) {
      String url = "http://two.example:" + allowed.port();
      assertThat(callOne(http, "GET " + url + "/ HTTP/1.1\n").body()).isEqualTo("allowed");
      assertThat(allowed.requests.getFirst().headers("Host"))
          .containsExactly("two.example:" + allowed.port());
      try (HttpFunction other =
          new HttpFunction(
              EgressPolicy.parse(List.of("127.0.0.3"), false), Limits.DEFAULTS, names, null)) {
        Problem problem = problemOf(other, "GET " + url + "/ HTTP/1.1\n");
        assertThat(problem.code()).isEqualTo(ProblemCode.EGRESS_DENIED);
        assertThat(problem.detail())
            .startsWith(
                "connecting to %s:%d (two.example) is not allowed"
                    .formatted(denied.getHostAddress(), allowed.port()));
      }
      assertThat(allowed.connections).hasValue(1);
    }
  }

  @Test
  void aNameThatChangesItsAddressIsJudgedAgain() throws Exception {
    AtomicInteger lookups = new AtomicInteger();
    try (RawServer server =
            new RawServer((request, out) -> {
              RawServer.ok("ok").handle(request, out);
              return false;
            });
        HttpFunction http =
            new HttpFunction(
                EgressPolicy.parse(List.of("127.0.0.1"), false),
                Limits.DEFAULTS,
                host ->
                    List.of(
                        InetAddress.ofLiteral(
                            lookups.incrementAndGet() == 1 ? "127.0.0.1" : "127.0.0.5")),
                null)) {
      String request = "GET http://rebind.example:" + server.port() + "/ HTTP/1.1\n";
      assertThat(callOne(http, request).body()).isEqualTo("ok");
      assertThat(server.awaitDisconnects(1)).isTrue();
      assertThat(problemOf(http, request).code()).isEqualTo(ProblemCode.EGRESS_DENIED);
      assertThat(lookups).hasValue(2);
    }
  }
}
