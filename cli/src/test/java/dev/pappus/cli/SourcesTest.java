package dev.pappus.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import dev.pappus.server.Configuration;
import dev.pappus.server.settings.Settings;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C sources that a node compiles, by HTTP and by command, with the compiler of whoever tests. */
class SourcesTest {
  private static final String PRINTS =
      "#include <stdio.h>\nint main(int n, char **words) { puts(n > 1 ? words[1] : \"%s\"); return 0; }\n";

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> environment = new HashMap<>(ProgramTools.environment());
  private @Nullable DemoNode node;

  /** A node with this compiler cache, and a data folder that stays. */
  private void start(Map<String, String> around, Consumer<Configuration.Builder> more)
      throws IOException {
    stop();
    DemoNode started =
        DemoNode.startWith(
            Settings.load(Settings.Sources.of(Map.of(), folder, null)),
            builder ->
                more.accept(
                    builder
                        .dataFolder(folder.resolve("data"))
                        .compilers(new NodeCompiler(CommandRun.terminal(folder, around)))));
    environment.put("PAPPUS_SERVER", started.adminAddress().toString());
    node = started;
  }

  private void start() throws IOException {
    ProgramTools.requireRuntime("tcc");
    start(ProgramTools.environment(), _ -> {});
  }

  @AfterEach
  void stop() {
    if (node != null) {
      node.close();
      node = null;
    }
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(environment.get("PAPPUS_SERVER") + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> put(String name, String source, String... more) throws Exception {
    String[] headers = new String[more.length + 2];
    headers[0] = "content-type";
    headers[1] = "text/x-c; charset=utf-8";
    System.arraycopy(more, 0, headers, 2, more.length);
    return send("PUT", "/v1/functions/" + name, source, headers);
  }

  /** A form of sources, in the order NAME, TEXT, NAME, TEXT, … */
  private HttpResponse<String> form(String path, String... parts) throws Exception {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < parts.length; i += 2) {
      body.append("--cut\r\nContent-Disposition: form-data; name=\"")
          .append(parts[i])
          .append("\"\r\n\r\n")
          .append(parts[i + 1])
          .append("\r\n");
    }
    return send(
        "PUT",
        "/v1/functions/" + path,
        body + "--cut--\r\n",
        "content-type",
        "multipart/form-data; boundary=cut");
  }

  private static JsonObject json(HttpResponse<String> answer) {
    return JsonObject.parse(answer.body().getBytes(UTF_8));
  }

  private static JsonObject problem(HttpResponse<String> answer, int status, String code) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    JsonObject problem = json(answer);
    assertThat(problem.text("code")).isEqualTo(code);
    assertThat(problem.text("hint")).isNotBlank();
    return problem;
  }

  private static String tag(HttpResponse<String> answer) {
    return answer.headers().firstValue("etag").orElseThrow();
  }

  private CommandRun command(String... arguments) {
    return CommandRun.in(folder, environment, new byte[0], arguments);
  }

  private String invoke(String name) throws Exception {
    HttpResponse<String> answer = send("POST", "/function/" + name, "");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  @Test
  void aSourceIsAVersionLikeAnyOther() throws Exception {
    start();
    String first = PRINTS.formatted("first");
    HttpResponse<String> planned = put("say?dryRun=true", first);
    assertThat(planned.statusCode()).as(planned.body()).isEqualTo(200);
    assertThat(send("GET", "/v1/functions/say", "").statusCode()).isEqualTo(404);
    HttpResponse<String> created = put("say", first);
    assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
    assertThat(json(created).text("kind")).isEqualTo("program");
    assertThat(json(created).object("source").text("compiler")).startsWith("tcc ");
    assertThat(tag(planned)).isEqualTo(tag(created));
    assertThat(invoke("say")).isEqualTo("first\n");

    HttpResponse<String> again = put("say", first);
    assertThat(json(again).text("change")).isEqualTo("unchanged");
    assertThat(tag(again)).isEqualTo(tag(created));
    assertThat(tag(put("other", first)))
        .as("the same sources are the same version, whatever its name")
        .isEqualTo(tag(created));
    problem(put("say", PRINTS.formatted("x"), "if-none-match", "*"), 412, "precondition_failed");
    String second = PRINTS.formatted("second") + "/* ü */\n";
    HttpResponse<String> replaced = put("say?arg=word", second, "if-match", tag(created));
    assertThat(json(replaced).text("change")).as(replaced.body()).isEqualTo("replaced");
    assertThat(invoke("say")).isEqualTo("word\n");

    HttpResponse<String> source = send("GET", "/v1/functions/say/source", "");
    assertThat(tag(source)).isEqualTo(tag(replaced));
    JsonObject file = json(source).objects("files").getFirst();
    assertThat(file.text("name")).isEqualTo("main.c");
    assertThat(file.text("text")).isEqualTo(second);
    String earlier = tag(created).replace("\"", "");
    assertThat(send("GET", "/v1/functions/say@" + earlier + "/source", "").body())
        .contains("first");

    start();
    assertThat(send("GET", "/v1/functions/say/source", "").body()).isEqualTo(source.body());
    assertThat(send("POST", "/v1/functions/say/rollback", "").statusCode()).isEqualTo(200);
    assertThat(json(put("say", first)).text("change")).isEqualTo("unchanged");
    assertThat(invoke("say")).isEqualTo("first\n");
  }

  @Test
  void messagesHavePlaces() throws Exception {
    start();
    JsonObject one =
        problem(put("bad", "int main(void) {\n  return nothing;\n}\n"), 422, "source_invalid");
    JsonObject error = one.objects("errors").getFirst();
    assertThat(error.text("file")).isEqualTo("main.c");
    assertThat(error.integer("line")).isEqualTo(2);
    assertThat(error.integer("column")).isEqualTo(10);
    assertThat(error.text("message")).contains("'nothing'");
    assertThat(error.text("excerpt")).isEqualTo("  return nothing;\n         ^");
    assertThat(one.object("span").integer("line")).isEqualTo(2);
    assertThat(one.text("source")).isEqualTo("caller");

    JsonObject header =
        problem(
            form(
                "bad",
                "source/main.c",
                "#include \"in/a.h\"\nint main(void) { return A; }\n",
                "source/in/a.h",
                "int a\nint b;\n"),
            422,
            "source_invalid");
    assertThat(header.objects("errors").getFirst().text("file")).isEqualTo("in/a.h");

    JsonObject missing =
        problem(
            put("bad", "int f(void);\nint main(void) { return f(); }\n"), 422, "source_invalid");
    assertThat(missing.text("detail")).contains("undefined symbol 'f'");
    assertThat(missing.objects("errors").getFirst().integer("line")).isEqualTo(1);
    problem(put("bad", "#include <none.h>\n"), 422, "source_invalid");
    problem(put("bad", "#include \"main.c\"\n"), 422, "source_invalid");
    problem(put("bad", "#error \u001b[2J no\n"), 422, "source_invalid");
    problem(put("bad", ""), 422, "source_invalid");
    assertThat(send("GET", "/v1/functions/bad", "").statusCode()).isEqualTo(404);

    HttpResponse<String> warned =
        form(
            "warned",
            "spec",
            "{\"arguments\":[\"a\"]}",
            "source/w.c",
            "int main(void) {\n  return missing() & 0;\n}\nint missing(void) { return 1; }\n");
    assertThat(warned.statusCode()).as(warned.body()).isEqualTo(201);
    JsonObject warning = json(warned).objects("warnings").getFirst();
    assertThat(warning.text("severity")).isEqualTo("warning");
    assertThat(warning.integer("line")).isEqualTo(2);
    assertThat(warning.integer("column")).isEqualTo(10);
  }

  @Test
  void formsAreChecked() throws Exception {
    start();
    String main = "int main(void) { return 0; }\n";
    problem(form("f", "source/a.c", main, "binary", "x"), 400, "bad_request");
    problem(form("f", "spec", "{}"), 400, "bad_request");
    problem(form("f", "sources", main), 400, "bad_request");
    problem(form("f", "source/a.h", "int a;"), 400, "bad_request");
    problem(form("f", "source/a.c", main, "source/a.c", main), 400, "bad_name");
    problem(form("f", "source/../a.c", main), 400, "bad_name");
    problem(form("f", "source/a'b.c", main), 400, "bad_name");
    problem(form("f", "source/a\\b.c", main), 400, "bad_name");
    assertThat(form("f", "source/-o.c", main, "source/a b.h", "").statusCode()).isEqualTo(201);
    assertThat(form("g", "source", main).statusCode()).isEqualTo(201);
    assertThat(send("GET", "/v1/functions/g", "").body()).contains("\"name\":\"main.c\"");
    problem(send("GET", "/v1/functions/none/source", ""), 404, "unknown_invocable");
  }

  /** Nobody puts a function of theirs in the compiler's place, or reaches the compiler. */
  @Test
  void theCompilerIsTheNodesAlone() throws Exception {
    start();
    assertThat(put("pappus_tcc", PRINTS.formatted("no compiler")).statusCode()).isEqualTo(201);
    assertThat(put("say", PRINTS.formatted("compiled")).statusCode()).isEqualTo(201);
    assertThat(invoke("say")).isEqualTo("compiled\n");
    assertThat(send("DELETE", "/v1/functions/pappus_tcc", "").statusCode()).isEqualTo(200);
    assertThat(send("GET", "/v1/functions", "").body()).doesNotContain("pappus_tcc");
    for (String path :
        List.of("/v1/functions", "/v1/functions/pappus_tcc", "/v1/functions/pappus_tcc/binary")) {
      problem(send("GET", path, "", "pappus-namespace", "_platform"), 403, "forbidden");
    }
    problem(
        send("POST", "/function/pappus_tcc", "", "pappus-namespace", "_platform"),
        403,
        "forbidden");
    problem(
        put("pappus_tcc", PRINTS.formatted("x"), "pappus-namespace", "_platform"),
        403,
        "forbidden");
    assertThat(command("ps").out())
        .as("a compilation is an invocation of whoever asked for it")
        .contains("pappus_tcc@sha256:");
    assertThat(send("GET", "/v1/invocations", "", "pappus-namespace", "other").body())
        .doesNotContain("pappus_tcc");
  }

  /** Including headers that include others twice takes the compiler until the end of time. */
  private static String endless() {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 28; i++) {
      String next = "#include \"h" + (i + 1) + ".h\"\n";
      body.append(part(i == 0 ? "main.c" : "h" + i + ".h", next + next));
    }
    return body + part("h28.h", "") + "--cut--\r\n";
  }

  private static String part(String name, String text) {
    return "--cut\r\nContent-Disposition: form-data; name=\"source/%s\"\r\n\r\n%s\r\n"
        .formatted(name, text);
  }

  private JsonObject awaitInvocation(String status) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      List<JsonObject> found =
          json(send("GET", "/v1/invocations?status=" + status, "")).objects("invocations");
      if (!found.isEmpty()) {
        return found.getFirst();
      }
      assertThat(System.nanoTime() - end).as("waited in vain").isNegative();
      LockSupport.parkNanos(10_000_000);
    }
  }

  @Test
  void hangingUpCancels() throws Exception {
    ProgramTools.requireRuntime("tcc");
    start(
        ProgramTools.environment(),
        builder -> builder.limit(Limit.FUNCTION_RUN, TimeUnit.SECONDS.toNanos(30)));
    HttpResponse<String> token = send("POST", "/v1/tokens", "{\"scope\":\"invoke\"}");
    String bearer = "Bearer " + json(token).text("token", "");
    URI admin = URI.create(environment.get("PAPPUS_SERVER"));
    String form = endless();
    String id;
    try (Socket client = new Socket(admin.getHost(), admin.getPort())) {
      client
          .getOutputStream()
          .write(
              ("PUT /v1/functions/endless HTTP/1.1\r\nhost: localhost\r\ncontent-length: "
                      + form.length()
                      + "\r\ncontent-type: multipart/form-data; boundary=cut\r\n\r\n"
                      + form)
                  .getBytes(UTF_8));
      id = awaitInvocation("running").text("id", "");
      problem(
          send("DELETE", "/v1/invocations/" + id, "", "authorization", bearer), 403, "forbidden");
      assertThat(json(send("GET", "/v1/invocations/" + id, "")).text("status"))
          .isEqualTo("running");
    }
    assertThat(awaitInvocation("cancelled").text("id")).isEqualTo(id);
  }

  @Test
  void limitsHold() throws Exception {
    ProgramTools.requireRuntime("tcc");
    start(ProgramTools.environment(), builder -> builder.limit(Limit.SOURCE_BYTES, 1000));
    JsonObject large =
        problem(put("say", PRINTS.formatted("x".repeat(1000))), 413, "payload_too_large");
    assertThat(large.text("detail")).contains("limits.source_bytes");
    problem(
        form("say", "source/a.c", " ".repeat(600), "source/b.c", " ".repeat(600)),
        413,
        "payload_too_large");
    start(ProgramTools.environment(), builder -> builder.limit(Limit.BINARY_BYTES, 10_000_000));
    String array = "char a[20000000] = {1};\nint main(void) { return a[1]; }\n";
    assertThat(problem(put("big", array), 413, "payload_too_large").text("detail"))
        .contains("limits.binary_bytes");
    start(ProgramTools.environment(), builder -> builder.limit(Limit.OUTPUT_BYTES, 10_000_000));
    JsonObject output = problem(put("big", array), 502, "guest_output_limit");
    assertThat(output.text("detail")).contains("the source was not compiled");
    start(ProgramTools.environment(), builder -> builder.limit(Limit.FUNCTION_RUN, 100_000));
    assertThat(problem(put("say", PRINTS.formatted("x")), 504, "guest_deadline").text("hint"))
        .contains("limits.function_run");
  }

  @Test
  void withoutACompilerTheNodeSaysWhatToDo() throws Exception {
    Path empty = Files.createDirectory(folder.resolve("none"));
    start(Map.of("PAPPUS_RUNTIMES", empty.toString()), _ -> {});
    JsonObject none = problem(put("say", PRINTS.formatted("x")), 503, "compiler_unavailable");
    assertThat(none.text("hint")).contains("on the node's host", "pappus runtime add tcc");
    start(Map.of(), _ -> {});
    problem(put("say", PRINTS.formatted("x")), 503, "compiler_unavailable");
  }

  @Test
  void aDamagedCompilerIsNotUsed() throws Exception {
    ProgramTools.requireRuntime("tcc");
    InstalledRuntime real =
        java.util.Objects.requireNonNull(
            Runtimes.of(CommandRun.terminal(folder, environment)).find(RuntimeRecipe.TCC));
    Path cache = folder.resolve("runtimes");
    Path copy = cache.resolve(String.valueOf(real.folder().getFileName()));
    for (Map.Entry<String, Path> each : RuntimeManifest.filesBelow(real.folder()).entrySet()) {
      Path to = copy.resolve(each.getKey());
      Files.createDirectories(to.getParent());
      Files.copy(each.getValue(), to);
    }
    Map<String, String> around = Map.of("PAPPUS_RUNTIMES", cache.toString());
    Path libc = copy.resolve("library/libc.a");
    byte[] bytes = Files.readAllBytes(libc);
    bytes[bytes.length / 2] ^= 1;
    Files.write(libc, bytes);
    start(around, _ -> {});
    JsonObject damaged = problem(put("say", PRINTS.formatted("x")), 503, "compiler_unavailable");
    assertThat(damaged.text("hint")).contains("pappus runtime add --force tcc");
    bytes[bytes.length / 2] ^= 1;
    Files.write(libc, bytes);
    assertThat(put("say", PRINTS.formatted("x")).statusCode()).as("mended").isEqualTo(201);
  }

  @Test
  void commandsShowSources() throws Exception {
    start();
    Files.writeString(folder.resolve("say.c"), PRINTS.formatted("x"));
    CommandRun planned = command("deploy", "say.c", "--compile", "--dry-run");
    assertThat(planned.err()).contains("say.c: function say would be created");
    CommandRun deployed = command("deploy", "say.c", "--compile", "-o", "json", "--", "w");
    assertThat(deployed.exitCode()).as(deployed.err()).isZero();
    assertThat(deployed.out()).contains("\"arguments\":[\"w\"]", "\"compiler\":\"tcc ");
    CommandRun page = command("describe", "say");
    assertThat(page.out())
        .as(page.err())
        .containsPattern("kind +program")
        .containsPattern("arguments +w")
        .containsPattern("compiled by +tcc [0-9]")
        .containsPattern("source +say.c \\(");
    assertThat(command("describe", "say", "--source").out()).isEqualTo(PRINTS.formatted("x"));
    assertThat(command("invoke", "say").out()).isEqualTo("w\n");
    assertThat(command("ps", "-o", "wide").out()).containsPattern(" say +succeeded .* program ");
    String id =
        command("ps", "-o", "json", "--target", "say")
            .json()
            .objects("invocations")
            .getFirst()
            .text("id", "");
    assertThat(command("describe", id).out()).containsPattern("kind +program");
    assertThat(send("DELETE", "/v1/functions/say", "").statusCode()).isEqualTo(200);
    assertThat(command("describe", id).out())
        .as("what is gone has no kind")
        .containsPattern("target +say")
        .doesNotContain("kind");
    String composition =
        "function HTTP(requests) => (headers, bodies);"
            + " composition say(a) => (b) { HTTP(requests = all a) => (b = bodies); }";
    assertThat(send("POST", "/v1/compositions", composition).statusCode()).isEqualTo(201);
    assertThat(command("describe", id).out()).containsPattern("kind +composition");
    assertThat(send("DELETE", "/v1/compositions/say", "").statusCode()).isEqualTo(204);
    assertThat(command("describe", id, "--source").exitCode()).isEqualTo(ExitCode.USAGE);
    Files.writeString(folder.resolve("say.c"), "int main(void) {\n  return x;\n}\n");
    CommandRun wrong = command("deploy", "say.c", "--compile");
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(wrong.err()).contains("say.c:2:10: error: 'x' undeclared", "  return x;");
    CommandRun once = command("run", "say.c", "--compile");
    assertThat(once.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(once.err()).contains("say.c:2:10: error:");
  }
}
