package dev.pappus.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Limit;
import dev.pappus.server.bson.Documents;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A node on free ports, and a client for it. */
final class TestNode implements AutoCloseable {
  private final PappusNode node;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  TestNode(Path data, Consumer<Configuration.Builder> more) throws IOException {
    Configuration.Builder builder =
        Configuration.builder()
            .nodeName("testnode")
            .port(0)
            .adminPort(0)
            .dataFolder(data)
            .engines(1)
            .limit(Limit.SHUTDOWN_GRACE, 1_000_000_000L);
    more.accept(builder);
    node = PappusNode.start(builder.build());
  }

  static byte[] guest(String name) throws IOException {
    return Files.readAllBytes(Path.of(System.getProperty("pappus.guest.build"), name + ".elf"));
  }

  static FunctionSpec spec(String name, List<String> inputs, List<String> outputs) {
    return new FunctionSpec(
        name, inputs.stream().map(InputSet::dynamic).toList(), outputs, 64 << 20, List.of());
  }

  /** Registers a guest as the reference's clients do. */
  void register(FunctionSpec spec, String guest) throws Exception {
    assertOk(
        invoke("/register/function", Documents.encode(Documents.function(spec, guest(guest)))));
  }

  /** Registers compositions as the reference's clients do. */
  void register(String compositions) throws Exception {
    assertOk(
        invoke("/register/composition", Documents.encode(Documents.compositions(compositions))));
  }

  /** What an invocation of the reference's clients returns; it must succeed. */
  List<DataSet> run(String name, DataSet... inputs) throws Exception {
    HttpResponse<byte[]> answer =
        invoke("/hot/x", Documents.encode(Documents.invocation(name, List.of(inputs))));
    assertOk(answer);
    return Documents.result(answer.body());
  }

  static void assertOk(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode())
        .as(new String(answer.body(), StandardCharsets.UTF_8))
        .isEqualTo(200);
  }

  PappusNode node() {
    return node;
  }

  InetSocketAddress invocationAddress() {
    URI uri = URI.create(invocation());
    return new InetSocketAddress(uri.getHost(), uri.getPort());
  }

  HttpClient client() {
    return client;
  }

  String invocation() {
    return node.addresses().invocation();
  }

  String administration() {
    return node.addresses().administration();
  }

  HttpResponse<byte[]> send(String method, String url, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> invoke(String path, byte[] body) throws IOException, InterruptedException {
    return send("POST", invocation() + path, body);
  }

  HttpResponse<byte[]> admin(String method, String path, byte[] body)
      throws IOException, InterruptedException {
    return send(method, administration() + path, body);
  }

  @Override
  public void close() {
    client.close();
    node.close();
  }
}
