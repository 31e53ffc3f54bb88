package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
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

  @TempDir static Path data;
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode(data, _ -> {});
    deploy("echo?in=in&out=out", "echo");
    deploy("hostile", "hostile");
    deploy("busy", "busy");
  }

  @AfterAll
  static void stop() {
    node.close();
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
}
