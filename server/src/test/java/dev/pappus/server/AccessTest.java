package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Namespace;
import dev.pappus.server.access.Quota;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what, over HTTP, on a node whose invocation port is not on loopback. */
class AccessTest {
  private static final byte[] NOTHING = new byte[0];
  private static final Pattern TOKEN = Pattern.compile("\"token\":\"(pappus_[^\"]+)\"");
  private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-f]{16})\"");
  private static final String PASS =
      "function HTTP(requests) => (headers, bodies);"
          + " composition pass(a) => (b) { HTTP(requests = all a) => (b = bodies); }";

  @TempDir static Path data;
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node =
        new TestNode(
            data,
            b ->
                b.host("0.0.0.0")
                    .access(
                        a -> a.quota(new Namespace("small"), _ -> new Quota(1.0 / 3600, 0, 0))));
    assertThat(node.admin("POST", "/v1/compositions", PASS.getBytes(UTF_8)).statusCode())
        .isEqualTo(201);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static HttpResponse<byte[]> create(String json) throws Exception {
    return node.admin("POST", "/v1/tokens", json.getBytes(UTF_8));
  }

  private static String find(Pattern pattern, HttpResponse<byte[]> answer) {
    String body = new String(answer.body(), UTF_8);
    Matcher matcher = pattern.matcher(body);
    assertThat(matcher.find()).as(body).isTrue();
    return matcher.group(1);
  }

  private static String token(String members) throws Exception {
    HttpResponse<byte[]> answer = create("{" + members + "}");
    assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(201);
    return find(TOKEN, answer);
  }

  private static HttpResponse<byte[]> pass(String... headers) throws Exception {
    return node.send("POST", node.invocation() + "/composition/pass", NOTHING, headers);
  }

  private static HttpResponse<byte[]> withToken(String token, String path) throws Exception {
    return node.send("POST", node.invocation() + path, NOTHING, "Authorization", "Bearer " + token);
  }

  @Test
  void withoutATokenNothingIsServedBeyondLoopback() throws Exception {
    HttpResponse<byte[]> answer = pass();
    ProblemAnswer.of(answer).is(401, "unauthenticated", "caller");
    assertThat(answer.headers().firstValue("www-authenticate"))
        .hasValueSatisfying(value -> assertThat(value).startsWith("Bearer"));
    for (String path : new String[] {"/hot/x", "/cold/x", "/register/function", "/nothing"}) {
      ProblemAnswer.of(node.invoke(path, NOTHING)).is(401, "unauthenticated", "caller");
    }
    for (String bad :
        new String[] {"Bearer pappus_x", "Bearer pappus_" + "0".repeat(81), "Basic YTpi", "x"}) {
      ProblemAnswer.of(pass("Authorization", bad)).is(401, "unauthenticated", "caller");
    }
  }

  @Test
  void scopesIncludeOneAnother() throws Exception {
    String invoke = token("\"scope\":\"invoke\",\"name\":\"mine\"");
    String deploy = token("\"scope\":\"deploy\"");
    String admin = token("\"scope\":\"admin\"");
    for (String good : new String[] {invoke, deploy, admin}) {
      assertThat(withToken(good, "/composition/pass").statusCode()).isEqualTo(200);
    }
    ProblemAnswer.of(withToken(invoke, "/register/composition")).is(403, "forbidden", "caller");
    ProblemAnswer.of(withToken(deploy, "/register/composition")).is(400, "bad_bson", "caller");
    String tokens = node.administration() + "/v1/tokens";
    ProblemAnswer.of(node.send("GET", tokens, NOTHING, "Authorization", "Bearer " + deploy))
        .is(403, "forbidden", "caller");
    HttpResponse<byte[]> list =
        node.send("GET", tokens, NOTHING, "authorization", "bearer " + admin);
    assertThat(new String(list.body(), UTF_8))
        .contains("\"name\":\"mine\"")
        .doesNotContain(invoke)
        .doesNotContain("ash");
    // What nobody serves is unknown to whoever may ask, not forbidden.
    ProblemAnswer.of(withToken(invoke, "/nothing")).is(404, "unknown_path", "caller");
  }

  @Test
  void aBadTokenIsRefusedOnLoopbackToo() throws Exception {
    ProblemAnswer.of(
            node.send(
                "GET",
                node.administration() + "/v1/functions",
                NOTHING,
                "Authorization",
                "Bearer pappus_none"))
        .is(401, "unauthenticated", "caller");
  }

  @Test
  void tokensOfANamespaceStayInIt() throws Exception {
    String token = token("\"scope\":\"invoke\",\"namespace\":\"team\"");
    String bearer = "Bearer " + token;
    assertThat(pass("Authorization", bearer).statusCode()).isNotEqualTo(403);
    assertThat(pass("Authorization", bearer, "Pappus-Namespace", "team").statusCode())
        .isNotEqualTo(403);
    ProblemAnswer.of(pass("Authorization", bearer, "Pappus-Namespace", "other"))
        .is(403, "forbidden", "caller");
    ProblemAnswer.of(create("{\"scope\":\"admin\",\"namespace\":\"team\"}"))
        .is(400, "bad_request", "caller");
  }

  @Test
  void removedTokensAreRefusedAtOnce() throws Exception {
    HttpResponse<byte[]> created = create("{\"scope\":\"invoke\"}");
    String token = find(TOKEN, created);
    assertThat(withToken(token, "/composition/pass").statusCode()).isEqualTo(200);
    String path = "/v1/tokens/" + find(ID, created);
    assertThat(node.admin("DELETE", path, NOTHING).statusCode()).isEqualTo(204);
    ProblemAnswer.of(node.admin("DELETE", path, NOTHING)).is(404, "unknown_token", "caller");
    ProblemAnswer.of(withToken(token, "/composition/pass")).is(401, "unauthenticated", "caller");
  }

  @Test
  void whoeverFollowsLogsIsCutOffWithItsToken() throws Exception {
    HttpResponse<byte[]> created = create("{\"scope\":\"invoke\"}");
    HttpRequest follow =
        HttpRequest.newBuilder(URI.create(node.administration() + "/v1/logs?follow=true"))
            .header("Authorization", "Bearer " + find(TOKEN, created))
            .build();
    HttpResponse<InputStream> lines =
        node.client().send(follow, HttpResponse.BodyHandlers.ofInputStream());
    assertThat(lines.statusCode()).isEqualTo(200);
    node.admin("DELETE", "/v1/tokens/" + find(ID, created), NOTHING);
    node.send("POST", node.administration() + "/composition/pass", NOTHING); // has it look
    CompletableFuture<byte[]> rest = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            rest.complete(lines.body().readAllBytes());
          } catch (IOException e) {
            rest.completeExceptionally(e);
          }
        });
    assertThat(new String(rest.get(30, TimeUnit.SECONDS), UTF_8)).isBlank();
  }

  @Test
  void ratesAreRefusedWithTheTimeToWait() throws Exception {
    String token = token("\"scope\":\"invoke\",\"rate\":\"2/h\"");
    assertThat(withToken(token, "/composition/pass").statusCode()).isEqualTo(200);
    HttpResponse<byte[]> refused = withToken(token, "/composition/pass");
    ProblemAnswer.of(refused).is(429, "rate_limited", "caller");
    assertThat(Long.parseLong(refused.headers().firstValue("retry-after").orElse("0")))
        .isBetween(1700L, 1800L);
    String other = token("\"scope\":\"invoke\",\"bytes\":\"1KiB/s\"");
    byte[] large = new byte[100 << 10];
    String url = node.invocation() + "/composition/nobody";
    node.send("POST", url, large, "Authorization", "Bearer " + other);
    // The composition is unknown, so the body was not read, and is not charged.
    ProblemAnswer.of(node.send("POST", url, large, "Authorization", "Bearer " + other))
        .is(404, "unknown_invocable", "caller");
  }

  @Test
  void answersThatGoOnAreChargedAsTheyCome() throws Exception {
    String bearer = "Bearer " + token("\"scope\":\"invoke\",\"bytes\":\"1B/s\"");
    HttpRequest follow =
        HttpRequest.newBuilder(URI.create(node.administration() + "/v1/logs?follow=true"))
            .header("Authorization", bearer)
            .build();
    HttpResponse<InputStream> lines =
        node.client().send(follow, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = lines.body()) {
      // A request that HTTP cannot read makes the invocation fail, which is a line.
      byte[] bad = "no request".getBytes(UTF_8);
      node.send("POST", node.administration() + "/composition/pass", bad);
      assertThat((char) body.read()).isEqualTo('{');
      ProblemAnswer.of(
              node.send(
                  "GET", node.administration() + "/v1/functions", NOTHING, "Authorization", bearer))
          .is(429, "rate_limited", "caller");
    }
  }

  @Test
  void namespacesHaveQuotasOfTheirOwn() throws Exception {
    String one = "Bearer " + token("\"scope\":\"invoke\"");
    String two = "Bearer " + token("\"scope\":\"invoke\"");
    pass("Authorization", one, "Pappus-Namespace", "small");
    ProblemAnswer.of(pass("Authorization", two, "Pappus-Namespace", "small"))
        .is(429, "rate_limited", "caller");
    assertThat(pass("Authorization", two).statusCode()).isEqualTo(200);
  }

  /** Else whoever has no token could fill the node's memory for bodies. */
  @Test
  void whatTakesNoBodyIsAnsweredBeforeOne() throws Exception {
    for (String[] each :
        new String[][] {
          {"GET /livez", "200"},
          {"GET /readyz", "200"},
          {"POST /livez", "405"},
          {"PATCH /v1/functions", "405"},
          {"GET /nothing", "404"},
        }) {
      URI base = URI.create(node.administration());
      try (Socket socket = new Socket(base.getHost(), base.getPort())) {
        socket.setSoTimeout(10_000);
        String head = each[0] + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(UTF_8));
        assertThat(new String(socket.getInputStream().readNBytes(12), UTF_8))
            .as(each[0])
            .isEqualTo("HTTP/1.1 " + each[1]);
      }
    }
  }

  @Test
  void requestsForTokensAreChecked() throws Exception {
    for (String bad :
        new String[] {
          "",
          "[]",
          "{",
          "{\"scope\":{}}",
          "{\"scope\":\"x\"}",
          "{\"scope\":\"invoke\",\"x\":1}",
          "{\"scope\":\"invoke\"} {}",
          "{\"scope\":\"invoke\",\"expires\":\"never\"}"
        }) {
      ProblemAnswer.of(create(bad)).is(400, "bad_request", "caller");
    }
  }

  @Test
  void pagesOfOtherSitesInvokeNothing(@TempDir Path folder) throws Exception {
    try (TestNode local = new TestNode(folder, _ -> {})) {
      local.admin("POST", "/v1/compositions", PASS.getBytes(UTF_8));
      for (String base : new String[] {local.invocation(), local.administration()}) {
        String url = base + "/composition/pass";
        for (String[] header :
            new String[][] {
              {"Origin", "http://evil.example"},
              {"Origin", "null"},
              {"Sec-Fetch-Site", "cross-site"},
              {"Sec-Fetch-Site", "same-site"},
            }) {
          ProblemAnswer.of(local.send("POST", url, NOTHING, header))
              .is(403, "cross_origin_denied", "caller");
        }
        assertThat(local.send("POST", url, NOTHING, "Origin", base).statusCode()).isEqualTo(200);
        assertThat(local.send("POST", url, NOTHING, "Sec-Fetch-Site", "none").statusCode())
            .isEqualTo(200);
      }
      assertThat(rebound(local))
          .startsWith("HTTP/1.1 403 ")
          .contains("\"code\":\"cross_origin_denied\"");
    }
  }

  /** A request for a name that a page has had point to this machine. */
  private static String rebound(TestNode local) throws Exception {
    InetSocketAddress address = local.invocationAddress();
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      String request =
          "POST /composition/pass HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n"
              + "Connection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }
}
