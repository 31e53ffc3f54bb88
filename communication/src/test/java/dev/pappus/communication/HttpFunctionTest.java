package dev.pappus.communication;

import static dev.pappus.communication.HttpCalls.call;
import static dev.pappus.communication.HttpCalls.callOne;
import static dev.pappus.communication.HttpCalls.onLoopback;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.communication.HttpCalls.Answer;
import dev.pappus.model.DataSet;
import dev.pappus.model.Limits;
import dev.pappus.model.Signature;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes out and what comes back when all is well. */
class HttpFunctionTest {
  private final HttpFunction http = onLoopback(Limits.DEFAULTS);

  @AfterEach
  void close() {
    http.close();
  }

  @Test
  void isCalledAsTheReferenceCallsIt() {
    assertThat(http.name()).isEqualTo("HTTP");
    assertThat(http.signature())
        .isEqualTo(new Signature(List.of("requests"), List.of("headers", "bodies")));
  }

  @Test
  void answersWithStatusLineHeadersAndBody() throws Exception {
    try (RawServer server =
        new RawServer((request, out) -> {
          RawServer.send(
              out,
              "HTTP/1.1 200 Fine thanks\r\nContent-Length: 5\r\nX-A: 1\r\nx-b:  two \r\nX-A:"
                  + " 3\r\n\r\nhello");
          return true;
        })) {
      Answer answer = callOne(http, "GET " + server.url("/a?b=c") + " HTTP/1.1\n\n");
      assertThat(answer.head())
          .isEqualTo("HTTP/1.1 200 Fine thanks\nContent-Length:5\nX-A:1\nx-b:two\nX-A:3\n");
      assertThat(answer.body()).isEqualTo("hello");
      assertThat(server.requests.getFirst().head())
          .isEqualTo(
              "GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:"
                  + server.port()
                  + "\r\nConnection: keep-alive\r\n\r\n");
    }
  }

  @Test
  void anEmptySetIsAnsweredWithEmptySets() throws Exception {
    assertThat(http.invoke(List.of(DataSet.empty("requests")), HttpCalls.in(1)))
        .containsExactly(DataSet.empty("headers"), DataSet.empty("bodies"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "x-y!"})
  void sendsAnyMethodWithABody(String method) throws Exception {
    try (RawServer server = new RawServer(RawServer.ok("ok"))) {
      callOne(
          http,
          method + " " + server.url("/") + " HTTP/1.1\nContent-Type: text/plain\n\nbody\n\nmore");
      RawServer.Request seen = server.requests.getFirst();
      assertThat(seen.line()).isEqualTo(method + " / HTTP/1.1");
      assertThat(seen.body()).isEqualTo("body\n\nmore");
      assertThat(seen.headers("Content-Length")).containsExactly("10");
      assertThat(seen.headers("Content-Type")).containsExactly("text/plain");
    }
  }

  @Test
  void sendsHeadersInOrderAndRepeated() throws Exception {
    try (RawServer server = new RawServer(RawServer.ok("ok"))) {
      callOne(
          http,
          "GET "
              + server.url("/")
              + " HTTP/1.1\r\nAccept:  a\r\nX-One:1\r\nAccept: b\r\nHost: other.example\r\n"
              + "User-Agent: me\r\nConnection: close\r\nExpect: 100-continue\r\n"
              + "Pappus-Expect: 2xx\r\npappus-on-error: item\r\n\r\n");
      assertThat(server.requests.getFirst().head())
          .isEqualTo(
              "GET / HTTP/1.1\r\nAccept: a\r\nX-One: 1\r\nAccept: b\r\nHost: other.example\r\n"
                  + "User-Agent: me\r\nConnection: keep-alive\r\n\r\n");
    }
  }

  @Test
  void keepsEveryByteOfHeaderValues() throws Exception {
    StringBuilder all = new StringBuilder("a\tb");
    for (char c = 0x80; c <= 0xFF; c++) {
      all.append(c);
    }
    all.append('z');
    try (RawServer server =
        new RawServer((request, out) -> {
          String echo = request.headers("X-Bytes").getFirst();
          RawServer.send(out, "HTTP/1.1 204 \r\nX-Echo: " + echo + "\r\n\r\n");
          return true;
        })) {
      Answer answer = callOne(http, "GET " + server.url("/") + " HTTP/1.1\nX-Bytes: " + all + "\n");
      assertThat(answer.head()).isEqualTo("HTTP/1.1 204 \nX-Echo:" + all + "\n");
      assertThat(answer.body()).isEmpty();
    }
  }

  @Test
  void statusesThatAreNoSuccessAreAnswersToo() throws Exception {
    try (RawServer server =
        new RawServer((request, out) -> {
          RawServer.send(out, "HTTP/1.0 404 Not Found\r\n\r\nnothing here");
          return false;
        })) {
      Answer answer = callOne(http, "GET " + server.url("/") + " HTTP/1.1");
      assertThat(answer).isEqualTo(new Answer("HTTP/1.0 404 Not Found\n", "nothing here"));
    }
  }

  @Test
  void headWithALengthHasNoBody() throws Exception {
    try (RawServer server =
        new RawServer((request, out) -> {
          RawServer.send(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
          return true;
        })) {
      String request = "HEAD " + server.url("/") + " HTTP/1.1";
      assertThat(callOne(http, request))
          .isEqualTo(new Answer("HTTP/1.1 200 OK\nContent-Length:1000\n", ""));
      assertThat(callOne(http, request).body()).isEmpty();
      assertThat(server.connections).hasValue(1);
    }
  }

  @Test
  void bodiesComeAsTheyAreSent() throws Exception {
    try (RawServer server =
        new RawServer((request, out) -> {
          RawServer.send(
              out,
              "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
                  + "4\r\n\u001f\u008b\u0000\u00ff\r\n3;x=y\r\nabc\r\n0\r\nTrailer: t\r\n\r\n");
          return true;
        })) {
      Answer answer = callOne(http, "GET " + server.url("/") + " HTTP/1.1\n");
      assertThat(answer.body()).isEqualTo("\u001f\u008b\u0000\u00ffabc");
      assertThat(server.requests.getFirst().headers("Accept-Encoding")).isEmpty();
    }
  }

  @Test
  void largeBodiesGoBothWays() throws Exception {
    String body = "0123456789abcdef".repeat(200_000);
    try (RawServer server =
        new RawServer((request, out) -> RawServer.ok(request.body()).handle(request, out))) {
      Answer answer = callOne(http, "POST " + server.url("/") + " HTTP/1.1\n\n" + body);
      assertThat(answer.body()).isEqualTo(body);
    }
  }

  @Test
  void informationalAnswersAreSkipped() throws Exception {
    try (RawServer server =
        new RawServer((request, out) -> {
          RawServer.send(out, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
          return RawServer.ok("final").handle(request, out);
        })) {
      assertThat(callOne(http, "GET " + server.url("/") + " HTTP/1.1\n").body()).isEqualTo("final");
    }
  }

  @Test
  void userInformationBecomesBasicAuthentication() throws Exception {
    try (RawServer server = new RawServer(RawServer.ok("ok"))) {
      callOne(http, "GET http://al%40x:p%3Aw@127.0.0.1:" + server.port() + "/ HTTP/1.1\n");
      RawServer.Request seen = server.requests.getFirst();
      assertThat(seen.headers("Authorization")).containsExactly("Basic YWxAeDpwOnc=");
      assertThat(seen.headers("Host")).containsExactly("127.0.0.1:" + server.port());
    }
  }

  @Test
  void pathsAreSentAsWritten() throws Exception {
    try (RawServer server = new RawServer(RawServer.ok("ok"))) {
      for (String path :
          List.of("//x.example/../y", "/%2e%2E/a;b=c//", "/?", "?q=1", "", "/\u00e9|")) {
        callOne(http, "GET " + server.url(path) + "#fragment HTTP/1.1\n");
      }
      assertThat(server.requests.stream().map(r -> r.line().split(" ", 3)[1]))
          .containsExactly("//x.example/../y", "/%2e%2E/a;b=c//", "/?", "/?q=1", "/", "/%E9%7C");
      assertThat(server.requests.stream().flatMap(r -> r.headers("Host").stream()))
          .containsOnly("127.0.0.1:" + server.port());
    }
  }

  @Test
  void itemsOfOneCallAnswerInTheirOrder() throws Exception {
    try (RawServer server =
        new RawServer((request, out) -> RawServer.ok(request.line()).handle(request, out))) {
      String[] requests = new String[200];
      for (int i = 0; i < requests.length; i++) {
        requests[i] = "GET " + server.url("/" + i) + " HTTP/1.1\n";
      }
      List<Answer> answers = call(http, requests);
      for (int i = 0; i < requests.length; i++) {
        assertThat(answers.get(i).body()).isEqualTo("GET /" + i + " HTTP/1.1");
      }
      assertThat(server.requests).hasSize(requests.length);
    }
  }

  @Test
  void reachesIpv6Loopback() throws Exception {
    InetAddress loopback = InetAddress.ofLiteral("::1");
    try (RawServer server = new RawServer(loopback, RawServer.ok("six"))) {
      Answer answer = callOne(http, "GET http://[::1]:" + server.port() + "/ HTTP/1.1\n");
      assertThat(answer.body()).isEqualTo("six");
      assertThat(server.requests.getFirst().headers("Host"))
          .containsExactly("[::1]:" + server.port());
    } catch (IOException e) {
      throw new AssertionError("this machine has no IPv6 loopback", e);
    }
  }
}
