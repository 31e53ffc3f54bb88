package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.server.bson.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a function between its deployments, its runs and a restart of the node. */
@Tag("kvm")
class FunctionVersionsTest {
  /** Most of a second, long enough for a replacement and a run of what replaced it. */
  private static final String LONG = "700000000";

  private static final String BUSY = "/v1/functions/work?in=iterations&out=result";

  @TempDir Path data;
  private HttpServer signal;
  private final CountDownLatch reached = new CountDownLatch(1);
  private TestNode node;

  @BeforeEach
  void start() throws Exception {
    signal = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    signal.createContext(
        "/",
        exchange -> {
          reached.countDown();
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    signal.start();
    node = node(1);
  }

  private TestNode node(int engines) throws Exception {
    TestNode started =
        new TestNode(
            data,
            configuration ->
                configuration
                    .engines(engines)
                    .allowEgress("127.0.0.1:" + signal.getAddress().getPort()));
    assertThat(started.node().sandboxes().whyNoNativePrograms()).isNull();
    return started;
  }

  @AfterEach
  void stop() {
    node.close();
    signal.stop(0);
  }

  private CompletableFuture<HttpResponse<byte[]>> invokeAsync(String path, byte[] body) {
    return node.client()
        .sendAsync(
            HttpRequest.newBuilder(URI.create(node.invocation() + path))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  private void deploy(String path, String guest, int status) throws Exception {
    HttpResponse<byte[]> answer = node.admin("PUT", path, TestNode.guest(guest));
    assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(status);
  }

  @Test
  void aRunFinishesOnTheVersionItStartedOn() throws Exception {
    node.close();
    node = node(2);
    deploy(BUSY, "busy", 201);
    // The second half of the composition tells that the invocation is under way.
    node.register(
        """
        function work(iterations) => (result);
        function HTTP(requests) => (headers, bodies);
        composition work_and_tell(iterations, requests) => (done, told) {
          work(iterations = all iterations) => (done = result);
          HTTP(requests = all requests) => (told = headers);
        }
        """);
    byte[] longResult = node.invoke("/function/work", LONG.getBytes(UTF_8)).body();
    assertThat(longResult).hasSize(8);
    String request = "GET http://127.0.0.1:" + signal.getAddress().getPort() + "/ HTTP/1.1\n\n";
    byte[] invocation =
        Documents.encode(
            Documents.invocation(
                "work_and_tell",
                List.of(
                    new DataSet("iterations", List.of(Item.ofText("n", LONG))),
                    new DataSet("requests", List.of(Item.ofText("r", request))))));
    CompletableFuture<HttpResponse<byte[]>> running = invokeAsync("/hot/x", invocation);
    assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();
    deploy(BUSY, "echo", 200);
    assertThat(node.invoke("/function/work", LONG.getBytes(UTF_8)).body())
        .isEqualTo(LONG.getBytes(UTF_8));
    assertThat(running).as("the run on the old version").isNotDone();
    HttpResponse<byte[]> answer = running.get(30, TimeUnit.SECONDS);
    TestNode.assertOk(answer);
    DataSet done = Documents.result(answer.body()).getFirst();
    assertThat(done.name()).isEqualTo("result");
    assertThat(done.items()).hasSize(1);
    assertThat(done.items().getFirst().toBytes()).isEqualTo(longResult);
  }

  private String startOf(String path, byte[] body) throws Exception {
    HttpResponse<byte[]> answer = node.invoke(path, body);
    TestNode.assertOk(answer);
    return answer.headers().firstValue("x-pappus-start").orElseThrow();
  }

  @Test
  void startsTellHowWarmTheyWere() throws Exception {
    node.register(TestNode.spec("echo", List.of("in"), List.of("out")), "echo");
    byte[] request =
        Documents.encode(
            Documents.invocation(
                "echo", List.of(new DataSet("in", List.of(Item.ofText("i", "hello"))))));
    assertThat(startOf("/hot/x", request)).matches("(loaded|file)(\\+vm)?");
    assertThat(startOf("/hot/x", request)).isEqualTo("bound");
    assertThat(startOf("/function/echo", new byte[1])).isEqualTo("bound");
    assertThat(startOf("/cold/x", request)).matches("file(\\+vm)?");
    // A spare engine may serve while the only one still gives up the sandbox of the cold start.
    assertThat(startOf("/hot/x", request)).matches("bound|loaded(\\+vm)?");
    node.close();
    node = node(1);
    assertThat(startOf("/hot/x", request)).matches("(file|disk)(\\+vm)?");
    assertThat(startOf("/hot/x", request)).isEqualTo("bound");
  }

  @Test
  void aBinaryThatWasSpoiledOnDiskIsReportedAndNeverRun() throws Exception {
    deploy("/v1/functions/echo", "echo", 201);
    deploy("/v1/functions/matmul", "matmul", 201);
    node.close();
    byte[] echo = TestNode.guest("echo");
    try (Stream<Path> files = Files.walk(data)) {
      Path blob =
          files
              .filter(file -> Files.isRegularFile(file) && holds(file, echo))
              .findFirst()
              .orElseThrow();
      assertThat(blob.toFile().setWritable(true)).isTrue();
      byte[] spoiled = echo.clone();
      spoiled[0x1100] ^= 1;
      Files.write(blob, spoiled);
    }
    node = node(1);
    byte[] body = "hello".getBytes(UTF_8);
    ProblemAnswer.of(node.invoke("/function/echo", body)).is(500, "binary_corrupt", "platform");
    Matrix product =
        Matrix.in(
            Item.of(
                "p", Key.ZERO, node.invoke("/function/matmul", Matrix.of(1, 3).bytes()).body()));
    assertThat(product).isEqualTo(Matrix.of(1, 9));
    // Deploying it again mends it.
    deploy("/v1/functions/echo", "echo", 200);
    assertThat(node.invoke("/function/echo", body).body()).isEqualTo(body);
    assertThat(startOf("/cold/x", Documents.encode(Documents.invocation("echo", List.of()))))
        .startsWith("file");
  }

  private static boolean holds(Path file, byte[] content) {
    try {
      return Arrays.equals(Files.readAllBytes(file), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
