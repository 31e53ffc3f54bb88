package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A node whose functions are invoked in every way, and requests for it. */
@Tag("kvm")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class InvokeFixture {
  static final byte[] NOTHING = new byte[0];
  static final String SETS = "application/vnd.pappus.sets+json";
  static final String BOUNDARY = "multipart/form-data; boundary=XX";

  TestNode node;

  @BeforeAll
  final void startNode(@TempDir Path data) throws Exception {
    node = new TestNode(data, b -> b.limit(Limit.REQUEST_BODY, 16L << 20));
    assertThat(node.node().sandboxes().whyNoNativePrograms()).isNull();
    deploy("echo?in=in&out=out", "echo");
    register();
  }

  /** Registers what the tests invoke besides {@code echo}. */
  abstract void register() throws Exception;

  @AfterAll
  final void stopNode() {
    node.close();
  }

  final void deploy(String name, String guest) throws Exception {
    HttpResponse<byte[]> put = node.admin("PUT", "/v1/functions/" + name, TestNode.guest(guest));
    assertThat(put.statusCode()).as(text(put)).isEqualTo(201);
  }

  final void compose(String text) throws Exception {
    HttpResponse<byte[]> posted = node.admin("POST", "/v1/compositions", text.getBytes(UTF_8));
    assertThat(posted.statusCode()).as(text(posted)).isEqualTo(201);
  }

  /** A composition {@code split(left, right) => (a, b)}. */
  final void composeSplit() throws Exception {
    compose(
        """
        function echo(in) => (out);
        composition split(left, right) => (a, b) {
          echo(in = all left) => (a = out);
          echo(in = all right) => (b = out);
        }
        """);
  }

  final HttpResponse<byte[]> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return node.send("POST", node.invocation() + path, body.getBytes(UTF_8), headers);
  }

  static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), UTF_8);
  }

  static String type(HttpResponse<byte[]> answer) {
    return answer.headers().firstValue("content-type").orElse("");
  }

  static String part(String name, String data) {
    return "--XX\r\ncontent-disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
        .formatted(name, data);
  }
}
