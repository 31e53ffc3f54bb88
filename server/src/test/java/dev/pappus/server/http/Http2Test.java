package dev.pappus.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Http2Test {
  private static final byte[] NOTHING = new byte[0];
  private static final Limits LIMITS =
      new Limits(
          Map.of(
              Limit.REQUEST_BODY,
              8L << 20,
              Limit.REGISTRATION_BODY,
              32L << 20,
              Limit.CLIENT_IDLE,
              TimeUnit.MILLISECONDS.toNanos(300),
              Limit.CLIENT_REQUEST,
              TimeUnit.MILLISECONDS.toNanos(900)));

  private final TestRoutes routes = new TestRoutes();
  private final BodyBudget budget = new BodyBudget(64 << 20);
  private EventLoops loops;
  private Listener listener;
  private Http2Client client;

  @BeforeEach
  void listen() throws IOException {
    loops = new EventLoops(2);
    listener =
        new Listener(new Listener.Settings(loops, LIMITS, budget, routes, TestRoutes::answer));
    client =
        new Http2Client(listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
  }

  @AfterEach
  void stop() {
    client.close();
    listener.close();
    loops.close();
    assertThat(budget.usedBytes()).as("bytes of bodies that nobody gave back").isZero();
  }

  @Test
  void requestsAreServed() {
    assertThat(client.call("POST", "/echo", "hello".getBytes(UTF_8)).text()).isEqualTo("hello");
    assertThat(client.call("GET", "/blocking", NOTHING).text()).isEqualTo("true 0");
    assertThat(client.call("GET", "/none", NOTHING).status()).isEqualTo(404);
    assertThat(client.call("GET", "/bug", NOTHING).status()).isEqualTo(500);
    Http2Client.Answer head = client.call("HEAD", "/large", NOTHING);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.text()).isEmpty();
  }

  @Test
  void streamsDoNotWaitForEachOther() throws Exception {
    Http2Client.Call parked = client.send("GET", "/park", NOTHING, true);
    Exchange exchange = routes.parked.poll(10, TimeUnit.SECONDS);
    List<Http2Client.Call> others = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      others.add(client.send("POST", "/echo", ("n" + i).getBytes(UTF_8), true));
    }
    for (int i = 0; i < 200; i++) {
      assertThat(others.get(i).answer().get(10, TimeUnit.SECONDS).text()).isEqualTo("n" + i);
    }
    exchange.respond(Response.text(200, "parked"));
    assertThat(parked.answer().get(10, TimeUnit.SECONDS).text()).isEqualTo("parked");
  }

  @Test
  void largeBodiesGoBothWays() {
    byte[] body = new byte[7 << 20];
    Arrays.fill(body, (byte) 'x');
    assertThat(client.call("POST", "/echo", body).text()).isEqualTo(new String(body, UTF_8));
    byte[] stream = Arrays.copyOf(TestRoutes.large(), 20 << 20);
    CRC32 crc = new CRC32();
    crc.update(stream);
    assertThat(client.call("POST", "/stream", stream).text())
        .isEqualTo("%d %08x".formatted(stream.length, crc.getValue()));
  }

  @Test
  void bodiesOverTheLimitAreRefusedAndTheConnectionLives() {
    Http2Client.Answer answer = client.call("POST", "/echo", new byte[9 << 20]);
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.text()).contains("limits.request_body");
    assertThat(client.call("POST", "/echo", "next".getBytes(UTF_8)).text()).isEqualTo("next");
  }

  @Test
  void aStreamThatFallsSilentIsAnswered() throws Exception {
    Http2Client.Call call = client.send("POST", "/echo", new byte[10], false);
    Http2Client.Answer answer = call.answer().get(10, TimeUnit.SECONDS);
    assertThat(answer.status()).isEqualTo(408);
    assertThat(answer.text()).contains("limits.client_idle");
  }

  @Test
  void resettingAStreamCancels() throws Exception {
    Http2Client.Call call = client.send("GET", "/park", NOTHING, true);
    assertThat(routes.parked.poll(10, TimeUnit.SECONDS)).isNotNull();
    call.stream().close().syncUninterruptibly();
    assertThat(routes.hungUp.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(client.call("POST", "/echo", "next".getBytes(UTF_8)).text()).isEqualTo("next");
  }
}
