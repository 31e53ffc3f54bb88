package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The surfaces of a real node, as far as no guest runs. */
class NodeTest {
  private static final byte[] NOTHING = new byte[0];
  private static final String PASS =
      """
      function HTTP(requests) => (headers, bodies);
      composition pass(a) => (b) {
        HTTP(requests = all a) => (b = bodies);
      }
      """;

  @TempDir Path data;
  private TestNode node;

  @BeforeEach
  void start() throws IOException {
    node = new TestNode(data, _ -> {});
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static void assertProblem(HttpResponse<byte[]> answer, int status, String... parts) {
    String body = new String(answer.body(), UTF_8);
    assertThat(answer.statusCode()).as(body).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(body).contains(parts).contains("\"hint\":");
  }

  @Test
  void unknownPathsAreProblemsOnBothPorts() throws Exception {
    for (String path : List.of("/", "/stat", "/function", "/function/", "/composition/", "/v1")) {
      assertProblem(node.invoke(path, NOTHING), 404, "\"code\":\"unknown_path\"");
    }
    assertProblem(node.send("GET", node.invocation() + "/", NOTHING), 404, "unknown_path");
    assertProblem(node.admin("GET", "/v1/function", NOTHING), 404, "did you mean '/v1/functions'?");
    assertProblem(node.admin("GET", "/hot/x", NOTHING), 404, "unknown_path");
  }

  @Test
  void wrongMethodsNameTheRightOnes() throws Exception {
    HttpResponse<byte[]> answer = node.admin("PATCH", "/v1/functions/x", NOTHING);
    assertProblem(answer, 405, "\"code\":\"method_not_allowed\"");
    assertThat(answer.headers().firstValue("allow")).hasValue("DELETE, GET, PUT");
    HttpResponse<byte[]> post = node.admin("POST", "/v1/functions/x", NOTHING);
    assertProblem(post, 405, "use DELETE, GET, PUT");
  }

  @Test
  void startsThatFailGiveBackWhatTheyHadOpened(@TempDir Path another) throws Exception {
    Set<ProcessHandle> children = ProcessHandle.current().children().collect(Collectors.toSet());
    assertThatThrownBy(() -> new TestNode(data, _ -> {}))
        .isInstanceOfSatisfying(
            ProblemException.class,
            taken -> assertThat(taken.problem().code()).isEqualTo(ProblemCode.STORAGE_FAILED));
    int port = node.invocationAddress().getPort();
    assertThatThrownBy(() -> new TestNode(another, all -> all.port(port)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> new TestNode(another, all -> all.ioCores(4096)))
        .isInstanceOf(ConfigurationException.class);
    assertThat(ProcessHandle.current().children()).hasSameElementsAs(children);
    try (TestNode free = new TestNode(another, _ -> {})) {
      assertThat(free.admin("GET", "/readyz", NOTHING).statusCode()).isEqualTo(200);
    }
    assertThat(node.admin("GET", "/readyz", NOTHING).statusCode()).isEqualTo(200);
  }

  @Test
  void healthIsTold() throws Exception {
    assertThat(new String(node.admin("GET", "/livez", NOTHING).body(), UTF_8)).isEqualTo("ok\n");
    assertThat(node.admin("GET", "/healthz", NOTHING).statusCode()).isEqualTo(200);
    assertThat(node.admin("GET", "/readyz", NOTHING).statusCode()).isEqualTo(200);
    assertThat(node.admin("HEAD", "/livez", NOTHING).statusCode()).isEqualTo(200);
  }

  @Test
  void unknownNamesComeWithSuggestions() throws Exception {
    assertThat(node.admin("POST", "/v1/compositions", PASS.getBytes(UTF_8)).statusCode())
        .isEqualTo(201);
    assertProblem(node.invoke("/composition/pas", NOTHING), 404, "did you mean 'pass'?");
    assertProblem(node.invoke("/function/pass", NOTHING), 404, "invoke it at /composition/pass");
    assertProblem(node.admin("GET", "/v1/functions/pass", NOTHING), 404, "/v1/compositions/pass");
    assertProblem(node.invoke("/function/..", NOTHING), 400, "\"code\":\"bad_name\"");
    assertProblem(node.invoke("/function/HTTP", NOTHING), 403, "\"code\":\"communication_direct\"");
    assertProblem(node.admin("GET", "/v1/invocations/none", NOTHING), 404, "unknown_invocation");
  }

  @Test
  void compositionsAreListedShownAndReplaced() throws Exception {
    node.admin("POST", "/v1/compositions", PASS.getBytes(UTF_8));
    assertThat(new String(node.admin("GET", "/v1/compositions", NOTHING).body(), UTF_8))
        .isEqualTo(
            "{\"compositions\":[{\"name\":\"pass\",\"inputs\":[\"a\"],\"outputs\":[\"b\"]}]}\n");
    HttpResponse<byte[]> text = node.admin("GET", "/v1/compositions/pass", NOTHING);
    assertThat(text.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
    assertThat(new String(text.body(), UTF_8)).contains("composition pass");
    HttpResponse<byte[]> again = node.admin("POST", "/v1/compositions", PASS.getBytes(UTF_8));
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(new String(again.body(), UTF_8)).contains("\"change\":\"unchanged\"");
  }

  @Test
  void faultyCompositionsShowEveryPlace() throws Exception {
    HttpResponse<byte[]> answer =
        node.admin(
            "POST",
            "/v1/compositions",
            "composition c(a) => (b) {\n  nope(x = all a) => (b = y);\n}".getBytes(UTF_8));
    assertProblem(
        answer, 422, "\"code\":\"composition_invalid\"", "\"span\":{\"line\":2", "\"excerpt\":");
    assertProblem(
        node.admin("POST", "/v1/compositions", new byte[] {(byte) 0xFF}), 400, "not UTF-8");
  }

  @Test
  void badBinariesAreRefused() throws Exception {
    assertProblem(node.admin("PUT", "/v1/functions/x", NOTHING), 400, "\"code\":\"bad_binary\"");
    assertProblem(node.admin("PUT", "/v1/functions/x", "text".getBytes(UTF_8)), 400, "bad_binary");
    assertProblem(node.admin("PUT", "/v1/functions/x?memory=lots", NOTHING), 400, "memory=64MiB");
    assertProblem(node.admin("PUT", "/v1/functions/x?inn=a", NOTHING), 400, "did you mean 'in'?");
    assertProblem(node.admin("PUT", "/v1/functions/x%41", NOTHING), 400, "bad_name");
    assertProblem(node.admin("PUT", "/v1/functions/a-b", NOTHING), 400, "bad_name");
  }

  @Test
  void malformedBsonIsRefusedEverywhere() throws Exception {
    for (String path :
        List.of("/hot/x", "/cold/x", "/register/function", "/register/composition")) {
      assertProblem(node.invoke(path, NOTHING), 400, "\"code\":\"bad_bson\"");
      assertProblem(node.invoke(path, new byte[100_000]), 400, "\"code\":\"bad_bson\"");
    }
  }

  @Test
  void pagesOfOtherSitesMayNotAdminister() throws Exception {
    String url = node.administration() + "/v1/functions";
    assertProblem(
        node.send("GET", url, NOTHING, "Origin", "http://evil.example"),
        403,
        "cross_origin_denied");
    assertProblem(node.send("GET", url, NOTHING, "Origin", "null"), 403, "cross_origin_denied");
    assertProblem(
        node.send("GET", url, NOTHING, "Sec-Fetch-Site", "cross-site"), 403, "cross_origin_denied");
    assertThat(node.send("GET", url, NOTHING, "Origin", node.administration()).statusCode())
        .isEqualTo(200);
    assertThat(node.send("GET", url, NOTHING, "Sec-Fetch-Site", "same-origin").statusCode())
        .isEqualTo(200);
    assertProblem(
        node.send(
            "POST",
            node.invocation() + "/register/composition",
            NOTHING,
            "Origin",
            "http://evil.example"),
        403,
        "cross_origin_denied");
    assertThat(statusWithHost("evil.example")).isEqualTo(403);
    assertThat(statusWithHost("127.0.0.1:1")).isEqualTo(200);
    assertThat(statusWithHost("localhost")).isEqualTo(200);
    assertThat(statusWithHost("[::1]:9080")).isEqualTo(200);
    assertThat(statusWithHost("localhost.evil.example")).isEqualTo(403);
  }

  private int statusWithHost(String host) throws IOException {
    URI uri = URI.create(node.administration());
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET /livez HTTP/1.1\r\nhost: " + host + "\r\nconnection: close\r\n\r\n")
                  .getBytes(UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      return Integer.parseInt(answer.split(" ", 3)[1]);
    }
  }

  @Test
  void severalNodesLiveInOneProcessAndWhatTheyKnowSurvives() throws Exception {
    node.admin("POST", "/v1/compositions", PASS.getBytes(UTF_8));
    try (TestNode other = new TestNode(data.resolve("other"), _ -> {})) {
      assertThat(other.invocation()).isNotEqualTo(node.invocation());
      assertThat(new String(other.admin("GET", "/v1/compositions", NOTHING).body(), UTF_8))
          .isEqualTo("{\"compositions\":[]}\n");
    }
    node.close();
    node = new TestNode(data, _ -> {});
    assertThat(node.admin("GET", "/v1/compositions/pass", NOTHING).statusCode()).isEqualTo(200);
  }

  @Test
  void otherAddressesNeedATokenOrAFlag() throws Exception {
    try (TestNode open =
            new TestNode(data.resolve("a"), b -> b.host("0.0.0.0").adminHost("0.0.0.0"));
        TestNode allowed =
            new TestNode(
                data.resolve("b"),
                b ->
                    b.host("0.0.0.0")
                        .adminHost("0.0.0.0")
                        .access(a -> a.allowRemoteDeploy(true)))) {
      assertProblem(open.invoke("/register/composition", NOTHING), 401, "unauthenticated");
      assertProblem(open.admin("PUT", "/v1/functions/x", NOTHING), 401, "pappus token create");
      assertProblem(open.invoke("/function/x", NOTHING), 401, "unauthenticated");
      assertProblem(open.admin("GET", "/v1/compositions", NOTHING), 401, "unauthenticated");
      assertThat(open.admin("GET", "/livez", NOTHING).statusCode()).isEqualTo(200);
      assertProblem(allowed.invoke("/register/composition", NOTHING), 400, "bad_bson");
      assertThat(allowed.admin("POST", "/v1/compositions", PASS.getBytes(UTF_8)).statusCode())
          .isEqualTo(201);
      assertProblem(allowed.admin("GET", "/v1/tokens", NOTHING), 401, "scope admin");
    }
  }

  @Test
  void takenPortsAndBadValuesAreSaid() {
    int port = URI.create(node.invocation()).getPort();
    assertThatThrownBy(() -> new TestNode(data.resolve("x"), b -> b.port(port)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + port);
    assertThatThrownBy(() -> new TestNode(data.resolve("y"), b -> b.sandboxEntry("fast")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("auto, no-idt or idt");
    assertThatThrownBy(() -> new TestNode(data.resolve("z"), b -> b.allowEgress("http://x/")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("is not an egress rule");
    assertThat(Files.exists(data)).isTrue();
  }
}
