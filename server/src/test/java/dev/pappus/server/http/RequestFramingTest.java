package dev.pappus.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limits;
import dev.pappus.server.http.RawClient.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose end two readers could see in different places: none of them is served. */
class RequestFramingTest {
  private final EventLoops loops = new EventLoops(1);
  private final Listener listener =
      new Listener(
          new Listener.Settings(
              loops,
              Limits.DEFAULTS,
              new BodyBudget(1 << 20),
              new TestRoutes(),
              TestRoutes::answer));
  private InetSocketAddress address;

  @BeforeEach
  void listen() throws IOException {
    address = listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void stop() {
    listener.close();
    loops.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "content-length: 5\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: identity\r\ncontent-length: 5\r\n",
        "transfer-encoding: gzip, chunked\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding : chunked\r\n",
        "transfer-encoding:\u000bchunked\r\n",
        "content-length: 5\r\ncontent-length: 5\r\n",
        "content-length: 5, 5\r\n",
        "content-length: +5\r\n",
        "content-length: 0x5\r\n",
        "content-length: 5\nx: y\r\n",
        "x: a\u0000b\r\n",
      })
  void ambiguousRequestsAreRefused(String headers) throws IOException {
    try (RawClient client = new RawClient(address)) {
      Answer answer =
          client.send("POST /echo HTTP/1.1\r\nhost: x\r\n" + headers + "\r\n0\r\n\r\n").answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(client.closed()).as("what follows is not taken for a request").isTrue();
    }
  }

  @Test
  void http10HasNoTransferEncoding() throws IOException {
    try (RawClient client = new RawClient(address)) {
      assertThat(
              client
                  .send("POST /echo HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")
                  .answer()
                  .status())
          .isEqualTo(400);
    }
  }
}
