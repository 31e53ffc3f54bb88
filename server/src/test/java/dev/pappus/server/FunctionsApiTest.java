package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The life of functions on the administration port, as far as none runs. */
class FunctionsApiTest {
  private static final byte[] NOTHING = new byte[0];
  private static final String ECHO = "/v1/functions/echo";
  private static final String FORM = "multipart/form-data; boundary=cut";

  @TempDir Path data;
  private TestNode node;

  @BeforeEach
  void start() throws IOException {
    node = new TestNode(data, configuration -> configuration.limit(Limit.FUNCTION_VERSIONS, 3));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private HttpResponse<byte[]> send(String method, String path, byte[] body, String... headers)
      throws Exception {
    return node.send(method, node.administration() + path, body, headers);
  }

  private HttpResponse<byte[]> getAs(String type, String path) throws Exception {
    return node.send("GET", node.administration() + path, NOTHING, "Accept", type);
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    return send("GET", path, NOTHING);
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), UTF_8);
  }

  private static String etag(HttpResponse<byte[]> answer) {
    return answer.headers().firstValue("etag").orElseThrow();
  }

  private static String version(HttpResponse<byte[]> answer) {
    return etag(answer).replace("\"", "");
  }

  private static byte[] form(String spec, byte[] binary) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes("--cut\r\nContent-Disposition: form-data; name=\"binary\"; ".getBytes(UTF_8));
    body.writeBytes("filename=\"a.elf\"\r\n\r\n".getBytes(UTF_8));
    body.writeBytes(binary);
    body.writeBytes(
        "\r\n--cut\r\nContent-Disposition: form-data; name=\"spec\"\r\n\r\n".getBytes(UTF_8));
    body.writeBytes(spec.getBytes(UTF_8));
    body.writeBytes("\r\n--cut--\r\n".getBytes(UTF_8));
    return body.toByteArray();
  }

  private HttpResponse<byte[]> putForm(String spec) throws Exception {
    return send("PUT", ECHO, form(spec, TestNode.guest("echo")), "content-type", FORM);
  }

  private HttpResponse<byte[]> put(String parameters, String... headers) throws Exception {
    return send("PUT", ECHO + parameters, TestNode.guest("echo"), headers);
  }

  @Test
  void aFormSaysEverythingOfAFunction() throws Exception {
    HttpResponse<byte[]> created =
        putForm(
            """
            {"inputs": ["in", {"name": "fixed", "static": [
                {"name": "a/b", "key": 7, "base64": "AAEC"}, {"name": "t", "text": "hé"}]}],
             "outputs": ["out"], "memory": "32MiB", "timeout": "500ms", "sandbox": "process",
             "minSetBytes": {"in": "64KiB"}}
            """);
    assertThat(created.statusCode()).as(text(created)).isEqualTo(201);
    assertThat(text(created))
        .contains("\"change\":\"created\"", "\"memoryBytes\":33554432", "\"timeout\":\"500ms\"")
        .contains("\"version\":\"" + version(created))
        .contains("\"spec\":{\"inputs\":[\"in\",{\"name\":\"fixed\",\"static\":[{\"name\":\"a/b\"")
        .contains(
            "\"key\":7",
            "\"bytes\":3}",
            "\"sandbox\":\"process\"",
            "\"minSetBytes\":{\"in\":65536}");
    HttpResponse<byte[]> described = get(ECHO);
    assertThat(etag(described)).isEqualTo(etag(created));
    assertThat(text(created))
        .isEqualTo(text(described).replaceFirst("\\{", "{\"change\":\"created\","));
    assertThat(putForm("{\"memory\": 1048576}").statusCode()).as("sets of the note").isEqualTo(200);
    assertThat(text(get(ECHO))).contains("\"spec\":{\"inputs\":[\"data\"],\"outputs\":[\"data\"]");
  }

  private static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("{\"memori\": \"1MiB\"}", "did you mean 'memory'?"),
        Arguments.of("{\"memory\": \"much\"}", "'much' is not a size"),
        Arguments.of("{\"memory\": -1}", "less than nothing"),
        Arguments.of("{\"memory\": \"1MiB\", \"memory\": \"1MiB\"}", "'memory' occurs twice"),
        Arguments.of("{\"timeout\": \"1h\"}", "is not a duration"),
        Arguments.of("{\"timeout\": \"0s\"}", "needs time"),
        Arguments.of("{\"timeout\": \"11s\"}", "limits.function_run"),
        Arguments.of("{\"sandbox\": \"docker\"}", "no sandbox 'docker'"),
        Arguments.of("{\"inputs\": [{\"name\": \"a\", \"statik\": []}]}", "did you mean 'static'?"),
        Arguments.of("{\"inputs\": [{\"static\": []}]}", "lacks 'name'"),
        Arguments.of("{\"inputs\": [\"a\", \"a\"]}", "declared twice"),
        Arguments.of("{\"inputs\": [\"a b\"]}", "cannot name"),
        Arguments.of(
            "{\"inputs\": [{\"name\":\"a\",\"static\":[{\"name\":\"x\"}]}]}",
            "lacks 'base64' or 'text'"),
        Arguments.of(
            "{\"inputs\": [{\"name\":\"a\",\"static\":[{\"name\":\"x\",\"text\":\"\",\"base64\":\"\"}]}]}",
            "both"),
        Arguments.of(
            "{\"inputs\": [{\"name\":\"a\",\"static\":[{\"name\":\"/x\",\"text\":\"\"}]}]}",
            "starts with '/'"),
        Arguments.of(
            "{\"inputs\": [{\"name\":\"a\",\"static\":[{\"name\":\"x\",\"base64\":\"*\"}]}]}",
            "spec, line 1"),
        Arguments.of("{\"minSetBytes\": {\"dat\": 1}}", "did you mean 'data'?"),
        Arguments.of("{\"outputs\": [1]}", "not a string"),
        Arguments.of("[]", "not an object"),
        Arguments.of("{} {}", "something follows"),
        Arguments.of("{", "spec, line 1"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void whatIsWrongInASpecIsSaid(String spec, String expected) throws Exception {
    HttpResponse<byte[]> answer = putForm(spec);
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(400);
    assertThat(text(answer)).contains(expected).contains("\"hint\":");
    assertThat(get(ECHO).statusCode()).isEqualTo(404);
  }

  @Test
  void formsHaveABinary() throws Exception {
    String noBinary =
        "--cut\r\nContent-Disposition: form-data; name=\"spec\"\r\n\r\n{}\r\n--cut--\r\n";
    HttpResponse<byte[]> answer = send("PUT", ECHO, noBinary.getBytes(UTF_8), "content-type", FORM);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(text(answer)).contains("there is no part 'binary'");
    answer =
        send("PUT", ECHO, noBinary.replace("spec", "bin").getBytes(UTF_8), "content-type", FORM);
    assertThat(text(answer)).contains("part 'bin' is not known");
    answer = send("PUT", ECHO + "?memory=1MiB", form("{}", NOTHING), "content-type", FORM);
    assertThat(text(answer)).contains("parameter 'memory' is not known");
  }

  @Test
  void changesDependOnPreconditions() throws Exception {
    assertThat(put("", "if-match", "*").statusCode()).isEqualTo(412);
    HttpResponse<byte[]> first = put("", "if-none-match", "*");
    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(put("", "if-none-match", "*").statusCode()).isEqualTo(412);
    HttpResponse<byte[]> same = put("", "if-match", etag(first));
    assertThat(same.statusCode()).isEqualTo(200);
    assertThat(etag(same)).isEqualTo(etag(first));
    HttpResponse<byte[]> second =
        put("?memory=1MiB", "if-match", "\"other\", W/\"x\", " + etag(first));
    assertThat(second.statusCode()).as(text(second)).isEqualTo(200);
    assertThat(etag(second)).as("the specification is a part of it").isNotEqualTo(etag(first));
    HttpResponse<byte[]> late = put("?memory=2MiB", "if-match", etag(first));
    ProblemAnswer.of(late).is(412, "precondition_failed", "caller");
    assertThat(send("DELETE", ECHO, NOTHING, "if-match", etag(first)).statusCode()).isEqualTo(412);
    assertThat(send("DELETE", ECHO, NOTHING, "if-match", "sha256").statusCode()).isEqualTo(400);
    assertThat(send("DELETE", ECHO, NOTHING, "if-match", etag(second)).statusCode()).isEqualTo(200);
    assertThat(get(ECHO).statusCode()).isEqualTo(404);
    ProblemAnswer.of(send("DELETE", ECHO, NOTHING)).is(404, "unknown_invocable", "caller");
  }

  @Test
  void aDryRunStoresNothing() throws Exception {
    HttpResponse<byte[]> dry = put("?dryRun=true");
    assertThat(dry.statusCode()).as(text(dry)).isEqualTo(200);
    assertThat(text(dry)).contains("\"change\":\"created\",\"dryRun\":true");
    assertThat(get(ECHO).statusCode()).isEqualTo(404);
    assertThat(send("PUT", ECHO + "?dryRun=true", "no ELF".getBytes(UTF_8)).statusCode())
        .isEqualTo(400);
    assertThat(text(put("?dryRun=perhaps"))).contains("true or false");
    assertThat(text(put("?dryrun=true"))).contains("did you mean 'dryRun'?");
    assertThat(etag(put(""))).isEqualTo(etag(dry));
  }

  @Test
  void versionsAreKeptAddressedAndRolledBackTo() throws Exception {
    String one = version(put(""));
    String two = version(put("?memory=1MiB"));
    HttpResponse<byte[]> versions = get(ECHO + "/versions");
    assertThat(text(versions)).containsSubsequence(two, one);
    assertThat(text(get(ECHO + "@" + one))).contains(one).doesNotContain(two);
    assertThat(text(get(ECHO + "%40" + one.substring(0, 19).replace(":", "%3A")))).contains(one);
    assertThat(get(ECHO + "@" + one + "0").statusCode()).isEqualTo(400);
    assertThat(get(ECHO + "@sha256:abc").statusCode()).isEqualTo(400);
    ProblemAnswer.of(get(ECHO + "@sha256:" + "0".repeat(64))).is(404, "unknown_version", "caller");
    HttpResponse<byte[]> binary = get(ECHO + "@" + one + "/binary");
    assertThat(binary.body()).isEqualTo(TestNode.guest("echo"));
    assertThat(version(binary)).isEqualTo(one);
    assertThat(binary.headers().firstValue("content-type"))
        .hasValue("application/vnd.pappus.elf.v1");
    HttpResponse<byte[]> back = send("POST", ECHO + "/rollback", NOTHING);
    assertThat(back.statusCode()).as(text(back)).isEqualTo(200);
    assertThat(version(back)).isEqualTo(one);
    assertThat(version(get(ECHO))).isEqualTo(one);
    HttpResponse<byte[]> there =
        send("POST", ECHO + "/rollback?to=" + two.substring(0, 19), NOTHING);
    assertThat(version(there)).isEqualTo(two);
    assertThat(
            send("POST", ECHO + "/rollback", NOTHING, "if-match", "\"" + one + "\"").statusCode())
        .isEqualTo(412);
    assertThat(send("DELETE", ECHO + "@" + one, NOTHING).statusCode()).isEqualTo(400);
    assertThat(get("/v1/functions/HTTP/binary").statusCode()).isEqualTo(404);
  }

  @Test
  void whatCompositionsUseStays() throws Exception {
    put("");
    String text =
        "function echo(in) => (out); composition user(a) => (b) { echo(in = all a) => (b = out); }";
    assertThat(send("POST", "/v1/compositions", text.getBytes(UTF_8)).statusCode()).isEqualTo(201);
    ProblemAnswer.of(put("?in=other&out=out")).is(409, "in_use", "caller");
    HttpResponse<byte[]> deleted = send("DELETE", ECHO, NOTHING);
    ProblemAnswer.of(deleted).is(409, "in_use", "caller");
    assertThat(text(deleted)).contains("user");
  }

  @Test
  void namespacesAreApart() throws Exception {
    put("", "pappus-namespace", "blue");
    assertThat(get(ECHO).statusCode()).isEqualTo(404);
    assertThat(send("GET", ECHO, NOTHING, "pappus-namespace", "blue").statusCode()).isEqualTo(200);
    assertThat(text(get("/v1/functions"))).doesNotContain("echo").contains("HTTP");
    assertThat(text(send("GET", "/v1/functions", NOTHING, "pappus-namespace", "red")))
        .doesNotContain("echo")
        .contains("HTTP");
    ProblemAnswer.of(node.invoke("/function/echo", NOTHING)).is(404, "unknown_invocable", "caller");
    String text =
        "function echo(in) => (out); composition user(a) => (b) { echo(in = all a) => (b = out); }";
    assertThat(send("POST", "/v1/compositions", text.getBytes(UTF_8)).statusCode()).isEqualTo(422);
    assertThat(
            send("POST", "/v1/compositions", text.getBytes(UTF_8), "pappus-namespace", "blue")
                .statusCode())
        .isEqualTo(201);
    assertThat(text(get("/v1/compositions"))).doesNotContain("user");
  }

  @Test
  void listsComeInPages() throws Exception {
    List<String> expected = new ArrayList<>(List.of("HTTP"));
    for (int i = 0; i < 7; i++) {
      assertThat(send("PUT", "/v1/functions/f" + i, TestNode.guest("echo")).statusCode())
          .isEqualTo(201);
      expected.add("f" + i);
    }
    assertThat(names("/v1/functions")).isEqualTo(expected);
    for (int limit = 1; limit <= 9; limit++) {
      assertThat(names("/v1/functions?limit=" + limit)).isEqualTo(expected);
    }
    assertThat(get("/v1/functions?limit=0").statusCode()).isEqualTo(400);
    assertThat(get("/v1/functions?limit=10001").statusCode()).isEqualTo(400);
    assertThat(get("/v1/functions?cursor=nonsense").statusCode()).isEqualTo(400);
    assertThat(text(get("/v1/functions?limits=1"))).contains("did you mean 'limit'?");
  }

  @Test
  void listsShowTheFieldsThatAreAskedFor() throws Exception {
    send("PUT", "/v1/functions/f", TestNode.guest("echo"));
    String all = text(get("/v1/functions"));
    assertThat(text(get("/v1/functions?fields=kind,name")))
        .isEqualTo(
            """
            {"functions":[{"kind":"communication","name":"HTTP"},{"kind":"compute","name":"f"}]}
            """);
    assertThat(text(get("/v1/functions?fields=outputs")))
        .isEqualTo(
            """
            {"functions":[{"outputs":["headers","bodies"]},{"outputs":["data"]}]}
            """);
    assertThat(text(get("/v1/functions?fields=timeout"))).isEqualTo("{\"functions\":[{},{}]}\n");
    String every =
        "name,inputs,outputs,kind,version,memoryBytes,timeout,binary,binaryBytes,sandbox,deployed";
    assertThat(text(get("/v1/functions?fields=" + every))).isEqualTo(all);
    assertThat(get("/v1/functions?limit=1&fields=name,kind").headers().firstValue("link"))
        .hasValueSatisfying(link -> assertThat(link).contains("&fields=name,kind>"));
    HttpResponse<byte[]> refused = get("/v1/functions?fields=name,versoin");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(text(refused)).contains("no field 'versoin'", "did you mean 'version'?");
  }

  @Test
  void listsAreTablesForWhoAsksForThem() throws Exception {
    String table = "text/tab-separated-values";
    send("PUT", "/v1/functions/f", TestNode.guest("echo"));
    HttpResponse<byte[]> first =
        getAs(table, "/v1/functions?fields=outputs,name,timeout,kind&limit=1");
    assertThat(first.headers().firstValue("content-type")).hasValue(table + "; charset=utf-8");
    assertThat(first.headers().firstValue("vary")).hasValue("accept");
    assertThat(text(first))
        .isEqualTo("outputs\tname\ttimeout\tkind\nheaders,bodies\tHTTP\t\tcommunication\n");
    String next = first.headers().firstValue("link").orElseThrow().replaceAll("<|>.*", "");
    assertThat(text(getAs(table + ", application/json;q=0.5", next)))
        .isEqualTo("outputs\tname\ttimeout\tkind\ndata\tf\t\tcompute\n");
    assertThat(text(getAs("text/*", "/v1/compositions"))).isEqualTo("name\tinputs\toutputs\n");
    assertThat(text(getAs("*/*", "/v1/compositions"))).isEqualTo("{\"compositions\":[]}\n");
  }

  /** Every name, page after page, by the Link fields. */
  private List<String> names(String path) throws Exception {
    List<String> names = new ArrayList<>();
    Pattern name = Pattern.compile("\\{\"name\":\"(\\w+)\"");
    Pattern next = Pattern.compile("<(/v1/functions\\?limit=\\d+&cursor=([\\w-]+))>; rel=\"next\"");
    String page = path;
    while (!page.isEmpty()) {
      HttpResponse<byte[]> answer = get(page);
      assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
      name.matcher(text(answer)).results().forEach(match -> names.add(match.group(1)));
      Matcher link = next.matcher(answer.headers().firstValue("link").orElse(""));
      page = "";
      if (link.matches()) {
        assertThat(text(answer)).contains("\"next\":\"" + link.group(2) + "\"");
        page = link.group(1);
      }
    }
    return names;
  }
}
