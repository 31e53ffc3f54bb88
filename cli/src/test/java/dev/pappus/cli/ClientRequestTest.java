package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands send, as a server sees it. */
class ClientRequestTest {
  /**
   * A request that arrived.
   *
   * @param line method and path
   * @param headers its fields
   */
  private record Seen(String line, com.sun.net.httpserver.Headers headers) {}

  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private volatile boolean oldNode;
  private volatile boolean makesTables;
  private volatile String cutOff = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString();
    seen.add(new Seen(exchange.getRequestMethod() + " " + path, exchange.getRequestHeaders()));
    exchange.getRequestBody().readAllBytes();
    if (oldNode && path.contains("limit=10000")) {
      exchange.sendResponseHeaders(400, -1);
      exchange.close();
      return;
    }
    if (makesTables) {
      answerTable(exchange, path);
      return;
    }
    boolean async = exchange.getRequestHeaders().containsKey("Prefer");
    boolean first = path.startsWith("/v1/functions") && !path.contains("cursor");
    byte[] body =
        (path.startsWith("/function/large")
                ? "x".repeat(2 << 20)
                : first
                    ? "{\"functions\":[{\"name\":\"a\"}],\"next\":\"1:a b\"}"
                    : "{\"functions\":[{\"name\":\"z\"}]}")
            .getBytes(StandardCharsets.UTF_8);
    if (async) {
      exchange.getResponseHeaders().set("Location", "/v1/invocations/abc123");
    }
    exchange.sendResponseHeaders(async ? 202 : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void answerTable(HttpExchange exchange, String path) throws IOException {
    String table =
        path.startsWith("/v1/compositions")
            ? "name\tinputs\toutputs\npipe\tIn\tOut,Log\n"
            : path.contains("cursor")
                ? "name\tsize\nz\t7\n"
                : "kind\tname\tbinaryBytes\nprogram\ta\u001b[1m\t12\n\tshort\n";
    exchange.getResponseHeaders().set("Content-Type", "text/tab-separated-values; charset=utf-8");
    if (path.startsWith("/v1/functions") && !path.contains("cursor")) {
      exchange.getResponseHeaders().add("Link", "</help>; rel=\"help\"");
      exchange.getResponseHeaders().add("Link", "</v1/functions?cursor=x&limit=3>; rel=\"next\"");
    }
    byte[] body = (cutOff.isEmpty() ? table : cutOff).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private CommandRun run(Map<String, String> environment, String... arguments) {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--server";
    all[arguments.length + 1] = "http://127.0.0.1:" + server.getAddress().getPort();
    return CommandRun.with(environment, new byte[0], all);
  }

  @Test
  void tokenAndNamespaceAreSent() {
    CommandRun run = run(Map.of("PAPPUS_TOKEN", "t0ken", "PAPPUS_NAMESPACE", "blue"), "ls");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(seen)
        .isNotEmpty()
        .allSatisfy(request -> {
          assertThat(request.headers().getFirst("Authorization")).isEqualTo("Bearer t0ken");
          assertThat(request.headers().getFirst("Pappus-Namespace")).isEqualTo("blue");
        });
    seen.clear();
    run(Map.of("PAPPUS_NAMESPACE", "blue"), "ls", "-n", "red");
    assertThat(seen.getFirst().headers().getFirst("Pappus-Namespace")).isEqualTo("red");
    assertThat(seen.getFirst().headers().containsKey("Authorization")).isFalse();
  }

  private static final String FIRST =
      "GET /v1/functions?limit=10000&fields=name,kind,inputs,outputs,binaryBytes,version";

  @Test
  void listsAreReadPageByPage() {
    CommandRun run = run(Map.of(), "ls");
    assertThat(run.out()).contains("\na ", "\nz ");
    assertThat(seen).extracting(Seen::line).startsWith(FIRST, FIRST + "&cursor=1%3Aa%20b");
  }

  @Test
  void tablesAreReadWhateverTheirColumns() {
    makesTables = true;
    CommandRun run = run(Map.of(), "ls");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
        .containsExactly(
            "NAME KIND IN OUT SIZE VERSION",
            "a\ufffd[1m program 12",
            "short compute",
            "z compute",
            "pipe composition In Out,Log");
    assertThat(seen)
        .extracting(Seen::line)
        .containsExactly(
            FIRST, "GET /v1/functions?cursor=x&limit=3", "GET /v1/compositions?limit=10000");
    assertThat(seen.getFirst().headers().getFirst("Accept"))
        .isEqualTo("text/tab-separated-values, application/json;q=0.5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"name\tkind\na\tcom", "kind\ncompute\n", "name", "\n"})
  void tablesThatAreNotWholeAreNoLists(String table) {
    makesTables = true;
    cutOff = table;
    CommandRun run = run(Map.of(), "ls");
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("the node's list is not whole");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void aNodeThatRefusesLargePagesIsAskedForItsOwn() {
    oldNode = true;
    CommandRun run = run(Map.of(), "ls");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("\na ", "\nz ");
    assertThat(seen)
        .extracting(Seen::line)
        .startsWith(FIRST, "GET /v1/functions?", "GET /v1/functions?cursor=1%3Aa%20b");
  }

  @Test
  void anAsynchronousInvocationPrintsItsIdentifier() {
    CommandRun run = run(Map.of(), "invoke", "f", "-d", "x", "--async", "--timeout", "2s");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo("abc123\n");
    assertThat(seen.getFirst().line()).isEqualTo("POST /function/f");
    assertThat(seen.getFirst().headers().getFirst("Prefer")).isEqualTo("respond-async");
    assertThat(seen.getFirst().headers().getFirst("Pappus-Timeout")).isEqualTo("2000ms");
  }

  @Test
  void quietKeepsTalkAwayAndProgressIsForTerminals() {
    assertThat(run(Map.of(), "invoke", "f", "--async", "-q").err()).isEmpty();
    String large = "x".repeat(2 << 20);
    assertThat(run(Map.of(), "invoke", "f", "-d", large).err()).isEmpty();
    assertThat(run(Map.of("TERM", "xterm"), "invoke", "f", "-d", large).err())
        .contains("sending [", "100% of 2.0 MiB");
    assertThat(run(Map.of("TERM", "xterm"), "invoke", "f", "-q", "-d", large).err()).isEmpty();
    CommandRun received = run(Map.of("TERM", "xterm"), "invoke", "large");
    assertThat(received.err()).contains("receiving [", "100% of 2.0 MiB");
    assertThat(received.out().length()).as("with a line end").isEqualTo((2 << 20) + 1);
    CommandRun piped = run(Map.of(), "invoke", "large");
    assertThat(piped.err()).isEmpty();
    assertThat(piped.out().length()).isEqualTo(2 << 20);
  }
}
