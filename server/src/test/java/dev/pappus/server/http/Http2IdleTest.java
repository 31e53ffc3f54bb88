package dev.pappus.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long HTTP/2 connections live. */
class Http2IdleTest {
  private static final long REQUEST_NANOS = TimeUnit.MILLISECONDS.toNanos(600);

  private final EventLoops loops = new EventLoops(1);
  private final Listener listener =
      new Listener(
          new Listener.Settings(
              loops,
              new Limits(
                  Map.of(
                      Limit.CLIENT_IDLE,
                      TimeUnit.MILLISECONDS.toNanos(400),
                      Limit.CLIENT_REQUEST,
                      REQUEST_NANOS)),
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

  @Test
  void aConnectionInUseIsNotClosedBetweenTwoRequests() {
    try (Http2Client client = new Http2Client(address)) {
      long end = System.nanoTime() + 4 * REQUEST_NANOS;
      while (System.nanoTime() - end < 0) {
        assertThat(client.call("GET", "/echo", new byte[0]).status()).isEqualTo(200);
        LockSupport.parkNanos(20_000_000);
      }
    }
  }

  @Test
  void aConnectionWithoutRequestsIsClosed() throws IOException {
    try (RawClient client = new RawClient(address)) {
      byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
      client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").send(settings);
      client.send(new String(settings, StandardCharsets.ISO_8859_1));
      boolean closed = false;
      for (int bytes = 0; !closed && bytes < 1000; bytes++) {
        closed = client.closed(); // reads a byte of the server's own frames, or the end
      }
      assertThat(closed).isTrue();
    }
  }
}
