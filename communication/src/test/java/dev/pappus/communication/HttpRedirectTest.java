package dev.pappus.communication;

import static dev.pappus.communication.HttpCalls.callOne;
import static dev.pappus.communication.HttpCalls.onLoopback;
import static dev.pappus.communication.HttpCalls.problemOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.communication.HttpCalls.Answer;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Redirects are followed as clients do, within the limits, and judged hop by hop. */
@Timeout(30)
class HttpRedirectTest {
  private final HttpFunction http = onLoopback(Limits.DEFAULTS);

  @AfterEach
  void close() {
    http.close();
  }

  private static RawServer.Handler redirecting(int status, String location) {
    return (request, out) -> {
      RawServer.send(
          out,
          "HTTP/1.1 %d Elsewhere\r\nLocation: %s\r\nContent-Length: 4\r\n\r\nmove"
              .formatted(status, location));
      return true;
    };
  }

  @ParameterizedTest
  @CsvSource({
    "301,POST,GET", "302,POST,GET", "303,POST,GET", "307,POST,POST", "308,POST,POST",
    "301,GET,GET", "302,HEAD,HEAD", "303,HEAD,HEAD", "303,PUT,GET", "307,DELETE,DELETE",
  })
  void methodsAndBodiesFollowTheStatus(int status, String method, String followed)
      throws Exception {
    try (RawServer server =
        new RawServer((request, out) -> {
          if (request.line().contains(" /old")) {
            RawServer.send(
                out,
                "HTTP/1.1 %d Elsewhere\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n"
                    .formatted(status));
            return true;
          }
          return RawServer.ok("").handle(request, out);
        })) {
      boolean head = method.equals("HEAD");
      Answer answer =
          callOne(
              http,
              method
                  + " "
                  + server.url("/old?x")
                  + " HTTP/1.1\nContent-Type: text/x\nAuthorization: a\nX-Keep: k\n"
                  + (head ? "" : "\nbody"));
      assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 200 OK");
      RawServer.Request last = server.requests.getLast();
      assertThat(last.line()).isEqualTo(followed + " /new HTTP/1.1");
      boolean kept = status > 303;
      assertThat(last.body()).isEqualTo(kept ? "body" : "");
      assertThat(last.headers("Content-Type")).isEqualTo(kept ? List.of("text/x") : List.of());
      assertThat(last.headers("Authorization")).containsExactly("a");
      assertThat(last.headers("X-Keep")).containsExactly("k");
      assertThat(server.requests).hasSize(2);
    }
  }

  @Test
  void credentialsStayWithTheirOrigin() throws Exception {
    try (RawServer other = new RawServer(RawServer.ok("other"));
        RawServer first = new RawServer(redirecting(307, other.url("/there")))) {
      Answer answer =
          callOne(
              http,
              "GET http://u:p@127.0.0.1:"
                  + first.port()
                  + "/ HTTP/1.1\nCookie: c\ncookie: d\nHost: mine.example\nX-Keep: k\n");
      assertThat(answer.body()).isEqualTo("other");
      assertThat(first.requests.getFirst().headers("Authorization")).hasSize(1);
      RawServer.Request seen = other.requests.getFirst();
      assertThat(seen.headers("Authorization")).isEmpty();
      assertThat(seen.headers("Cookie")).isEmpty();
      assertThat(seen.headers("Host")).containsExactly("127.0.0.1:" + other.port());
      assertThat(seen.headers("X-Keep")).containsExactly("k");
    }
  }

  @Test
  void aRedirectToADeniedAddressIsRefused() throws Exception {
    try (RawServer secret = new RawServer(RawServer.ok("secret"));
        RawServer open =
            new RawServer(redirecting(302, "http://127.0.0.1:" + secret.port() + "/"));
        HttpFunction narrow =
            new HttpFunction(
                EgressPolicy.parse(List.of("127.0.0.1:" + open.port()), false), Limits.DEFAULTS)) {
      Problem problem = problemOf(narrow, "GET " + open.url("/") + " HTTP/1.1\n");
      assertThat(problem.code()).isEqualTo(ProblemCode.EGRESS_DENIED);
      assertThat(problem.detail())
          .contains("127.0.0.1:" + secret.port())
          .endsWith("where " + open.url("/") + " was redirected");
      Answer answer =
          callOne(narrow, "GET " + open.url("/") + " HTTP/1.1\nPappus-On-Error: item\n");
      assertThat(answer.head()).startsWith("HTTP/1.1 599 egress_denied: ");
      assertThat(secret.connections).hasValue(0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "//10.0.0.1/",
        "http://[fe80::1]/",
      })
  void redirectsToInnerAddressesAreRefused(String location) throws Exception {
    try (RawServer open = new RawServer(redirecting(302, location))) {
      assertThat(problemOf(http, "GET " + open.url("/") + " HTTP/1.1\n").code())
          .isEqualTo(ProblemCode.EGRESS_DENIED);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://2130706433/",
        "http://",
        "http://a b/",
      })
  void redirectsThatCannotBeFollowedFail(String location) throws Exception {
    try (RawServer open = new RawServer(redirecting(302, location))) {
      Problem problem = problemOf(http, "GET " + open.url("/") + " HTTP/1.1\n");
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_FAILED);
      assertThat(problem.detail()).contains("redirects to a place that cannot be followed");
    }
  }

  @Test
  void endlessRedirectsHitTheLimit() throws Exception {
    try (RawServer server = new RawServer(redirecting(302, "again"));
        HttpFunction few = onLoopback(Limits.DEFAULTS.with(Limit.HTTP_REDIRECTS, 3))) {
      Problem problem = problemOf(few, "GET " + server.url("/a/b") + " HTTP/1.1\n");
      assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_FAILED);
      assertThat(problem.detail()).contains("limits.http_redirects");
      assertThat(server.requests.stream().map(RawServer.Request::line))
          .containsExactly(
              "GET /a/b HTTP/1.1",
              "GET /a/again HTTP/1.1",
              "GET /a/again HTTP/1.1",
              "GET /a/again HTTP/1.1");
      assertThat(server.connections).hasValue(1);
    }
  }

  @Test
  void aRedirectWithoutAPlaceIsAnAnswer() throws Exception {
    try (RawServer server =
        new RawServer((request, out) -> {
          RawServer.send(out, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
          return true;
        })) {
      assertThat(callOne(http, "GET " + server.url("/") + " HTTP/1.1\n").statusLine())
          .isEqualTo("HTTP/1.1 302 Found");
    }
  }

  @Test
  void theExpectationSpeaksOfTheLastAnswer() throws Exception {
    try (RawServer last = new RawServer(RawServer.ok("end"));
        RawServer first = new RawServer(redirecting(301, last.url("/")))) {
      Answer answer = callOne(http, "GET " + first.url("/") + " HTTP/1.1\nPappus-Expect: 200\n");
      assertThat(answer.body()).isEqualTo("end");
    }
  }
}
