package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.server.bson.Documents;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of a request through a real node, down to the guest and back. */
@Tag("kvm")
class NodeKvmTest {
  private static final byte[] NOTHING = new byte[0];

  @TempDir static Path data;
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode(data, _ -> {});
    assertThat(node.node().sandboxes().whyNoNativePrograms()).isNull();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void theReferencesClientsRegisterAndInvoke() throws Exception {
    FunctionSpec spec = TestNode.spec("ref_matmul", List.of("matrix"), List.of("product"));
    byte[] matmul = Documents.encode(Documents.function(spec, TestNode.guest("matmul")));
    HttpResponse<byte[]> registered = node.invoke("/register/function", matmul);
    assertThat(new String(registered.body(), UTF_8)).isEqualTo("Function registered");
    assertThat(registered.statusCode()).isEqualTo(200);
    assertThat(node.invoke("/register/function", matmul).statusCode()).isEqualTo(200);
    assertThat(
            node.invoke(
                    "/register/function",
                    Documents.encode(Documents.function(spec, TestNode.guest("echo"))))
                .statusCode())
        .isEqualTo(409);
    for (String path : new String[] {"/hot/matmul", "/cold/anything/at/all"}) {
      HttpResponse<byte[]> answer =
          node.invoke(
              path,
              Documents.encode(
                  Documents.invocation("ref_matmul", List.of(Matrix.of(2, 1, 2, 3, 4).set()))));
      assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(200);
      DataSet product = Documents.result(answer.body()).getFirst();
      assertThat(product.name()).isEqualTo("product");
      assertThat(product.items().getFirst().key()).isEqualTo(Key.ZERO);
      assertThat(Matrix.in(product)).isEqualTo(Matrix.of(2, 5, 11, 11, 25));
      assertThat(answer.headers().firstValue("server-timing").orElseThrow())
          .matches(
              Stream.of(
                      "accept", "decode", "queue", "bind", "load", "enter", "run", "read", "reply")
                  .map(phase -> phase + ";dur=\\d+\\.\\d{3}")
                  .collect(Collectors.joining(", ")));
      assertThat(answer.headers().firstValue("x-pappus-start")).isPresent();
    }
  }

  @Test
  void peopleDeployAndInvoke() throws Exception {
    HttpResponse<byte[]> put =
        node.admin("PUT", "/v1/functions/count_lines", TestNode.guest("count_lines"));
    assertThat(put.statusCode()).as(new String(put.body(), UTF_8)).isEqualTo(201);
    assertThat(put.headers().firstValue("etag").orElseThrow()).startsWith("\"sha256:");
    assertThat(
            node.admin("PUT", "/v1/functions/count_lines", TestNode.guest("count_lines"))
                .statusCode())
        .isEqualTo(200);
    HttpResponse<byte[]> listed = node.admin("GET", "/v1/functions", NOTHING);
    assertThat(new String(listed.body(), UTF_8))
        .contains("\"name\":\"count_lines\",\"inputs\":[\"log\",\"pattern\"]")
        .contains("\"name\":\"HTTP\"");
    HttpResponse<byte[]> described = node.admin("GET", "/v1/functions/count_lines", NOTHING);
    assertThat(described.headers().firstValue("etag")).isEqualTo(put.headers().firstValue("etag"));
  }

  @Test
  void aSingleItemComesBackRawAndOtherResultsInAnEnvelope() throws Exception {
    assertThat(
            node.admin("PUT", "/v1/functions/echo?in=in&out=out", TestNode.guest("echo"))
                .statusCode())
        .isLessThan(300);
    HttpResponse<byte[]> answer = node.invoke("/function/echo", "hello".getBytes(UTF_8));
    assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/octet-stream");
    assertThat(answer.body()).isEqualTo("hello".getBytes(UTF_8));
    HttpResponse<byte[]> empty = node.invoke("/function/echo", NOTHING);
    assertThat(empty.headers().firstValue("content-type"))
        .hasValue("application/vnd.pappus.sets+json");
    String id = answer.headers().firstValue("x-pappus-invocation").orElseThrow();
    String report = new String(node.admin("GET", "/v1/invocations/" + id, NOTHING).body(), UTF_8);
    assertThat(report).contains("\"status\":\"succeeded\"").contains("\"function\":\"echo\"");
    assertThat(report).containsPattern("\"runMicros\":\\d+\\.\\d{3}");
  }

  @Test
  void aFailedFunctionIsToldFromAFailedNode() throws Exception {
    node.admin("PUT", "/v1/functions/hostile", TestNode.guest("hostile"));
    HttpResponse<byte[]> answer =
        node.invoke("/function/hostile", "divide_by_zero".getBytes(UTF_8));
    assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(502);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(new String(answer.body(), UTF_8))
        .contains("\"type\":\"urn:pappus:problem:guest_fault\"")
        .contains("\"source\":\"function\"")
        .contains("\"node\":\"testnode\"")
        .contains("\"vector\":0");
    assertThat(answer.headers().firstValue("server-timing")).isPresent();
    assertThat(answer.headers().firstValue("x-pappus-invocation")).isPresent();
  }

  @Test
  void compositionsRunAsOneShotsToo() throws Exception {
    node.admin("PUT", "/v1/functions/echo?in=in&out=out", TestNode.guest("echo"));
    String text =
        """
        function echo(in) => (out);
        composition twice(a) => (b) {
          echo(in = all a) => (m = out);
          echo(in = all m) => (b = out);
        }
        """;
    HttpResponse<byte[]> posted = node.admin("POST", "/v1/compositions", text.getBytes(UTF_8));
    assertThat(posted.statusCode()).as(new String(posted.body(), UTF_8)).isEqualTo(201);
    assertThat(node.invoke("/composition/twice", "hi".getBytes(UTF_8)).body())
        .isEqualTo("hi".getBytes(UTF_8));
    BsonDocument oneShot =
        Documents.invocation(
            "unused", List.of(new DataSet("in", List.of(Item.ofText("item", "shot")))));
    oneShot.remove("name");
    oneShot.append("composition", new BsonString(text.replace("twice", "once")));
    HttpResponse<byte[]> answer = node.invoke("/hot/x", Documents.encode(oneShot));
    assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(200);
    assertThat(new String(answer.body(), UTF_8)).contains("shot");
  }
}
