package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compositions on the administration port: their forms and their plans. */
class CompositionsTest {
  private static final byte[] NOTHING = new byte[0];
  private static final String TEXT =
      """
      function HTTP (requests) => (headers, bodies);

      composition fetch (urls) => (pages) {
          HTTP (requests = each urls) => (pages = bodies);
      }

      composition twice (urls, seeds) => (pages, more) {
          fetch (urls = keyed urls) => (first = pages);
          fetch (urls = all first) => (more = pages);
          HTTP (requests = optional anyEach seeds) => (pages = bodies);
      }
      """;

  @TempDir Path data;
  private TestNode node;

  @BeforeEach
  void start() throws Exception {
    node = new TestNode(data, _ -> {});
    assertThat(node.admin("POST", "/v1/compositions", TEXT.getBytes(UTF_8)).statusCode())
        .isEqualTo(201);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private HttpResponse<byte[]> get(String path, String accept)
      throws IOException, InterruptedException {
    return node.send("GET", node.administration() + path, NOTHING, "Accept", accept);
  }

  private static String body(HttpResponse<byte[]> answer) {
    return new String(answer.body(), UTF_8);
  }

  private static String type(HttpResponse<byte[]> answer) {
    return answer.headers().firstValue("content-type").orElse("");
  }

  private static void assertProblem(HttpResponse<byte[]> answer, int status, String... parts) {
    assertThat(answer.statusCode()).as(body(answer)).isEqualTo(status);
    assertThat(type(answer)).isEqualTo("application/problem+json");
    assertThat(body(answer)).contains(parts).contains("\"hint\":");
  }

  @Test
  void theFormIsNegotiated() throws Exception {
    String path = "/v1/compositions/twice";
    for (String accept : List.of("*/*", "text/plain", "text/vnd.pappus.dag", "application/pdf")) {
      HttpResponse<byte[]> text = get(path, accept);
      assertThat(type(text)).isEqualTo("text/plain; charset=utf-8");
      assertThat(body(text)).contains("composition twice", "keyed urls");
    }
    assertThat(type(get(path, "application/json"))).isEqualTo("application/json");
    assertThat(type(get(path, "text/plain;q=0.5, image/*"))).isEqualTo("image/svg+xml");
    assertThat(type(get(path, "image/svg+xml;q=0, text/vnd.mermaid;q=0.1")))
        .isEqualTo("text/vnd.mermaid; charset=utf-8");
    assertThat(type(get(path + "?format=svg", "application/json"))).isEqualTo("image/svg+xml");
    assertProblem(get(path + "?format=swg", "*/*"), 400, "did you mean 'svg'?");
    assertProblem(get("/v1/compositions/twicee", "*/*"), 404, "did you mean 'twice'?");
    assertProblem(get("/v1/compositions/HTTP?format=svg", "*/*"), 404, "/v1/functions/HTTP");
  }

  @Test
  void onePutRegistersOneComposition() throws Exception {
    String path = "/v1/compositions/solo";
    String one =
        "function HTTP (requests) => (headers, bodies);\n"
            + "composition solo (a) => (b) { HTTP (requests = each a) => (b = bodies); }\n";
    HttpResponse<byte[]> created = node.admin("PUT", path, one.getBytes(UTF_8));
    assertThat(created.statusCode()).as(body(created)).isEqualTo(201);
    assertThat(created.headers().firstValue("etag"))
        .isEqualTo(get(path, "*/*").headers().firstValue("etag"));
    HttpResponse<byte[]> same = node.admin("PUT", path, one.getBytes(UTF_8));
    assertThat(same.statusCode()).isEqualTo(200);
    assertThat(body(same)).contains("\"change\":\"unchanged\"");
    HttpResponse<byte[]> other =
        node.admin("PUT", path, one.replace("each", "keyed").getBytes(UTF_8));
    assertThat(body(other)).contains("\"change\":\"replaced\"");
    assertThat(other.headers().firstValue("etag"))
        .isNotEqualTo(created.headers().firstValue("etag"));
    assertProblem(
        node.admin("PUT", "/v1/compositions/other", one.getBytes(UTF_8)), 422, "but holds solo");
    assertProblem(
        node.admin("PUT", "/v1/compositions/fetch", TEXT.getBytes(UTF_8)),
        422,
        "holds fetch, twice");
    assertProblem(node.admin("PUT", path, NOTHING), 422, "holds none");
    assertProblem(node.admin("PUT", "/v1/compositions/a-b", NOTHING), 400, "bad_name");
    assertThat(body(get("/v1/compositions", "*/*"))).doesNotContain("other");
  }

  @Test
  void changesHappenOnlyWhereTheyAreMeant() throws Exception {
    String url = node.administration() + "/v1/compositions/fetch";
    String changed =
        "function HTTP (requests) => (headers, bodies);\n"
            + "composition fetch (urls) => (pages) { HTTP (requests = all urls) => (pages = bodies); }\n";
    byte[] text = changed.getBytes(UTF_8);
    String tag = get("/v1/compositions/fetch", "*/*").headers().firstValue("etag").orElse("");
    String other = "\"sha256:" + "0".repeat(64) + "\"";
    assertProblem(node.send("PUT", url, text, "If-Match", other), 412, "precondition_failed");
    assertProblem(node.send("DELETE", url, NOTHING, "If-Match", other), 412, "sha256:");
    assertThat(body(node.send("PUT", url + "?dryRun=true", text, "If-Match", tag)))
        .contains("replaced");
    assertProblem(node.send("PUT", url + "?dryRun=maybe", text), 400, "dryRun");
    assertThat(get("/v1/compositions/fetch", "*/*").headers().firstValue("etag")).hasValue(tag);
    assertThat(node.send("PUT", url, text, "If-Match", tag).statusCode()).isEqualTo(200);
    assertThat(get("/v1/compositions/fetch", "*/*").headers().firstValue("etag"))
        .isNotEqualTo(java.util.Optional.of(tag));
    assertProblem(node.admin("DELETE", "/v1/compositions/fetch", NOTHING), 409, "in_use", "twice");
    assertThat(node.admin("DELETE", "/v1/compositions/twice", NOTHING).statusCode()).isEqualTo(204);
    assertThat(node.admin("DELETE", "/v1/compositions/fetch", NOTHING).statusCode()).isEqualTo(204);
    assertProblem(node.admin("DELETE", "/v1/compositions/fetch", NOTHING), 404, "fetch");
    assertThat(
            node.admin("POST", "/v1/compositions?dryRun=true", TEXT.getBytes(UTF_8)).statusCode())
        .isEqualTo(201);
    assertThat(body(get("/v1/compositions", "*/*"))).isEqualTo("{\"compositions\":[]}\n");
  }

  @Test
  void theListComesInPages() throws Exception {
    String first = body(get("/v1/compositions?limit=1", "*/*"));
    assertThat(first).contains("\"fetch\"").doesNotContain("\"twice\"");
    String cursor = first.replaceFirst("(?s).*\"next\":\"([^\"]+)\".*", "$1");
    assertThat(body(get("/v1/compositions?limit=1&cursor=" + cursor, "*/*")))
        .contains("\"twice\"")
        .doesNotContain("next");
  }

  @Test
  void theEntityTagNamesTheTextInEveryForm() throws Exception {
    HttpResponse<byte[]> text = get("/v1/compositions/twice", "text/plain");
    String tag = text.headers().firstValue("etag").orElse("");
    assertThat(tag).matches("\"sha256:[0-9a-f]{64}\"");
    for (String format : List.of("json", "svg", "mermaid")) {
      HttpResponse<byte[]> other = get("/v1/compositions/twice?format=" + format, "*/*");
      assertThat(other.headers().firstValue("etag")).hasValue(tag);
      assertThat(other.headers().firstValue("vary")).hasValue("accept");
    }
    assertThat(get("/v1/compositions/fetch", "*/*").headers().firstValue("etag"))
        .isNotEqualTo(text.headers().firstValue("etag"));
  }

  @Test
  void theGraphTellsKindsAndUses() throws Exception {
    assertThat(body(get("/v1/compositions/twice", "application/json")))
        .isEqualTo(
            """
            {"name":"twice","nodes":[\
            {"id":"in0","type":"input","set":"urls","rank":0},\
            {"id":"in1","type":"input","set":"seeds","rank":0},\
            {"id":"app0","type":"application","index":0,"callee":"fetch","kind":"composition",\
            "line":5,"outputs":[{"set":"first","output":"pages"}],"rank":1},\
            {"id":"app1","type":"application","index":1,"callee":"fetch","kind":"composition",\
            "line":6,"outputs":[{"set":"more","output":"pages"}],"rank":2},\
            {"id":"app2","type":"application","index":2,"callee":"HTTP","kind":"communication",\
            "line":7,"outputs":[{"set":"pages","output":"bodies"}],"rank":1},\
            {"id":"out0","type":"output","set":"pages","rank":2},\
            {"id":"out1","type":"output","set":"more","rank":3}],\
            "edges":[\
            {"from":"in0","to":"app0","set":"urls","parameter":"urls","sharding":"keyed",\
            "optional":false},\
            {"from":"app0","to":"app1","set":"first","parameter":"urls","sharding":"all",\
            "optional":false},\
            {"from":"in1","to":"app2","set":"seeds","parameter":"requests","sharding":"anyEach",\
            "optional":true},\
            {"from":"app2","to":"out0","set":"pages"},\
            {"from":"app1","to":"out1","set":"more"}]}
            """);
    assertThat(body(get("/v1/compositions/twice", "text/vnd.mermaid")))
        .contains("app0[[\"fetch\"]]", "app2{{\"HTTP\"}}", "in0 ==>|\"keyed\"| app0");
  }

  @Test
  void theDrawingIsXmlThatRunsNothing() throws Exception {
    HttpResponse<byte[]> svg = get("/v1/compositions/twice", "image/svg+xml");
    var root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.body()))
            .getDocumentElement();
    assertThat(root.getTextContent()).contains("optional anyEach", "all first");
    assertThat(svg.headers().firstValue("content-security-policy")).isPresent();
    assertThat(svg.headers().firstValue("x-content-type-options")).hasValue("nosniff");
  }

  @Test
  void whatIsTooLargeToDrawIsStillToldAsText() throws Exception {
    StringBuilder text = new StringBuilder("function HTTP (requests) => (headers, bodies);\n");
    text.append("composition long (s0) => (s501) {\n");
    for (int i = 0; i < 501; i++) {
      text.append("HTTP (requests = all s" + i + ") => (s" + (i + 1) + " = bodies);\n");
    }
    byte[] body = text.append("}\n").toString().getBytes(UTF_8);
    assertThat(node.admin("POST", "/v1/compositions", body).statusCode()).isEqualTo(201);
    assertProblem(get("/v1/compositions/long", "image/svg+xml"), 413, "501 statements", "as JSON");
    assertThat(get("/v1/compositions/long", "application/json").statusCode()).isEqualTo(200);
  }

  private HttpResponse<byte[]> plan(String body) throws Exception {
    return node.admin("POST", "/v1/compositions/twice/plan", body.getBytes(UTF_8));
  }

  @Test
  void plansAreExactForInputsAndSayWhatIsNotKnown() throws Exception {
    HttpResponse<byte[]> answer =
        plan(
            """
            {"sets":[{"name":"urls","items":[{"name":"a","key":1,"bytes":10},
              {"name":"b","key":1,"text":"xyz"},{"name":"c","key":4294967295,"base64":"YWI="}]}]}
            """);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(body(answer))
        .isEqualTo(
            """
            {"composition":"twice","least":3,"most":4,"instancesMax":100000,"exceedsLimit":false,\
            "applications":[\
            {"index":0,"callee":"fetch","least":2,"most":2,"rule":"one per key of urls"},\
            {"index":1,"callee":"fetch","least":0,"most":1,"rule":"one; none if first is empty"},\
            {"index":2,"callee":"HTTP","least":1,"most":1,\
            "rule":"one per item of seeds, or fewer as the platform finds best"}]}
            """);
    HttpResponse<byte[]> fetch =
        node.admin("POST", "/v1/compositions/fetch/plan", "{\"sets\":[]}".getBytes(UTF_8));
    assertThat(body(fetch)).contains("\"most\":0,\"rule\":\"skipped: urls is empty\"");
    assertThat(body(node.admin("POST", "/v1/compositions/fetch/plan", NOTHING)))
        .isEqualTo(body(fetch));
  }

  @Test
  void plansBeyondTheLimitSaySo() throws Exception {
    String items = "{\"name\":\"u\",\"key\":1}";
    String set = "{\"name\":\"%s\",\"items\":[" + (items + ",").repeat(399) + items + "]}";
    String cross =
        """
        function HTTP (requests) => (headers, bodies);
        composition square (a) => (b, c) {
            HTTP (requests = each a) => (b = bodies);
            HTTP (requests = each a) => (c = bodies);
        }
        """;
    assertThat(node.admin("POST", "/v1/compositions", cross.getBytes(UTF_8)).statusCode())
        .isEqualTo(201);
    String body = "{\"sets\":[" + set.formatted("a") + "]}";
    assertThat(body(node.admin("POST", "/v1/compositions/square/plan", body.getBytes(UTF_8))))
        .contains("\"least\":800,\"most\":800", "\"exceedsLimit\":false");
    try (TestNode small =
        new TestNode(
            data.resolve("small"),
            b -> b.limit(Limit.INVOCATION_INSTANCES, 799).limit(Limit.SET_ITEMS, 400))) {
      small.admin("POST", "/v1/compositions", cross.getBytes(UTF_8));
      assertThat(body(small.admin("POST", "/v1/compositions/square/plan", body.getBytes(UTF_8))))
          .contains("\"exceedsLimit\":true");
      String more = body.replaceFirst("\\{\"name\":\"u\"", "{},{\"name\":\"u\"");
      assertProblem(
          small.admin("POST", "/v1/compositions/square/plan", more.getBytes(UTF_8)),
          413,
          "limits.set_items");
      small.admin("POST", "/v1/compositions", TEXT.getBytes(UTF_8));
      String both = "{\"sets\":[" + set.formatted("urls") + "," + set.formatted("seeds") + "]}";
      assertProblem(
          small.admin("POST", "/v1/compositions/twice/plan", both.getBytes(UTF_8)),
          413,
          "limits.invocation_instances");
    }
  }

  @Test
  void malformedPlanRequestsAreRefused() throws Exception {
    assertProblem(plan("{"), 400, "no JSON");
    assertProblem(plan("[]"), 400, "must be an object");
    assertProblem(plan("{\"sets\":[]} {}"), 400, "something follows");
    assertProblem(plan("{\"sets\":{}}"), 400, "must be an array");
    assertProblem(plan("{\"set\":[]}"), 400, "did you mean 'sets'?");
    assertProblem(plan("{\"sets\":[{\"items\":[]}]}"), 400, "no name");
    assertProblem(plan("{\"sets\":[{\"name\":\"url\"}]}"), 400, "did you mean 'urls'?");
    String item = "{\"sets\":[{\"name\":\"urls\",\"items\":[%s]}]}";
    assertProblem(plan(item.formatted("1")), 400, "must be an object");
    for (String field :
        List.of(
            "\"key\":-1",
            "\"key\":4294967296",
            "\"key\":1e3",
            "\"bytes\":99999999999999999999999",
            "\"bytes\":\"1\"",
            "\"base64\":7",
            "\"base64\":\"?\"",
            "\"name\":\"../x\"",
            "\"size\":1")) {
      assertThat(plan(item.formatted("{" + field + "}")).statusCode()).as(field).isEqualTo(400);
    }
    assertProblem(
        node.admin("POST", "/v1/compositions/none/plan", NOTHING), 404, "unknown_invocable");
  }
}
