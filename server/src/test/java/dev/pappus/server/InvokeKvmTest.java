package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.server.bson.Documents;
import dev.pappus.server.http.Http2Client;
import dev.pappus.server.http.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to send inputs and to ask for outputs, on a real node with real guests. */
@Tag("kvm")
class InvokeKvmTest {
  private static final byte[] NOTHING = new byte[0];
  private static final String SETS = "application/vnd.pappus.sets+json";
  private static final String BOUNDARY = "multipart/form-data; boundary=XX";

  @TempDir static Path data;
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode(data, b -> b.limit(Limit.REQUEST_BODY, 16L << 20));
    assertThat(node.node().sandboxes().whyNoNativePrograms()).isNull();
    deploy("echo?in=in&out=out", "echo");
    deploy("hello", "hello");
    deploy("webhook", "webhook");
    deploy("hostile", "hostile");
    deploy("fromStdin?in=stdio&out=out", "echo");
    deploy("see?in=http&out=seen", "echo");
    deploy("answer?in=in&out=http", "echo");
    deploy("basic", "basic");
    String text =
        """
        function echo(in) => (out);
        composition split(left, right) => (a, b) {
          echo(in = all left) => (a = out);
          echo(in = all right) => (b = out);
        }
        composition hook(http, data) => (http_answer, out) {
          echo(in = all http) => (seen = out);
          echo(in = all data) => (out = out);
          answer(in = all data) => (http_answer = http);
        }
        function answer(in) => (http);
        """;
    HttpResponse<byte[]> posted = node.admin("POST", "/v1/compositions", text.getBytes(UTF_8));
    assertThat(posted.statusCode()).as(text(posted)).isEqualTo(201);
  }

  private static void deploy(String name, String guest) throws Exception {
    HttpResponse<byte[]> put = node.admin("PUT", "/v1/functions/" + name, TestNode.guest(guest));
    assertThat(put.statusCode()).as(text(put)).isEqualTo(201);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), UTF_8);
  }

  private static HttpResponse<byte[]> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return node.send("POST", node.invocation() + path, body.getBytes(UTF_8), headers);
  }

  private static String type(HttpResponse<byte[]> answer) {
    return answer.headers().firstValue("content-type").orElse("");
  }

  private static String part(String name, String data) {
    return "--XX\r\ncontent-disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
        .formatted(name, data);
  }

  // Inputs.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "nonsense",
        "multipart/mixed; boundary=x"
      })
  void aBodyIsOneItemWhateverItsType(String type) throws Exception {
    HttpResponse<byte[]> answer =
        post("/function/echo", "{\"a\":1}", "content-type", type, "accept", SETS);
    assertThat(text(answer))
        .isEqualTo(
            "{\"sets\":[{\"name\":\"out\",\"items\":[{\"name\":\"body\",\"key\":0,\"base64\":\"%s\"}]}]}\n"
                .formatted(Base64.getEncoder().encodeToString("{\"a\":1}".getBytes(UTF_8))));
  }

  @Test
  void anItemOfStdioIsStdin() throws Exception {
    assertThat(text(post("/function/fromStdin", "x", "accept", SETS)))
        .contains("\"name\":\"stdin\"");
  }

  @ParameterizedTest
  @CsvSource({
    "'POST', 'content-length: 0\r\ncontent-type: text/plain', 1",
    "'POST', 'transfer-encoding: chunked\r\ncontent-type: text/plain', 1",
    "'POST', 'content-length: 0', 0",
    "'POST', 'content-type: text/plain', 0",
    "'GET', 'content-length: 0\r\ncontent-type: text/plain', 0",
    "'GET', 'content-type: application/json', 0",
    "'DELETE', 'x: y', 0"
  })
  void noBodyIsNoItemUnlessItIsMeant(String method, String fields, int items) throws Exception {
    try (RawClient client = new RawClient(node.invocationAddress())) {
      client.send(
          "%s /function/echo HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n%s\r\n\r\n%s"
              .formatted(method, fields, fields.contains("chunked") ? "0\r\n\r\n" : ""));
      assertThat(client.answer().text())
          .isEqualTo(
              "{\"sets\":[{\"name\":\"out\",\"items\":[%s]}]}\n"
                  .formatted(items == 0 ? "" : "{\"name\":\"body\",\"key\":0,\"base64\":\"\"}"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "REPORT"})
  void anyMethodInvokesOnBothPortsWithAnyRest(String method) throws Exception {
    for (String port : List.of(node.invocation(), node.administration())) {
      HttpResponse<byte[]> answer =
          node.send(method, port + "/function/echo/some/rest?x=1", "hi".getBytes(UTF_8));
      assertThat(text(answer)).isEqualTo("hi");
      assertThat(text(node.send(method, port + "/composition/split/", "hi".getBytes(UTF_8))))
          .contains("\"name\":\"a\"");
    }
  }

  @Test
  void headsOptionsAndTraces() throws Exception {
    try (RawClient client = new RawClient(node.invocationAddress())) {
      client.send("HEAD /function/echo HTTP/1.1\r\nhost: localhost\r\n\r\n");
      RawClient.Answer head = client.answerToHead();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.headers()).containsKey("x-pappus-invocation");
      client.send("OPTIONS /function/echo HTTP/1.1\r\nhost: localhost\r\n\r\n");
      RawClient.Answer options = client.answer();
      assertThat(options.status()).isEqualTo(204);
      assertThat(options.headers())
          .containsEntry("allow", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
      client.send("TRACE /function/echo HTTP/1.1\r\nhost: localhost\r\n\r\n");
      RawClient.Answer trace = client.answer();
      assertThat(trace.status()).isEqualTo(405);
      assertThat(trace.headers()).containsKey("allow");
    }
    try (Http2Client client = new Http2Client(node.invocationAddress())) {
      assertThat(client.call("PUT", "/function/echo/x", "two".getBytes(UTF_8)).text())
          .isEqualTo("two");
    }
  }

  @Test
  void partsAreItems() throws Exception {
    String body =
        part("right/x.json", "{}")
            + part("left:7/a", "7")
            + part("left:7/a", "8")
            + part("left:3/dir/b", "")
            + "--XX--\r\n";
    assertThat(text(post("/composition/split", body, "content-type", BOUNDARY)))
        .isEqualTo(
            """
            {"sets":[{"name":"a","items":[{"name":"dir/b","key":3,"base64":""},\
            {"name":"a","key":7,"base64":"Nw=="},{"name":"a","key":7,"base64":"OA=="}]},\
            {"name":"b","items":[{"name":"x.json","key":0,"base64":"e30="}]}]}
            """);
    HttpResponse<byte[]> one =
        post("/function/echo", part("in/x.json", "{}") + "--XX--", "content-type", BOUNDARY);
    assertThat(type(one)).isEqualTo("application/json");
    assertThat(text(one)).isEqualTo("{}");
  }

  @Test
  void whatMultipartAnswersIsTakenAgain() throws Exception {
    String body = part("left:7/a\u00fc", "7") + part("right", "") + "--XX--\r\n";
    HttpResponse<byte[]> answer =
        post("/composition/split", body, "content-type", BOUNDARY, "accept", "multipart/form-data");
    assertThat(text(answer)).contains("name=\"a:7/a\u00fc\"").contains("name=\"b\"");
    String again =
        text(answer).replace("name=\"a:7", "name=\"left:7").replace("\"b\"", "\"right\"");
    assertThat(
            text(post("/composition/split", again, "content-type", type(answer), "accept", SETS)))
        .contains("{\"name\":\"a\u00fc\",\"key\":7,\"base64\":\"Nw==\"}");
  }

  @Test
  void setsAreTakenInJson() throws Exception {
    String body =
        """
        {"sets":[{"name":"right","items":[{"name":"r","text":"grün"}]},
                 {"name":"left","items":[{"name":"l","key":4294967295,"base64":"AA=="}]}]}
        """;
    assertThat(text(post("/composition/split", body, "content-type", SETS)))
        .isEqualTo(
            """
            {"sets":[{"name":"a","items":[{"name":"l","key":4294967295,"base64":"AA=="}]},\
            {"name":"b","items":[{"name":"r","key":0,"base64":"Z3LDvG4="}]}]}
            """);
  }

  @Test
  void setsAreTakenAndSentInBson() throws Exception {
    BsonDocument document =
        Documents.invocation(
            "unused",
            List.of(
                DataSet.empty("ignored"),
                new DataSet("too", List.of(Item.of("i", Key.of(9), new byte[] {1})))));
    document.remove("name");
    HttpResponse<byte[]> answer =
        node.send(
            "POST",
            node.invocation() + "/composition/split",
            Documents.encode(document),
            "content-type",
            "application/bson",
            "accept",
            "application/bson");
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
    List<DataSet> sets = Documents.result(answer.body());
    assertThat(sets).hasSize(1);
    assertThat(sets.getFirst().name()).isEqualTo("out"); // the producer's name
    assertThat(sets.getFirst().items().getFirst().key()).isEqualTo(Key.of(9));
    document.append("name", new org.bson.BsonString("split"));
    ProblemAnswer.of(
            node.send(
                "POST",
                node.invocation() + "/composition/split",
                Documents.encode(document),
                "content-type",
                "application/bson"))
        .is(400, "bad_bson", "caller");
  }

  @Test
  void largeInputsOfEveryFormComeWhole() throws Exception {
    byte[] bytes = new byte[3_000_001];
    new Random(1).nextBytes(bytes);
    String url = node.invocation() + "/function/echo";
    String sets =
        "{\"sets\":[{\"name\":\"in\",\"items\":[{\"name\":\"x\",\"base64\":\"%s\"}]}]}"
            .formatted(Base64.getEncoder().encodeToString(bytes));
    HttpResponse<byte[]> enveloped =
        node.send(
            "POST", url, sets.getBytes(UTF_8), "content-type", SETS, "accept", "application/json");
    assertThat(text(enveloped))
        .isEqualTo(
            sets.replace("\"base64\"", "\"key\":0,\"base64\"").replace("\"in\"", "\"out\"") + "\n");
    ByteArrayOutputStream parts = new ByteArrayOutputStream();
    String head = part("in/x", "");
    parts.writeBytes(head.substring(0, head.length() - 2).getBytes(UTF_8));
    parts.writeBytes(bytes);
    parts.writeBytes("\r\n--XX--".getBytes(UTF_8));
    HttpResponse<byte[]> plain =
        node.send("POST", url, parts.toByteArray(), "content-type", BOUNDARY);
    assertThat(plain.body()).isEqualTo(bytes);
    assertThat(node.send("POST", url, bytes).body()).isEqualTo(bytes);
    ProblemAnswer.of(node.send("POST", url, new byte[(16 << 20) + 1], "content-type", BOUNDARY))
        .is(413, "payload_too_large", "caller");
  }

  @Test
  void setsThatAreNotThereAreNamed() throws Exception {
    String parts = part("lefd/a", "") + "--XX--";
    ProblemAnswer unknown =
        ProblemAnswer.of(post("/composition/split", parts, "content-type", BOUNDARY));
    unknown.is(400, "unknown_set", "caller");
    assertThat(unknown.member("detail")).contains("did you mean 'left'?");
    ProblemAnswer sets =
        ProblemAnswer.of(
            post(
                "/composition/split",
                "{\"sets\":[{\"name\":\"rihgt\",\"items\":[]}]}",
                "content-type",
                SETS));
    sets.is(400, "unknown_set", "caller");
    assertThat(sets.member("detail")).contains("did you mean 'right'?");
    ProblemAnswer.of(post("/function/basic", "x")).is(400, "unknown_set", "caller");
    assertThat(text(post("/function/basic", ""))).isEqualTo("{\"sets\":[]}\n");
  }

  @ParameterizedTest
  @CsvSource({
    "content-encoding, gzip",
    "content-type, multipart/form-data",
    "pappus-timeout, soon",
    "pappus-timeout, 0s",
    "pappus-timeout, 5"
  })
  void requestsThatAreNoneAreRefused(String field, String value) throws Exception {
    ProblemAnswer.of(post("/function/echo", "x", field, value)).is(400, "bad_request", "caller");
  }

  // Outputs.

  @Test
  void whatAFunctionPrintsIsItsAnswer() throws Exception {
    HttpResponse<byte[]> answer = post("/function/hello", "World");
    assertThat(text(answer)).isEqualTo("Hello, World!\n");
    assertThat(type(answer)).isEqualTo("text/plain; charset=utf-8");
    HttpResponse<byte[]> warnings = post("/function/hello?output=stdio/stderr", "World");
    assertThat(text(warnings)).isEqualTo("greeted 5 bytes\n");
  }

  @Test
  void theClientPicksTheForm() throws Exception {
    for (String type :
        List.of(SETS, "application/json", "application/bson", "application/octet-stream")) {
      HttpResponse<byte[]> answer = post("/function/echo", "x", "accept", type);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(type(answer)).isEqualTo(type);
      assertThat(answer.headers().firstValue("x-pappus-start")).isPresent();
    }
    assertThat(type(post("/function/echo", "x", "accept", "application/json;q=0.5, */*")))
        .isEqualTo("application/octet-stream");
    ProblemAnswer.of(post("/function/echo", "x", "accept", "image/png"))
        .is(406, "not_acceptable", "caller");
    ProblemAnswer late =
        ProblemAnswer.of(post("/composition/split", "x", "accept", "application/octet-stream"));
    late.is(406, "not_acceptable", "caller");
    assertThat(late.member("instance")).isNotBlank();
  }

  @Test
  void theClientPicksAnItem() throws Exception {
    String parts = part("left:7/a.csv", "1,2") + part("left/b", "b") + "--XX--";
    HttpResponse<byte[]> picked =
        post("/composition/split?output=a:7/a.csv", parts, "content-type", BOUNDARY);
    assertThat(text(picked)).isEqualTo("1,2");
    assertThat(type(picked)).isEqualTo("text/csv; charset=utf-8");
    ProblemAnswer none =
        ProblemAnswer.of(
            post("/composition/split?output=a/a.csv", parts, "content-type", BOUNDARY));
    none.is(404, "unknown_item", "caller");
    assertThat(none.member("detail")).contains("did you mean 'a:7/a.csv'?");
    ProblemAnswer.of(post("/composition/split?output=c/a", "x")).is(404, "unknown_item", "caller");
    ProblemAnswer.of(post("/composition/split?output=a", "x")).is(400, "bad_name", "caller");
  }

  // HTTP as a set.

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
  void theMultipartExampleInTheDocumentationIsTrue() throws Exception {
    deploy("count_lines", "count_lines");
    String body =
        part("log:7/apache", "GET /\nPUT /\nGET /x\n") + part("pattern/p", "GET") + "--XX--";
    assertThat(text(post("/function/count_lines", body, "content-type", BOUNDARY))).isEqualTo("2");
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

  // Time and traces.

  @Test
  void theClientMayShortenItsTime() throws Exception {
    ProblemAnswer late =
        ProblemAnswer.of(post("/function/hostile", "loop_forever", "pappus-timeout", "100ms"));
    late.is(504, "invocation_deadline", "platform");
    assertThat(text(post("/function/echo", "x", "pappus-timeout", "10m"))).isEqualTo("x");
  }

  @Test
  void anInvocationIsASpanOfItsClientsTrace() throws Exception {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    String parent = "00-" + trace + "-00f067aa0ba902b7-01";
    HttpResponse<byte[]> answer = post("/function/echo", "x", "traceparent", parent);
    assertThat(answer.headers().firstValue("traceparent").orElseThrow())
        .matches("00-" + trace + "-[0-9a-f]{16}-01")
        .isNotEqualTo(parent);
    assertThat(post("/function/echo", "x").headers().firstValue("traceparent").orElseThrow())
        .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
    HttpResponse<byte[]> failed =
        post("/function/hostile", "divide_by_zero", "traceparent", parent);
    assertThat(failed.headers().firstValue("traceparent").orElseThrow()).contains(trace);
  }
}
