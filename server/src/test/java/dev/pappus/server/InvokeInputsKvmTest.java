package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.server.bson.Documents;
import dev.pappus.server.http.Http2Client;
import dev.pappus.server.http.RawClient;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to send inputs, on a real node with real guests. */
class InvokeInputsKvmTest extends InvokeFixture {
  @Override
  void register() throws Exception {
    deploy("fromStdin?in=stdio&out=out", "echo");
    deploy("basic", "basic");
    composeSplit();
  }

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
  void aSetThatIsNotSentIsEmptyAndIsShown() throws Exception {
    assertThat(text(post("/composition/split", "x")))
        .isEqualTo(
            """
            {"sets":[{"name":"a","items":[{"name":"body","key":0,"base64":"eA=="}]},\
            {"name":"b","items":[]}]}
            """);
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

  @Test
  void theMultipartExampleInTheDocumentationIsTrue() throws Exception {
    deploy("count_lines", "count_lines");
    String body =
        part("log:7/apache", "GET /\nPUT /\nGET /x\n") + part("pattern/p", "GET") + "--XX--";
    assertThat(text(post("/function/count_lines", body, "content-type", BOUNDARY))).isEqualTo("2");
  }
}
