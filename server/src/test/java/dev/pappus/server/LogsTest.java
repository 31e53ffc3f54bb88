package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What functions printed, through HTTP. */
@Tag("kvm")
class LogsTest {
  private static final byte[] NOTHING = new byte[0];
  private static final CountDownLatch LET_GO = new CountDownLatch(1);

  @TempDir static Path data;
  private static TestNode node;
  private static HttpServer peer;

  @BeforeAll
  static void start() throws Exception {
    peer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    peer.createContext("/hold", LogsTest::hold);
    peer.start();
    node =
        new TestNode(
            data, builder -> builder.allowEgress("127.0.0.1:" + peer.getAddress().getPort()));
    deploy("hello", "hello");
    deploy("quiet?in=name&out=nothing", "hello");
  }

  @AfterAll
  static void stop() {
    node.close();
    peer.stop(0);
  }

  /** Answers once it is let go. */
  private static void hold(HttpExchange exchange) throws IOException {
    try {
      assertThat(LET_GO.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exchange.sendResponseHeaders(204, -1);
    exchange.close();
  }

  private static void deploy(String what, String guest) throws Exception {
    HttpResponse<byte[]> put = node.admin("PUT", "/v1/functions/" + what, TestNode.guest(guest));
    assertThat(put.statusCode()).as(text(put)).isLessThan(300);
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), UTF_8);
  }

  private static HttpResponse<byte[]> post(String path, String body, String... headers)
      throws Exception {
    return node.send("POST", node.invocation() + path, body.getBytes(UTF_8), headers);
  }

  private static String idOf(HttpResponse<byte[]> answer) {
    return answer.headers().firstValue("x-pappus-invocation").orElseThrow();
  }

  @Test
  void logsTellWhatWasPrintedAndWhatFailed() throws Exception {
    String id = idOf(post("/function/hello", "Log"));
    String lines = text(node.admin("GET", "/v1/logs?id=" + id, NOTHING));
    assertThat(lines.lines())
        .hasSize(2)
        .anySatisfy(line -> assertThat(line).contains("\"text\":\"Hello, Log!\""))
        .allSatisfy(line -> assertThat(line).contains(id, "\"function\":\"hello\""));
    String failed = idOf(post("/function/hello", ""));
    assertThat(text(node.admin("GET", "/v1/logs?id=" + failed, NOTHING)))
        .contains("\"code\":\"guest_");
    HttpResponse<byte[]> events =
        node.send(
            "GET",
            node.administration() + "/v1/logs?follow=true&id=" + id,
            NOTHING,
            "accept",
            "text/event-stream");
    assertThat(text(events)).startsWith("data: {\"time\"").endsWith("}\n\n");
  }

  @Test
  void whatASuccessPrintsIsKeptWithoutAnOutputForIt() throws Exception {
    String id = idOf(post("/function/quiet", "Nobody"));
    assertThat(text(node.admin("GET", "/v1/logs?id=" + id, NOTHING)).lines())
        .hasSize(2)
        .anySatisfy(line -> assertThat(line).contains("\"text\":\"Hello, Nobody!\""));
    HttpResponse<byte[]> durable = post("/function/quiet", "Durable", "idempotency-key", "quiet");
    assertThat(text(node.admin("GET", "/v1/invocations/" + idOf(durable), NOTHING)))
        .contains("\"logTail\":\"Hello, Durable!\\ngreeted");
  }

  /** A client that follows logs. */
  private static final class Following implements AutoCloseable {
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread reader;

    Following(String query) throws Exception {
      HttpResponse<Stream<String>> answer =
          node.client()
              .send(
                  HttpRequest.newBuilder(
                          URI.create(node.administration() + "/v1/logs?follow=true&" + query))
                      .build(),
                  HttpResponse.BodyHandlers.ofLines());
      assertThat(answer.statusCode()).isEqualTo(200);
      reader = Thread.ofVirtual().start(() -> read(answer.body()));
    }

    private void read(Stream<String> body) {
      try {
        body.forEach(lines::add);
      } catch (UncheckedIOException e) {
        // close() ends it so.
      }
    }

    /** The next line that has {@code part} in it. */
    String await(String part) throws InterruptedException {
      String line = "";
      while (!line.contains(part)) {
        line = lines.poll(30, TimeUnit.SECONDS);
        assertThat(line).as("a line in time").isNotNull();
      }
      return line;
    }

    @Override
    public void close() {
      reader.interrupt();
    }
  }

  @Test
  void followersGetLinesAsTheyCome() throws Exception {
    try (Following following = new Following("target=hello")) {
      String id = idOf(post("/function/hello", "Follower"));
      assertThat(following.await("Hello, Follower!")).contains(id);
    }
  }

  @Test
  void followersSeeInstancesOfARunningComposition() throws Exception {
    HttpResponse<byte[]> put =
        node.admin(
            "POST",
            "/v1/compositions",
            """
            function HTTP(requests) => (headers, bodies);
            function quiet(name) => (nothing);
            composition talk(names, requests) => (answers) {
              quiet(name = each names) => ();
              HTTP(requests = all requests) => (answers = headers);
            }
            """
                .getBytes(UTF_8));
    assertThat(put.statusCode()).as(text(put)).isLessThan(300);
    String sets =
        """
        {"sets":[{"name":"names","items":[{"name":"a","text":"One"},{"name":"b","text":"Two"}]},
          {"name":"requests","items":[{"name":"r","text":"GET http://127.0.0.1:%d/hold HTTP/1.1\\n\\n"}]}]}
        """
            .formatted(peer.getAddress().getPort());
    String id;
    try (Following early = new Following("target=talk")) {
      HttpResponse<byte[]> accepted =
          post(
              "/composition/talk",
              sets,
              "content-type",
              "application/vnd.pappus.sets+json",
              "prefer",
              "respond-async");
      assertThat(accepted.statusCode()).as(text(accepted)).isEqualTo(202);
      String location = accepted.headers().firstValue("location").orElseThrow();
      id = location.substring(location.lastIndexOf('/') + 1);
      assertThat(early.await("Hello, ") + early.await("Hello, "))
          .contains("Hello, One!", "Hello, Two!", id, ":quiet\"");
      assertThat(text(node.admin("GET", location, NOTHING)))
          .contains("\"status\":\"running\"", "\"logTail\":\"Hello, Two!");
      assertThat(text(node.admin("GET", "/v1/logs?id=" + id, NOTHING)).lines()).hasSize(4);
    }
    try (Following late = new Following("id=" + id)) {
      late.await("Hello, ");
      late.await("Hello, ");
      LET_GO.countDown();
      late.reader.join(); // the invocation has ended, and with it what follows it alone
      assertThat(late.lines).as("each line once").noneMatch(line -> line.contains("Hello"));
    } finally {
      LET_GO.countDown();
    }
  }
}
