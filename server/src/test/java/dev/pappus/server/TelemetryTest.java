package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metrics and traces of a real node. */
class TelemetryTest {
  private static final byte[] NOTHING = new byte[0];
  private static final String FETCH =
      """
      function HTTP(requests) => (headers, bodies);
      composition fetch(requests) => (pages) {
        HTTP(requests = each requests) => (found = bodies);
        HTTP(requests = all found) => (pages = bodies);
      }
      """;
  private static final Pattern FETCHED =
      Pattern.compile(
          "\"spanId\":\"(\\w{16})\",\"parentSpanId\":\"(\\w{16})\",\"name\":\"HTTP\",\"kind\":3,");
  private static final Pattern LINKED =
      Pattern.compile("\\{\"traceId\":\"\\w{32}\",\"spanId\":\"(\\w{16})\"}");

  @TempDir Path data;
  private final BlockingQueue<String> exports = new LinkedBlockingQueue<>();
  private HttpServer server;
  private TestNode node;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/traces", this::receive);
    server.createContext("/page", this::serve);
    server.start();
    node = new TestNode(data, builder -> builder.allowEgress("127.0.0.1:" + port()).otlp(url("")));
  }

  @AfterEach
  void stop() {
    node.close();
    server.stop(0);
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  private void receive(HttpExchange exchange) throws IOException {
    exports.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  /** Every page is the request for a page. */
  private void serve(HttpExchange exchange) throws IOException {
    byte[] page = request().getBytes(UTF_8);
    exchange.sendResponseHeaders(200, page.length);
    exchange.getResponseBody().write(page);
    exchange.close();
  }

  private String request() {
    return "GET " + url("/page") + " HTTP/1.1\n\n";
  }

  private HttpResponse<byte[]> metrics(String... headers) throws Exception {
    return node.send("GET", node.administration() + "/metrics", NOTHING, headers);
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), UTF_8);
  }

  /** The identifiers of the spans of HTTP, in order of completion. */
  private static List<String> spansOf(String export) {
    return FETCHED.matcher(export).results().map(each -> each.group(1)).toList();
  }

  private static List<String> linksOf(String export) {
    return LINKED.matcher(export).results().map(each -> each.group(1)).toList();
  }

  private void fetchTwo() throws Exception {
    node.register(FETCH);
    List<DataSet> pages =
        node.run(
            "fetch",
            new DataSet(
                "requests", List.of(Item.ofText("a", request()), Item.ofText("b", request()))));
    assertThat(pages.getFirst().items()).hasSize(2);
  }

  @Test
  void metricsComeInTheFormatAskedFor() throws Exception {
    fetchTwo();
    HttpResponse<byte[]> plain = metrics();
    assertThat(plain.statusCode()).isEqualTo(200);
    assertThat(plain.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(text(plain))
        .contains("\nfaas_invocations_total{faas_name=\"fetch\",faas_trigger=\"http\"} 1.0\n")
        .contains("\npappus_queue_seconds_count{faas_name=\"HTTP\",faas_trigger=\"http\"} 3\n")
        .contains("\nfaas_invoke_duration_seconds_bucket{faas_name=\"fetch\",")
        .contains("\npappus_received_total 1.0\n")
        .contains("\npappus_internal_errors_total 0.0\n")
        .contains("\npappus_queue_depth 0.0\n")
        .contains("\npappus_spans_dropped_total 0.0\n");
    HttpResponse<byte[]> open = metrics("accept", "application/openmetrics-text; version=1.0.0");
    assertThat(open.headers().firstValue("content-type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(text(open)).endsWith("# EOF\n");
    HttpResponse<byte[]> binary =
        metrics(
            "accept",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                + "encoding=delimited");
    assertThat(binary.headers().firstValue("content-type").orElseThrow())
        .startsWith("application/vnd.google.protobuf");
    assertThat(text(binary)).contains("faas_invoke_duration_seconds").doesNotContain("# HELP");
  }

  @Test
  void instancesLinkToThoseWhoseOutputsTheyConsumed() throws Exception {
    fetchTwo();
    node.close(); // sends what waits
    String export = String.join("", exports);
    List<String> spans = spansOf(export);
    assertThat(spans).as(export).hasSize(3);
    assertThat(linksOf(export)).containsExactlyInAnyOrder(spans.get(0), spans.get(1));
    assertThat(export.indexOf("\"links\":")).isGreaterThan(export.indexOf(spans.get(2)));
    assertThat(FETCHED.matcher(export).results().map(each -> each.group(2)).distinct()).hasSize(1);
  }

  @Test
  void linksCrossTheBordersOfNestedCompositions() throws Exception {
    node.register(FETCH);
    node.register(
        """
        function HTTP(requests) => (headers, bodies);
        function fetch(requests) => (pages);
        composition outer(requests) => (pages) {
          HTTP(requests = all requests) => (found = bodies);
          fetch(requests = all found) => (more = pages);
          HTTP(requests = all more) => (pages = bodies);
        }
        """);
    Item one = Item.ofText("a", request());
    node.run("outer", new DataSet("requests", List.of(one, Item.ofText("b", request()))));
    node.close();
    String export = String.join("", exports);
    List<String> spans = spansOf(export);
    assertThat(spans).as(export).hasSize(5);
    assertThat(linksOf(export).subList(0, 2)).containsOnly(spans.get(0));
    assertThat(linksOf(export).subList(2, 4)).containsExactlyInAnyOrder(spans.get(1), spans.get(2));
    assertThat(linksOf(export).subList(4, 5)).containsExactly(spans.get(3));
  }

  @Test
  @Tag("kvm")
  void startsOfGuestsAreToldInBoth() throws Exception {
    node.admin("PUT", "/v1/functions/echo?in=in&out=out", TestNode.guest("echo"));
    String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    HttpResponse<byte[]> answer =
        node.send(
            "POST",
            node.invocation() + "/function/echo",
            "hi".getBytes(UTF_8),
            "traceparent",
            parent);
    assertThat(text(answer)).isEqualTo("hi");
    assertThat(text(metrics()))
        .containsPattern("\npappus_start_total\\{level=\"[a-z+]+\"} 1.0\n")
        .contains("\nfaas_init_duration_seconds_count{faas_name=\"echo\",faas_trigger=\"http\"} 1");
    node.close();
    assertThat(String.join("", exports))
        .contains("\"parentSpanId\":\"b7ad6b7169203331\",\"name\":\"echo\",\"kind\":2,")
        .containsPattern("\"key\":\"pappus.start\",\"value\":\\{\"stringValue\":\"[a-z+]+\"}")
        .contains("\"name\":\"echo\",\"kind\":1,");
  }
}
