package dev.pappus.server;

import static dev.pappus.server.OpenApiDocument.list;
import static dev.pappus.server.OpenApiDocument.map;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.CompiledFrom;
import dev.pappus.dispatcher.Deployment;
import dev.pappus.dispatcher.Precondition;
import dev.pappus.dispatcher.Registry;
import dev.pappus.model.Digest;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Namespace;
import dev.pappus.server.OpenApiDocument.Operation;
import dev.pappus.server.bson.Documents;
import java.lang.foreign.MemorySegment;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That a running node answers what docs/openapi.yaml says, on each port, good requests and bad. */
class OpenApiConformanceTest {
  private static final byte[] NOTHING = new byte[0];
  private static final String UNKNOWN = "nothing_of_this_name";

  @TempDir Path data;
  private TestNode node;
  private OpenApiDocument document;
  private JsonSchema schemas;
  private final TreeSet<String> accepted = new TreeSet<>();
  private final TreeSet<String> refused = new TreeSet<>();

  @BeforeEach
  void start() throws Exception {
    node = new TestNode(data, _ -> {});
    document = OpenApiDocument.parse(node.admin("GET", "/openapi.json", NOTHING).body());
    schemas = new JsonSchema(document);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private Operation operation(String id) {
    return document.operations().stream()
        .filter(each -> each.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no operation " + id));
  }

  /** A request with the examples of the document, on every port that serves it. */
  private HttpResponse<byte[]> send(int status, String id) throws Exception {
    Map.Entry<String, Object> example = document.example(operation(id));
    if (example == null) {
      return send(status, id, Map.of(), "", NOTHING);
    }
    String text =
        example.getValue() instanceof String plain
            ? plain
            : OpenApiDocument.json(example.getValue());
    return send(status, id, Map.of(), "", text.getBytes(UTF_8), "content-type", example.getKey());
  }

  /** The answer of the last port; all of them are compared with the document. */
  private HttpResponse<byte[]> send(
      int status, String id, Map<String, String> path, String query, byte[] body, String... headers)
      throws Exception {
    Operation operation = operation(id);
    HttpResponse<byte[]> answer = null;
    for (Object port : list(operation.members().get("tags"))) {
      String base = base(String.valueOf(port));
      if (base != null) {
        String url = base + document.path(operation, path) + query;
        answer = node.send(operation.method(), url, body, headers);
        String shown = id + " " + url + ": " + new String(answer.body(), UTF_8);
        assertThat(answer.statusCode()).as(shown).isEqualTo(status);
        assertThat(faults(operation, answer)).as(shown).isEmpty();
      }
    }
    (status < 400 ? accepted : refused).add(id);
    return Objects.requireNonNull(answer);
  }

  private @Nullable String base(String port) {
    return switch (port) {
      case "invocation" -> node.invocation();
      case "administration" -> node.administration();
      default -> null;
    };
  }

  /** How an answer differs from the document. */
  private List<String> faults(Operation operation, HttpResponse<byte[]> answer) {
    Map<String, Object> responses = map(operation.members().get("responses"));
    String status = Integer.toString(answer.statusCode());
    Object found = responses.getOrDefault(status, responses.get(status.charAt(0) + "XX"));
    if (found == null) {
      return List.of("status " + status + " is not listed");
    }
    Map<String, Object> response = document.resolve(found);
    List<String> faults = new ArrayList<>();
    map(response.get("headers"))
        .forEach((name, header) -> header(name, document.resolve(header), answer, faults));
    content(map(response.get("content")), answer, faults);
    return faults;
  }

  private void header(
      String name,
      Map<String, Object> described,
      HttpResponse<byte[]> answer,
      List<String> faults) {
    answer
        .headers()
        .firstValue(name)
        .ifPresentOrElse(
            value -> faults.addAll(schemas.faults(described.get("schema"), value)),
            () -> {
              if (Boolean.TRUE.equals(described.get("required"))) {
                faults.add("field " + name + " is missing");
              }
            });
  }

  private void content(
      Map<String, Object> content, HttpResponse<byte[]> answer, List<String> faults) {
    String field = answer.headers().firstValue("content-type").orElse("");
    String type = field.split(";", 2)[0];
    if (content.isEmpty() && type.isEmpty()) {
      return;
    }
    Object media = content.getOrDefault(type, content.get("*/*"));
    if (media == null) {
      faults.add("type '" + type + "' is not listed");
      return;
    }
    Object schema = map(media).get("schema");
    if (schema == null) {
      return;
    }
    String text = new String(answer.body(), UTF_8);
    if (type.endsWith("json")) {
      faults.addAll(schemas.faults(schema, OpenApiDocument.tree(answer.body())));
    } else if (type.equals("application/jsonl")) {
      text.lines()
          .forEach(line ->
              faults.addAll(schemas.faults(schema, OpenApiDocument.tree(line.getBytes(UTF_8)))));
    } else {
      faults.addAll(schemas.faults(schema, text));
    }
  }

  private static byte[] bson(String composition) {
    return Documents.encode(Documents.invocation(composition, List.of()));
  }

  @Test
  void everyOperationAnswersAsDescribed() throws Exception {
    functions();
    compositions();
    invocations();
    reference();
    tokens();
    for (String id : List.of("isAlive", "isReady", "isHealthy", "getMetrics", "getOpenApi")) {
      send(200, id);
    }
    unauthenticated();
    removals();
    TreeSet<String> all = new TreeSet<>();
    document.operations().forEach(each -> all.add(each.id()));
    TreeSet<String> needSandboxes = new TreeSet<>(all);
    needSandboxes.removeAll(accepted);
    assertThat(needSandboxes)
        .containsExactly("invokeFunction", "invokeFunctionBelow", "invokeFunctionWithoutBody");
    assertThat(refused).isEqualTo(all);
  }

  private void functions() throws Exception {
    byte[] echo = TestNode.guest("echo");
    String sets = "?in=in&out=out&memory=64MiB&timeout=2s&sandbox=auto";
    send(200, "putFunction", Map.of(), sets + "&dryRun=true", echo);
    send(201, "putFunction", Map.of(), sets, echo);
    send(200, "putFunction", Map.of(), "?in=in&out=out&memory=32MiB", echo);
    send(400, "putFunction", Map.of(), "", "no binary".getBytes(UTF_8));
    send(400, "putFunction", Map.of(), "?memori=1", echo);
    send(412, "putFunction", Map.of(), "", echo, "if-none-match", "*");
    send(201, "putFunction", Map.of("name", "another"), "", echo);
    send(200, "listFunctions");
    send(200, "listFunctions", Map.of(), "?limit=1", NOTHING);
    send(200, "listFunctions", Map.of(), "?fields=name,version", NOTHING);
    send(200, "listFunctions", Map.of(), "", NOTHING, "accept", "text/tab-separated-values");
    send(200, "listCompositions", Map.of(), "", NOTHING, "accept", "text/tab-separated-values");
    send(400, "listFunctions", Map.of(), "?fields=nane", NOTHING);
    send(400, "listFunctions", Map.of(), "?limit=0", NOTHING);
    send(400, "listFunctions", Map.of(), "?cursor=x", NOTHING);
    send(200, "getFunction");
    send(200, "getFunction", Map.of("name", "HTTP"), "", NOTHING);
    for (String id :
        List.of(
            "getFunction",
            "listFunctionVersions",
            "getFunctionBinary",
            "getFunctionSource",
            "rollBackFunction")) {
      send(404, id, Map.of("name", UNKNOWN), "", NOTHING);
    }
    send(200, "listFunctionVersions");
    send(200, "getFunctionBinary");
    send(404, "getFunctionSource");
    sources(echo);
    send(200, "rollBackFunction");
    send(400, "rollBackFunction", Map.of(), "?to=x", NOTHING);
    send(204, "functionMethods");
    send(404, "functionMethods", Map.of("name", UNKNOWN), "", NOTHING);
  }

  /** What a node does that has no compiler; what it compiles, SourcesTest of the command shows. */
  private void sources(byte[] echo) throws Exception {
    byte[] text = "int main(void) { return 0; }".getBytes(UTF_8);
    send(503, "putFunction", Map.of(), "", text, "content-type", "text/x-c");
    node.node()
        .surfaces()
        .registry()
        .deploy(
            Namespace.DEFAULT,
            new Deployment(
                TestNode.spec("compiled", List.of("in"), List.of("out")),
                MemorySegment.ofArray(echo),
                Registry.OnConflict.REPLACE,
                new Precondition.None(),
                false,
                new CompiledFrom(
                    "cc 1",
                    Digest.of(MemorySegment.ofArray(echo)),
                    List.of(
                        Item.ofText("a.c", "text"),
                        Item.of("b.c", Key.ZERO, new byte[] {(byte) 0xff})))));
    HttpResponse<byte[]> source =
        send(200, "getFunctionSource", Map.of("name", "compiled"), "", NOTHING);
    assertThat(new String(source.body(), UTF_8))
        .contains("\"text\":\"text\"", "\"base64\":\"/w==\"");
    send(200, "getFunction", Map.of("name", "compiled"), "", NOTHING);
  }

  private void compositions() throws Exception {
    send(201, "postCompositions");
    send(200, "putComposition");
    byte[] text = text("pass", "pass").getBytes(UTF_8);
    send(412, "putComposition", Map.of(), "", text, "if-none-match", "*");
    send(422, "postCompositions", Map.of(), "", "composition".getBytes(UTF_8));
    send(422, "putComposition", Map.of(), "", "composition".getBytes(UTF_8));
    send(400, "postCompositions", Map.of(), "?dryRun=perhaps", NOTHING);
    send(200, "listCompositions");
    send(400, "listCompositions", Map.of(), "?limit=x", NOTHING);
    for (String format : List.of("text", "json", "svg", "mermaid")) {
      send(200, "getComposition", Map.of(), "?format=" + format, NOTHING);
    }
    send(400, "getComposition", Map.of(), "?format=png", NOTHING);
    send(404, "getComposition", Map.of("name", UNKNOWN), "", NOTHING);
    send(200, "planComposition");
    send(400, "planComposition", Map.of(), "", "{\"sets\":[{}]}".getBytes(UTF_8));
  }

  private void invocations() throws Exception {
    HttpResponse<byte[]> ran = send(200, "invokeComposition");
    send(200, "invokeComposition", Map.of(), "", NOTHING, "accept", "application/json");
    send(200, "invokeComposition", Map.of(), "", NOTHING, "accept", "application/bson");
    send(200, "invokeComposition", Map.of(), "", NOTHING, "accept", "multipart/form-data");
    send(202, "invokeComposition", Map.of(), "", NOTHING, "prefer", "respond-async");
    send(406, "invokeComposition", Map.of(), "", NOTHING, "accept", "image/png");
    send(404, "invokeComposition", Map.of(), "?output=c/d", NOTHING);
    send(400, "invokeComposition", Map.of(), "", NOTHING, "pappus-timeout", "soon");
    send(400, "invokeComposition", Map.of(), "", NOTHING, "x-callback-url", "https://a.example");
    for (String id :
        List.of(
            "invokeFunction",
            "invokeFunctionWithoutBody",
            "invokeFunctionBelow",
            "invokeFunctionLater")) {
      send(404, id, Map.of("name", UNKNOWN), "", NOTHING);
    }
    send(202, "invokeFunctionLater");
    Map<String, String> id =
        Map.of("id", ran.headers().firstValue("x-pappus-invocation").orElseThrow());
    for (String each : List.of("getInvocation", "cancelInvocation", "getInvocationResult")) {
      send(404, each);
    }
    send(200, "getInvocation", id, "", NOTHING);
    send(200, "cancelInvocation", id, "", NOTHING);
    HttpResponse<byte[]> later =
        send(202, "invokeComposition", Map.of(), "", NOTHING, "prefer", "respond-async");
    String location = later.headers().firstValue("location").orElseThrow();
    Map<String, String> durable = Map.of("id", location.substring(location.lastIndexOf('/') + 1));
    awaitEnd(location);
    send(200, "getInvocation", durable, "", NOTHING);
    send(200, "getInvocationResult", durable, "", NOTHING);
    send(200, "listInvocations");
    send(200, "listInvocations", Map.of(), "?status=succeeded&target=pass&limit=1", NOTHING);
    send(400, "listInvocations", Map.of(), "?status=lost", NOTHING);
    send(200, "getLogs");
    send(200, "getLogs", Map.of(), "", NOTHING, "accept", "text/event-stream");
    send(400, "getLogs", Map.of(), "?follow=perhaps", NOTHING);
  }

  private void awaitEnd(String location) throws Exception {
    long end = System.nanoTime() + 30_000_000_000L;
    while (node.admin("GET", location + "/result", NOTHING).statusCode() == 202) {
      assertThat(System.nanoTime() - end).as("still no result of %s", location).isNegative();
    }
  }

  private void reference() throws Exception {
    byte[] text = Documents.encode(Documents.compositions(text("pass", "again")));
    send(200, "registerCompositions", Map.of(), "", text);
    send(
        200,
        "registerFunction",
        Map.of(),
        "",
        Documents.encode(
            Documents.function(
                TestNode.spec("third", List.of("in"), List.of("out")), TestNode.guest("echo"))));
    for (String id : List.of("invokeHot", "invokeCold")) {
      send(200, id, Map.of(), "", bson("pass"));
      send(404, id, Map.of(), "", bson(UNKNOWN));
    }
    for (String id :
        List.of("invokeHot", "invokeCold", "registerFunction", "registerCompositions")) {
      send(400, id, Map.of(), "", "no BSON".getBytes(UTF_8));
    }
  }

  /** The text of the document's example with another name. */
  private String text(String name, String other) {
    Map.Entry<String, Object> example =
        Objects.requireNonNull(document.example(operation("postCompositions")));
    return example.getValue().toString().replace(name + "(", other + "(");
  }

  private void tokens() throws Exception {
    HttpResponse<byte[]> made = send(201, "createToken");
    send(400, "createToken", Map.of(), "", "{\"scope\":\"all\"}".getBytes(UTF_8));
    send(200, "listTokens");
    Map<String, Object> token = map(OpenApiDocument.tree(made.body()));
    send(403, "listTokens", Map.of(), "", NOTHING, "authorization", "Bearer " + token.get("token"));
    send(204, "deleteToken", Map.of("id", String.valueOf(token.get("id"))), "", NOTHING);
    send(404, "deleteToken");
  }

  /** Whoever sends a bad token gets nothing, whatever is asked for. */
  private void unauthenticated() throws Exception {
    String bad = "Bearer pappus_" + "0".repeat(81);
    for (Operation each : document.operations()) {
      send(401, each.id(), Map.of(), "", NOTHING, "authorization", bad);
    }
  }

  private void removals() throws Exception {
    send(
        412,
        "deleteFunction",
        Map.of(),
        "",
        NOTHING,
        "if-match",
        "\"sha256:" + "0".repeat(64) + '"');
    send(200, "deleteFunction");
    send(404, "deleteFunction");
    send(204, "deleteComposition");
    send(404, "deleteComposition");
  }

  @Test
  @Tag("kvm")
  void functionsAnswerAsDescribed() throws Exception {
    send(201, "putFunction", Map.of(), "?in=in&out=out", TestNode.guest("echo"));
    HttpResponse<byte[]> ran = send(200, "invokeFunction", Map.of(), "", "x".getBytes(UTF_8));
    send(200, "invokeFunction");
    send(200, "invokeFunctionWithoutBody");
    send(200, "invokeFunctionBelow", Map.of(), "", "x".getBytes(UTF_8));
    String id = ran.headers().firstValue("x-pappus-invocation").orElseThrow();
    send(200, "getInvocation", Map.of("id", id), "", NOTHING);
    send(201, "putFunction", Map.of("name", "hostile"), "", TestNode.guest("hostile"));
    HttpResponse<byte[]> failed =
        send(
            502, "invokeFunction", Map.of("name", "hostile"), "", "print_and_fail".getBytes(UTF_8));
    String failedId = failed.headers().firstValue("x-pappus-invocation").orElseThrow();
    send(200, "getInvocation", Map.of("id", failedId), "", NOTHING);
    send(200, "getLogs", Map.of(), "?id=" + failedId, NOTHING);
  }

  @Test
  void anAnswerThatIsNotDescribedIsFound() throws Exception {
    HttpResponse<byte[]> health = node.admin("GET", "/livez", NOTHING);
    assertThat(faults(operation("isAlive"), health)).isEmpty();
    assertThat(faults(operation("getFunctionBinary"), health))
        .containsExactlyInAnyOrder("field etag is missing", "type 'text/plain' is not listed");
    HttpResponse<byte[]> unknown = node.admin("GET", "/v1/tokens/x/y", NOTHING);
    assertThat(faults(operation("isAlive"), unknown)).containsExactly("status 404 is not listed");
    HttpResponse<byte[]> functions = node.admin("GET", "/v1/functions", NOTHING);
    assertThat(faults(operation("listTokens"), functions))
        .containsExactlyInAnyOrder("$ lacks 'tokens'", "$.functions is not described");
  }
}
