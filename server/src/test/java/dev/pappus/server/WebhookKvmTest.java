package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.server.http.RawClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Functions and compositions that see the request and write the answer. */
class WebhookKvmTest extends InvokeFixture {
  @Override
  void register() throws Exception {
    deploy("webhook", "webhook");
    deploy("see?in=http&out=seen", "echo");
    deploy("answer?in=in&out=http", "echo");
    compose(
        """
        function echo(in) => (out);
        composition hook(http, data) => (http_answer, out) {
          echo(in = all http) => (seen = out);
          echo(in = all data) => (out = out);
          answer(in = all data) => (http_answer = http);
        }
        function answer(in) => (http);
        """);
  }

  private static Map<String, String> seen(HttpResponse<byte[]> answer) {
    return SetsAnswer.items(answer.body());
  }

  @Test
  void aFunctionSeesTheRequest() throws Exception {
    HttpResponse<byte[]> answer =
        node.send(
            "PATCH",
            node.invocation() + "/function/see/a%20b/c?output=x&y=%C3%BC",
            "form".getBytes(UTF_8),
            "content-type",
            BOUNDARY,
            "accept",
            SETS,
            "x-one",
            "1",
            "x-one",
            "2",
            "pappus-timeout",
            "5s",
            "te",
            "trailers",
            "authorization",
            "Basic eDp5");
    Map<String, String> items = seen(answer);
    assertThat(items)
        .containsEntry("method", "PATCH")
        .containsEntry("path", "/a%20b/c")
        .containsEntry("query", "output=x&y=%C3%BC")
        .containsEntry("body", "form");
    assertThat(items.get("headers"))
        .contains("x-one: 1\nx-one: 2\n")
        .contains("content-type: multipart/form-data; boundary=XX\n")
        .contains("authorization: Basic eDp5\n")
        .doesNotContain("pappus-timeout", "connection:", "content-length:", "\nte:");
    try (RawClient client = new RawClient(node.invocationAddress())) {
      client.send(
          "GET /function/see HTTP/1.1\r\nhost: localhost\r\nx-secret: 1\r\nx-bytes: \u00c3\u00bc\r\n"
              + "connection: keep-alive, x-secret\r\naccept: "
              + SETS
              + "\r\n\r\n");
      assertThat(SetsAnswer.items(client.answer().body()).get("headers"))
          .isEqualTo("host: localhost\nx-bytes: \u00fc\naccept: " + SETS + "\n");
    }
    Map<String, String> bare =
        seen(node.send("OPTIONS", node.invocation() + "/function/see", NOTHING, "accept", SETS));
    assertThat(bare)
        .containsEntry("method", "OPTIONS")
        .containsEntry("path", "")
        .containsEntry("query", "")
        .doesNotContainKey("body");
  }

  @Test
  void aCompositionSeesTheRequestAndWritesItsAnswer() throws Exception {
    // The set data comes along as sets; the platform adds the request.
    String body =
        """
        {"sets":[{"name":"data","items":[{"name":"status","text":"418"}]}]}
        """;
    HttpResponse<byte[]> answer = post("/composition/hook/x", body, "content-type", SETS);
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(418);
    assertThat(text(answer)).isEqualTo("418");
    HttpResponse<byte[]> raw = post("/composition/hook", "plain", "accept", SETS);
    assertThat(text(raw)).contains("{\"name\":\"out\",\"items\":[{\"name\":\"body\"");
  }

  @Test
  void theExampleWebhookTakesPostsOnly() throws Exception {
    HttpResponse<byte[]> got = node.send("GET", node.invocation() + "/function/webhook", NOTHING);
    assertThat(got.statusCode()).isEqualTo(405);
    assertThat(got.headers().firstValue("allow")).hasValue("POST");
    assertThat(got.body()).isEmpty();
  }

  @Test
  void theExampleInTheDocumentationIsTrue() throws Exception {
    String page =
        Files.readString(Path.of(System.getProperty("pappus.root"), "docs", "webhooks.md"));
    Matcher command =
        Pattern.compile(
                "curl -i -H '(\\S+): (\\S+)' -H '(\\S+): (\\S+)' -d '(.*)' '\\S+:8080(/\\S+)'\n\n"
                    + "The answer has status (\\d+), the field `(\\S+): (\\S+)`, and the body\n\n    (.+)\n")
            .matcher(page);
    assertThat(command.find()).isTrue();
    HttpResponse<byte[]> answer =
        post(
            command.group(6),
            command.group(5),
            command.group(1),
            command.group(2),
            command.group(3),
            command.group(4));
    assertThat(answer.statusCode()).isEqualTo(Integer.parseInt(command.group(7)));
    assertThat(answer.headers().firstValue(command.group(8))).hasValue(command.group(9));
    assertThat(text(answer)).isEqualTo(command.group(10) + "\n");
  }

  @Test
  void aFunctionWritesItsAnswer() throws Exception {
    String parts =
        part("in/status", "301")
            + part("in/headers", "location: https://example.org/\nx-a: b\n")
            + part("in/body", "gone")
            + "--XX--";
    HttpResponse<byte[]> answer =
        post("/function/answer", parts, "content-type", BOUNDARY, "accept", "text/html");
    assertThat(answer.statusCode()).isEqualTo(301);
    assertThat(text(answer)).isEqualTo("gone");
    assertThat(answer.headers().firstValue("location")).hasValue("https://example.org/");
    assertThat(answer.headers().firstValue("x-a")).hasValue("b");
    assertThat(answer.headers().firstValue("x-pappus-invocation")).isPresent();
    try (RawClient client = new RawClient(node.invocationAddress())) {
      String none = part("in/status", "204") + "--XX--";
      String request =
          "POST /function/answer HTTP/1.1\r\nhost: localhost\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s"
              .formatted(BOUNDARY, none.length(), none);
      client.send(request);
      assertThat(client.answer().status()).isEqualTo(204);
      client.send(request);
      assertThat(client.answer().status()).as("the connection lives on").isEqualTo(204);
    }
    ProblemAnswer bad =
        ProblemAnswer.of(
            post(
                "/function/answer",
                part("in/headers", "content-length: 1") + "--XX--",
                "content-type",
                BOUNDARY));
    bad.is(502, "guest_bad_output", "function");
    assertThat(bad.member("item")).isEqualTo("http/headers");
    assertThat(bad.member("function")).isEqualTo("answer");
  }
}
