package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import dev.pappus.server.http.Http2Client;
import dev.pappus.server.http.RawClient;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that drip, fall silent, hang up or never end, against one node that goes on serving. */
@Tag("kvm")
class BadClientTest {
  private static final int REQUEST_BODY_MAX = 256 << 10;

  @TempDir static Path data;
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node =
        new TestNode(
            data,
            configuration ->
                configuration
                    .limit(Limit.REQUEST_BODY, REQUEST_BODY_MAX)
                    .limit(Limit.CLIENT_IDLE, 200_000_000L)
                    .limit(Limit.CLIENT_REQUEST, 600_000_000L)
                    .limit(Limit.FUNCTION_RUN, 5_000_000_000L));
    assertThat(node.node().sandboxes().whyNoNativePrograms()).isNull();
    node.register(TestNode.spec("echo", List.of("in"), List.of("out")), "echo");
    node.register(TestNode.spec("hostile", List.of("mode"), List.of("result", "other")), "hostile");
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void serves() throws Exception {
    assertServing();
  }

  private static void assertServing() throws Exception {
    HttpResponse<byte[]> answer = node.invoke("/function/echo", "healthy".getBytes(UTF_8));
    TestNode.assertOk(answer);
    assertThat(new String(answer.body(), UTF_8)).isEqualTo("healthy");
  }

  @Test
  void aChunkedBodyWithoutEnd() throws Exception {
    try (RawClient client = new RawClient(node.invocationAddress())) {
      client.send(
          "POST /function/echo HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
      String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
      for (int sent = 0; sent <= REQUEST_BODY_MAX; sent += 0x4000) {
        client.send(chunk);
      }
      assertProblem(client.answer(), 413, "payload_too_large");
    }
  }

  private static void assertProblem(RawClient.Answer answer, int status, String code) {
    ProblemAnswer.of(
            answer.status(),
            Objects.requireNonNull(answer.headers().get("content-type")),
            answer.body())
        .is(status, code, "caller");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /function/echo HTTP/1.1\r\nhost: localhost\r\nx-slow: ",
        "POST /function/echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n",
        "POST /hot/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n",
        "POST /register/function HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n"
      })
  void aClientThatDripsOrFallsSilent(String start) throws Exception {
    try (RawClient dripping = new RawClient(node.invocationAddress());
        RawClient silent = new RawClient(node.invocationAddress())) {
      silent.send(start);
      dripping.send(start);
      dripping.drip("x".repeat(100), 50);
      assertServing();
      assertProblem(dripping.answer(), 408, "request_timeout");
      assertProblem(silent.answer(), 408, "request_timeout");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "POST /function/ec",
        "POST /function/echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\nsome",
        "POST /register/function HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\nsome",
        "POST /function/echo HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n400\r\nx",
        "POST /function/hostile HTTP/1.1\r\nhost: localhost\r\ncontent-length: 12\r\n\r\nloop_forever",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
      })
  void aClientThatHangsUp(String sent) throws Exception {
    for (int i = 0; i < 4; i++) {
      try (RawClient client = new RawClient(node.invocationAddress())) {
        client.send(sent);
      }
    }
    // Loops may run for five seconds, and there is one engine only; nobody waits for either.
    long start = System.nanoTime();
    assertServing();
    assertThat(System.nanoTime() - start).isLessThan(4_000_000_000L);
  }

  @Test
  void manyUnfinishedStreams() throws IOException {
    try (Http2Client client = new Http2Client(node.invocationAddress())) {
      for (int i = 0; i < 50; i++) {
        var _ = client.send("POST", "/function/echo", new byte[] {1}, false);
      }
      Http2Client.Answer answer = client.call("POST", "/function/echo", "two".getBytes(UTF_8));
      assertThat(answer.text()).isEqualTo("two");
    }
  }
}
