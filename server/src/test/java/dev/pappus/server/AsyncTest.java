package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.pappus.model.Limit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asynchronous invocations, idempotency keys, history and cancelling through HTTP. */
@Tag("kvm")
class AsyncTest {
  private static final byte[] NOTHING = new byte[0];
  private static final String[] ASYNC = {"prefer", "respond-async"};

  private static final Queue<Call> CALLS = new ConcurrentLinkedQueue<>();

  @TempDir static Path data;
  private static TestNode node;
  private static HttpServer receiver;

  /** What the receiver of callbacks was sent. */
  private record Call(String path, String body, String id, String status) {}

  @BeforeAll
  static void start() throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/", AsyncTest::receive);
    receiver.start();
    node =
        new TestNode(
            data,
            builder ->
                builder
                    .allowEgress("127.0.0.1:" + receiver.getAddress().getPort())
                    .limit(Limit.FUNCTION_RUN, 2_000_000_000L));
    deploy("echo?in=in&out=out", "echo");
    deploy("hostile", "hostile");
    deploy("busy", "busy");
    deploy("hello", "hello");
  }

  @AfterAll
  static void stop() {
    node.close();
    receiver.stop(0);
  }

  /** Takes what is sent to /ID/…; refuses the first of each path that ends in /twice. */
  private static void receive(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    boolean first =
        CALLS.stream().noneMatch(call -> call.path.equals(path)) && path.endsWith("/twice");
    CALLS.add(
        new Call(
            path,
            body,
            exchange.getRequestHeaders().getFirst("X-Call-Id"),
            exchange.getRequestHeaders().getFirst("X-Function-Status")));
    exchange.sendResponseHeaders(first ? 503 : 204, -1);
    exchange.close();
  }

  private static void deploy(String what, String guest) throws Exception {
    HttpResponse<byte[]> put = node.admin("PUT", "/v1/functions/" + what, TestNode.guest(guest));
    assertThat(put.statusCode()).as(text(put)).isLessThan(300);
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), UTF_8);
  }

  private static HttpResponse<byte[]> post(String path, String body, String... headers)
      throws Exception {
    return node.send("POST", node.invocation() + path, body.getBytes(UTF_8), headers);
  }

  private static HttpResponse<byte[]> get(String path) throws Exception {
    return node.send("GET", node.invocation() + path, NOTHING);
  }

  /** The first answer to a GET that is no 202. */
  private static HttpResponse<byte[]> result(String location) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      HttpResponse<byte[]> answer = get(location + "/result");
      if (answer.statusCode() != 202) {
        return answer;
      }
      assertThat(answer.headers().firstValue("retry-after")).isPresent();
      assertThat(System.nanoTime() - end).as("still %s", text(answer)).isNegative();
    }
  }

  private static String accepted(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(202);
    assertThat(answer.headers().firstValue("preference-applied")).hasValue("respond-async");
    return answer.headers().firstValue("location").orElseThrow();
  }

  @Test
  void theResultIsWhatTheSynchronousAnswerWouldHaveBeen() throws Exception {
    String location = accepted(post("/function/echo", "later", ASYNC));
    HttpResponse<byte[]> result = result(location);
    HttpResponse<byte[]> direct = post("/function/echo", "later");
    assertThat(text(result)).isEqualTo("later");
    assertThat(result.statusCode()).isEqualTo(200);
    assertThat(result.headers().firstValue("content-type"))
        .isEqualTo(direct.headers().firstValue("content-type"));
    assertThat(location).endsWith(result.headers().firstValue("x-pappus-invocation").orElseThrow());
    String told = text(get(location));
    assertThat(told)
        .contains("\"status\":\"succeeded\"", "\"target\":\"echo\"", "\"durable\":true")
        .contains("\"digest\":\"sha256:", "\"start\":\"", "\"runMicros\":");
  }

  @Test
  void theAsyncPathNeedsNoPreference() throws Exception {
    assertThat(text(result(accepted(post("/async-function/echo", "alias"))))).isEqualTo("alias");
  }

  @Test
  void aFailureIsKeptAsItsProblem() throws Exception {
    HttpResponse<byte[]> result =
        result(accepted(post("/function/hostile", "print_and_fail", ASYNC)));
    ProblemAnswer.of(result).is(502, "guest_exit", "function");
    String id = result.headers().firstValue("x-pappus-invocation").orElseThrow();
    assertThat(text(get("/v1/invocations/" + id)))
        .contains("\"status\":\"failed\"", "\"code\":\"guest_exit\"")
        .contains("\"logTail\":\"the last words of a function");
  }

  private static String idOf(HttpResponse<byte[]> answer) {
    return answer.headers().firstValue("x-pappus-invocation").orElseThrow();
  }

  @Test
  void aKeyIsOneInvocation() throws Exception {
    String[] key = {"idempotency-key", "order-1"};
    HttpResponse<byte[]> first = post("/function/echo", "once", key);
    assertThat(text(first)).isEqualTo("once");
    HttpResponse<byte[]> again = post("/function/echo", "once", key);
    assertThat(text(again)).isEqualTo("once");
    assertThat(idOf(again)).isEqualTo(idOf(first));
    HttpResponse<byte[]> quoted =
        post("/function/echo", "once", "idempotency-key", "\"order-1\"", ASYNC[0], ASYNC[1]);
    assertThat(accepted(quoted)).endsWith(idOf(first));
    assertThat(quoted.headers().firstValue("idempotency-replayed")).hasValue("true");
    ProblemAnswer.of(post("/function/echo", "other", key))
        .is(422, "idempotency_mismatch", "caller");
    ProblemAnswer.of(post("/function/busy", "once", key)).is(422, "idempotency_mismatch", "caller");
    ProblemAnswer.of(post("/function/echo", "once", "idempotency-key", "has blank"))
        .is(400, "bad_request", "caller");
  }

  @Test
  void waitingAndRunningInvocationsAreCancelled() throws Exception {
    String first = accepted(post("/function/busy", "1000000000000", ASYNC));
    String second = accepted(post("/function/busy", "1000000000000", ASYNC));
    String third = accepted(post("/function/busy", "1000000000000", ASYNC));
    for (String location : List.of(third, second, first, first)) {
      HttpResponse<byte[]> cancelled = node.send("DELETE", node.invocation() + location, NOTHING);
      assertThat(cancelled.statusCode()).as(text(cancelled)).isEqualTo(200);
      assertThat(text(cancelled)).contains("\"status\":\"cancelled\"");
      ProblemAnswer.of(result(location)).is(409, "cancelled", "caller");
    }
    ProblemAnswer.of(node.send("DELETE", node.invocation() + "/v1/invocations/none", NOTHING))
        .is(404, "unknown_invocation", "caller");
  }

  @Test
  void aSynchronousInvocationIsSeenAndCancelled() throws Exception {
    var answer =
        node.client()
            .sendAsync(
                HttpRequest.newBuilder(URI.create(node.invocation() + "/function/busy"))
                    .POST(HttpRequest.BodyPublishers.ofString("1000000000001"))
                    .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    String list = "/v1/invocations?status=running&target=busy";
    String id = "";
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (id.isEmpty() && System.nanoTime() < end) {
      String running = text(node.admin("GET", list, NOTHING));
      int at = running.indexOf("\"durable\":false");
      int from = running.lastIndexOf("\"id\":\"", at);
      id = at < 0 ? "" : running.substring(from + 6, from + 32);
    }
    assertThat(id).as("seen while it runs").isNotEmpty();
    assertThat(get("/v1/invocations/" + id + "/result").statusCode()).isEqualTo(202);
    node.send("DELETE", node.administration() + "/v1/invocations/" + id, NOTHING);
    ProblemAnswer.of(answer.get(30, TimeUnit.SECONDS)).is(409, "cancelled", "caller");
    ProblemAnswer.of(get("/v1/invocations/" + id + "/result")).is(410, "result_gone", "caller");
  }

  @Test
  void namespacesDoNotSeeEachOther() throws Exception {
    String location = accepted(post("/function/echo", "mine", ASYNC));
    result(location);
    for (String path : new String[] {location, location + "/result"}) {
      HttpResponse<byte[]> foreign =
          node.send("GET", node.invocation() + path, NOTHING, "pappus-namespace", "other");
      ProblemAnswer.of(foreign).is(404, "unknown_invocation", "caller");
    }
    HttpResponse<byte[]> list =
        node.send(
            "GET", node.administration() + "/v1/invocations", NOTHING, "pappus-namespace", "other");
    assertThat(text(list)).contains("\"invocations\":[]");
  }

  @Test
  void aTokenReachesNoInvocationOfAnotherNamespace() throws Exception {
    String one = bearer("\"scope\":\"deploy\",\"namespace\":\"one\"");
    String two = bearer("\"scope\":\"deploy\",\"namespace\":\"two\"");
    for (String each : List.of(one, two)) {
      for (String guest : List.of("hello", "busy")) {
        String url = node.administration() + "/v1/functions/" + guest;
        byte[] elf = TestNode.guest(guest);
        assertThat(node.send("PUT", url, elf, "authorization", each).statusCode()).isEqualTo(201);
      }
    }
    String[] keyOfOne = {"authorization", one, "idempotency-key", "shared", ASYNC[0], ASYNC[1]};
    String ended = accepted(post("/function/hello", "One", keyOfOne));
    String running =
        accepted(post("/function/busy", "1000000000002", "authorization", one, ASYNC[0], ASYNC[1]));

    for (String location : List.of(ended, running)) {
      String id = location.substring(location.lastIndexOf('/') + 1);
      for (String base : List.of(node.invocation(), node.administration())) {
        ProblemAnswer.of(as(two, "GET", base + location)).is(404, "unknown_invocation", "caller");
        ProblemAnswer.of(as(two, "GET", base + location + "/result"))
            .is(404, "unknown_invocation", "caller");
        ProblemAnswer.of(as(two, "DELETE", base + location))
            .is(404, "unknown_invocation", "caller");
      }
      ProblemAnswer.of(as(two, "GET", node.administration() + "/v1/logs?id=" + id))
          .is(404, "unknown_invocation", "caller");
      assertThat(text(as(two, "GET", node.administration() + "/v1/logs?target=hello"))).isEmpty();
      assertThat(text(as(two, "GET", node.administration() + "/v1/invocations")))
          .contains("\"invocations\":[]");
      ProblemAnswer.of(
              node.send(
                  "GET",
                  node.administration() + location,
                  NOTHING,
                  "authorization",
                  two,
                  "pappus-namespace",
                  "one"))
          .is(403, "forbidden", "caller");
    }
    assertThat(text(as(one, "GET", node.invocation() + running)))
        .as("nobody cancelled it")
        .containsPattern("\"status\":\"(queued|running)\"");
    assertThat(text(as(one, "DELETE", node.invocation() + running))).contains("cancelled");

    HttpResponse<byte[]> sameKey =
        post("/function/hello", "Two", "authorization", two, "idempotency-key", "shared");
    assertThat(text(sameKey)).isEqualTo("Hello, Two!\n");
    assertThat(ended).doesNotContain(idOf(sameKey));
    assertThat(
            text(post("/function/hello", "One", "authorization", one, "idempotency-key", "shared")))
        .isEqualTo("Hello, One!\n");
    assertThat(text(as(one, "GET", node.administration() + "/v1/logs?target=hello")))
        .contains("Hello, One!")
        .doesNotContain("Two");
  }

  private static String bearer(String members) throws Exception {
    String made = text(node.admin("POST", "/v1/tokens", ("{" + members + "}").getBytes(UTF_8)));
    int at = made.indexOf("pappus_");
    assertThat(at).as(made).isPositive();
    return "Bearer " + made.substring(at, made.indexOf('"', at));
  }

  private static HttpResponse<byte[]> as(String bearer, String method, String url)
      throws Exception {
    return node.send(method, url, NOTHING, "authorization", bearer);
  }

  @Test
  void listsAreNewestFirstInPages() throws Exception {
    String older = idOf(post("/function/hello", "a"));
    String newer = idOf(post("/function/hello", "b"));
    String page = text(node.admin("GET", "/v1/invocations?target=hello&limit=1", NOTHING));
    assertThat(page).contains(newer, "\"cursor\":\"" + newer).doesNotContain(older);
    assertThat(
            text(
                node.admin("GET", "/v1/invocations?target=hello&limit=1&cursor=" + newer, NOTHING)))
        .contains(older)
        .doesNotContain(newer);
    ProblemAnswer.of(node.admin("GET", "/v1/invocations?state=failed", NOTHING))
        .is(400, "bad_request", "caller");
    ProblemAnswer.of(node.admin("GET", "/v1/invocations?status=done", NOTHING))
        .is(400, "bad_request", "caller");
  }

  @Test
  void resultsAreSentWhereTheyAreWanted() throws Exception {
    String base = "http://127.0.0.1:" + receiver.getAddress().getPort();
    String once =
        accepted(
            post("/function/echo", "called", ASYNC[0], ASYNC[1], "x-callback-url", base + "/once"));
    String twice =
        accepted(
            post(
                "/function/hostile",
                "print_and_fail",
                ASYNC[0],
                ASYNC[1],
                "x-callback-url",
                base + "/twice"));
    assertThat(delivered(once)).contains("\"attempts\":1", "answered 204");
    assertThat(delivered(twice)).contains("\"attempts\":2");
    String id = once.substring(once.lastIndexOf('/') + 1);
    assertThat(CALLS).contains(new Call("/once", "called", id, "200"));
    assertThat(CALLS.stream().filter(call -> call.path.equals("/twice")))
        .hasSize(2)
        .allSatisfy(call -> assertThat(call.body).contains("guest_exit"))
        .allSatisfy(call -> assertThat(call.status).isEqualTo("502"));
  }

  private static String delivered(String location) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    String told = "";
    while (!told.contains("\"status\":\"delivered\"")) {
      told = text(get(location));
      assertThat(System.nanoTime() - end).as(told).isNegative();
    }
    return told;
  }

  @Test
  void callbacksKeepToTheEgressPolicy() throws Exception {
    HttpResponse<byte[]> refused =
        post("/function/echo", "x", ASYNC[0], ASYNC[1], "x-callback-url", "http://10.0.0.1/");
    ProblemAnswer.of(refused).is(403, "egress_denied", "caller");
    ProblemAnswer.of(
            post("/function/echo", "x", ASYNC[0], ASYNC[1], "x-callback-url", "ftp://host/"))
        .is(400, "bad_request", "caller");
    ProblemAnswer.of(post("/function/echo", "x", "x-callback-url", "http://example.org/"))
        .is(400, "bad_request", "caller");
  }
}
