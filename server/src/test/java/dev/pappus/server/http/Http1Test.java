package dev.pappus.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.server.http.RawClient.Answer;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"epoll", "nio"})
class Http1Test {
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
              TimeUnit.MILLISECONDS.toNanos(900),
              Limit.CLIENT_CONNECTIONS,
              20L));

  @Parameter String transport = "";

  private final TestRoutes routes = new TestRoutes();
  private final BodyBudget budget = new BodyBudget(16 << 20);
  private EventLoops loops;
  private Listener listener;
  private InetSocketAddress address;

  @BeforeEach
  void listen() throws IOException {
    loops = new EventLoops(2, transport.equals("epoll"));
    listener =
        new Listener(new Listener.Settings(loops, LIMITS, budget, routes, TestRoutes::answer));
    address = listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void stop() {
    listener.close();
    loops.close();
    assertThat(budget.usedBytes()).as("bytes of bodies that nobody gave back").isZero();
  }

  private static String post(String path, String body) {
    return "POST "
        + path
        + " HTTP/1.1\r\nhost: x\r\ncontent-length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  @Test
  void severalRequestsShareAConnection() throws IOException {
    try (RawClient client = new RawClient(address)) {
      for (String text : new String[] {"one", "", "three"}) {
        Answer answer = client.send(post("/echo", text)).answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo(text);
        assertThat(answer.headers()).containsKey("date").doesNotContainKey("connection");
      }
    }
  }

  @Test
  void connectionCloseIsHonoured() throws IOException {
    try (RawClient client = new RawClient(address)) {
      client.send("GET /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
      assertThat(client.answer().headers()).containsEntry("connection", "close");
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void answersToPipelinedRequestsKeepTheirOrder() throws Exception {
    try (RawClient client = new RawClient(address)) {
      client.send(post("/park", "") + post("/echo", "second") + post("/echo", "third"));
      Exchange first = routes.parked.poll(10, TimeUnit.SECONDS);
      first.respond(Response.text(200, "first"));
      assertThat(client.answer().text()).isEqualTo("first");
      assertThat(client.answer().text()).isEqualTo("second");
      assertThat(client.answer().text()).isEqualTo("third");
    }
  }

  @Test
  void aFloodOfPipelinedRequestsIsHeldBackAndServed() throws Exception {
    int count = 3000;
    try (RawClient client = new RawClient(address)) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < count; i++) {
                    client.send(post("/blocking", "x".repeat(i % 300)));
                  }
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      for (int i = 0; i < count; i++) {
        assertThat(client.answer().text()).isEqualTo("true " + i % 300);
      }
      writer.join();
    }
  }

  @Test
  void chunkedBodiesAreReadWhole() throws IOException {
    try (RawClient client = new RawClient(address)) {
      client.send(
          "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
              + "3\r\nabc\r\n5;note=1\r\ndefgh\r\n0\r\n\r\n");
      assertThat(client.answer().text()).isEqualTo("abcdefgh");
      assertThat(client.send(post("/echo", "again")).answer().text()).isEqualTo("again");
    }
  }

  @Test
  void largeBodiesComeBackUnchanged() throws IOException {
    byte[] body = java.util.Arrays.copyOf(TestRoutes.large(), 8 << 20);
    try (RawClient client = new RawClient(address)) {
      client.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: " + body.length + "\r\n\r\n");
      assertThat(client.send(body).answer().body()).isEqualTo(body);
      assertThat(client.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").answer().body())
          .isEqualTo(TestRoutes.large());
    }
  }

  @Test
  void aDeclaredLengthOverTheLimitIsRefusedBeforeTheBody() throws IOException {
    try (RawClient client = new RawClient(address)) {
      client.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 8388609\r\n\r\n");
      Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.text())
          .isEqualTo(
              "payload_too_large: the request's body: 8388609B is over the limit of 8MiB"
                  + " (limits.request_body)");
      assertThat(answer.headers()).containsEntry("connection", "close");
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void aChunkedBodyOverTheLimitIsRefusedAndTheAnswerArrives() throws IOException {
    try (RawClient client = new RawClient(address)) {
      client.send("POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
      String chunk = "100000\r\n" + "x".repeat(1 << 20) + "\r\n";
      for (int i = 0; i < 9; i++) {
        client.send(chunk);
      }
      assertThat(client.answer().status()).isEqualTo(413);
    }
  }

  @Test
  void bodiesOverTheNodesBudgetAreRefused() throws Exception {
    String large = "POST %s HTTP/1.1\r\nhost: x\r\ncontent-length: 8388608\r\n\r\n";
    byte[] body = new byte[8 << 20];
    try (RawClient a = new RawClient(address);
        RawClient b = new RawClient(address);
        RawClient c = new RawClient(address)) {
      a.send(large.formatted("/park")).send(body);
      b.send(large.formatted("/park")).send(body);
      Exchange first = routes.parked.poll(10, TimeUnit.SECONDS);
      Exchange second = routes.parked.poll(10, TimeUnit.SECONDS);
      Answer refused = c.send(post("/echo", "x")).answer();
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.text()).contains("fill the node's 16 MiB");
      first.respond(Response.text(200, "done"));
      second.respond(Response.text(200, "done"));
      assertThat(a.answer().text()).isEqualTo("done");
      assertThat(b.answer().text()).isEqualTo("done");
      assertThat(a.send(post("/echo", "room again")).answer().text()).isEqualTo("room again");
    }
  }

  @Test
  void expectContinueIsAnsweredOnlyIfTheBodyIsWelcome() throws IOException {
    try (RawClient client = new RawClient(address)) {
      client.send(
          "POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(100);
      assertThat(client.send("ok").answer().text()).isEqualTo("ok");
      client.send(
          "POST /no HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(404);
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void headHasTheHeadOfGetAndNoBody() throws IOException {
    try (RawClient client = new RawClient(address)) {
      client.send("HEAD /large HTTP/1.1\r\nhost: x\r\n\r\n");
      assertThat(client.answer(true).headers()).containsEntry("content-length", "9000001");
      assertThat(client.send(post("/echo", "next")).answer().text()).isEqualTo("next");
    }
  }

  @Test
  void malformedRequestsAreAnswered() throws IOException {
    for (String bad :
        new String[] {
          "NOT HTTP\r\n\r\n",
          "GET /echo HTTP/1.1\r\nno colon here\r\n\r\n",
          "POST /echo HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
          "GET /" + "x".repeat(9000) + " HTTP/1.1\r\n\r\n",
          "GET /echo HTTP/1.1\r\nbig: " + "x".repeat(17_000) + "\r\n\r\n",
          "POST /echo HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
          "POST /echo HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        }) {
      try (RawClient client = new RawClient(address)) {
        Answer answer = client.send(bad).answer();
        assertThat(answer.status()).as(bad.substring(0, Math.min(60, bad.length()))).isEqualTo(400);
        assertThat(answer.text()).startsWith("bad_request");
        assertThat(client.closed()).isTrue();
      }
    }
  }

  @Test
  void aSilentClientIsHungUpOnWithAnAnswer() throws IOException {
    try (RawClient client = new RawClient(address)) {
      client.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc");
      Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(408);
      assertThat(answer.text()).contains("300ms").contains("limits.client_idle");
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void aClientThatDripsItsHeadIsHungUpOn() throws IOException {
    try (RawClient client = new RawClient(address)) {
      client.drip("POST /echo HTTP/1.1\r\nhost: " + "x".repeat(1000), 20);
      Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(408);
      assertThat(answer.text()).contains("900ms").contains("limits.client_request");
    }
  }

  @Test
  void aClientThatDripsItsBodyIsHungUpOn() throws IOException {
    try (RawClient client = new RawClient(address)) {
      client.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n");
      client.drip("x".repeat(1000), 20);
      assertThat(client.answer().text()).contains("limits.client_request");
    }
  }

  @Test
  void aConnectionWithoutRequestsIsClosed() throws IOException {
    try (RawClient client = new RawClient(address)) {
      assertThat(client.closed()).isTrue();
    }
    try (RawClient client = new RawClient(address)) {
      assertThat(client.send(post("/echo", "one")).answer().text()).isEqualTo("one");
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void aClientThatWaitsForItsAnswerIsNotHungUpOn() throws Exception {
    try (RawClient client = new RawClient(address);
        RawClient idle = new RawClient(address)) {
      client.send(post("/park", ""));
      Exchange exchange = routes.parked.poll(10, TimeUnit.SECONDS);
      // The idle connection's end shows that longer than any limit has passed.
      assertThat(idle.closed()).isTrue();
      exchange.respond(Response.text(200, "late"));
      assertThat(client.answer().text()).isEqualTo("late");
    }
  }

  @Test
  void aClientThatDoesNotReadItsAnswerIsHungUpOn() throws IOException {
    try (RawClient client = new RawClient(address)) {
      client.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n".repeat(3));
      try (RawClient idle = new RawClient(address)) {
        assertThat(idle.closed()).isTrue();
      }
      assertThat(readToEnd(client)).isLessThan(3L * TestRoutes.large().length);
    }
  }

  private static long readToEnd(RawClient client) throws IOException {
    long bytes = 0;
    try {
      while (true) {
        bytes += client.answer().body().length;
      }
    } catch (java.io.EOFException | java.net.SocketException e) {
      return bytes;
    }
  }

  @Test
  void hangingUpCancels() throws Exception {
    try (RawClient client = new RawClient(address)) {
      client.send(post("/park", ""));
      assertThat(routes.parked.poll(10, TimeUnit.SECONDS)).isNotNull();
    }
    assertThat(routes.hungUp.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aBodyStaysOnTheBooksForAsLongAsItIsRead() throws Exception {
    try {
      Exchange read;
      try (RawClient client = new RawClient(address)) {
        client.send(post("/slow", "x".repeat(1000)));
        assertThat(routes.parked.poll(10, TimeUnit.SECONDS)).isNotNull();
        routes.goOn.release();
        assertThat(client.answer().text()).isEqualTo("done");
        client.send(post("/slow", "x".repeat(1000)));
        read = Objects.requireNonNull(routes.parked.poll(10, TimeUnit.SECONDS));
      }
      assertThat(routes.hungUp.await(10, TimeUnit.SECONDS)).isTrue();
      CountDownLatch over = new CountDownLatch(1);
      read.execute(over::countDown); // behind the end of the connection
      assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(budget.usedBytes()).isEqualTo(1000);
    } finally {
      routes.goOn.release();
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (budget.usedBytes() > 0) {
      assertThat(System.nanoTime() - end).as("waited in vain").isNegative();
      Thread.onSpinWait();
    }
  }

  @Test
  void connectionsOverTheLimitAreTurnedAway() throws IOException {
    RawClient[] clients = new RawClient[20];
    try {
      for (int i = 0; i < clients.length; i++) {
        clients[i] = new RawClient(address);
        assertThat(clients[i].send(post("/echo", "x")).answer().status()).isEqualTo(200);
      }
      try (RawClient tooMany = new RawClient(address)) {
        Answer answer = tooMany.answer();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).contains("limits.client_connections");
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void streamedBodiesAreReadWhileTheyCome() throws IOException {
    byte[] body = java.util.Arrays.copyOf(TestRoutes.large(), 20 << 20);
    CRC32 crc = new CRC32();
    crc.update(body);
    try (RawClient client = new RawClient(address)) {
      client.send(
          "POST /stream HTTP/1.1\r\nhost: x\r\ncontent-length: " + body.length + "\r\n\r\n");
      Answer answer = client.send(body).answer();
      assertThat(answer.text()).isEqualTo("%d %08x".formatted(body.length, crc.getValue()));
      assertThat(client.send(post("/echo", "next")).answer().text()).isEqualTo("next");
    }
  }

  @Test
  void aStreamedBodyMayBeRefusedInItsMiddle() throws IOException {
    try (RawClient client = new RawClient(address)) {
      client.send("POST /stream-refuse HTTP/1.1\r\nhost: x\r\ncontent-length: 30000000\r\n\r\n");
      Answer answer = client.send(new byte[200_000]).answer();
      assertThat(answer.text()).startsWith("bad_bson");
    }
  }

  @Test
  void aStreamedBodyThatBreaksOffEndsItsHandler() throws Exception {
    try (RawClient client = new RawClient(address)) {
      client.send("POST /stream HTTP/1.1\r\nhost: x\r\ncontent-length: 30000000\r\n\r\n");
      client.send(new byte[200_000]);
    }
    assertThat(routes.brokenOff.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aRefusedRequestWithASmallBodyKeepsTheConnection() throws IOException {
    try (RawClient client = new RawClient(address)) {
      assertThat(client.send(post("/no", "some body")).answer().status()).isEqualTo(404);
      assertThat(client.send(post("/echo", "next")).answer().text()).isEqualTo("next");
    }
  }

  @Test
  void connectionsThatCannotGoOnEndAtOnce() throws IOException {
    Listener.Settings patient =
        new Listener.Settings(loops, Limits.DEFAULTS, budget, routes, TestRoutes::answer);
    try (Listener second = new Listener(patient)) {
      InetSocketAddress at =
          second.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      for (String bad :
          new String[] {
            "POST /no HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
            "POST /no HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n",
            "POST /no HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\nabc",
            "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            "NOT HTTP\r\n\r\n",
          }) {
        try (RawClient client = new RawClient(at)) {
          assertThat(client.send(bad).answer().headers())
              .as(bad)
              .containsEntry("connection", "close");
          assertThat(client.closed()).as(bad).isTrue();
        }
      }
    }
  }

  @Test
  void aBugInAHandlerIsAnAnswerToo() throws IOException {
    try (RawClient client = new RawClient(address)) {
      assertThat(client.send(post("/bug", "")).answer().status()).isEqualTo(500);
      assertThat(client.send(post("/echo", "next")).answer().text()).isEqualTo("next");
    }
  }

  @Test
  void aStoppingListenerFinishesWhatRuns() throws Exception {
    try (RawClient client = new RawClient(address)) {
      client.send(post("/park", ""));
      Exchange exchange = routes.parked.poll(10, TimeUnit.SECONDS);
      Thread closer = Thread.ofVirtual().start(() -> listener.close(TimeUnit.SECONDS.toNanos(10)));
      listener.stopAccepting();
      exchange.respond(Response.text(200, "last"));
      Answer answer = client.answer();
      assertThat(answer.text()).isEqualTo("last");
      assertThat(answer.headers()).containsEntry("connection", "close");
      closer.join();
    }
  }

  @Test
  void transportIsAsAsked() {
    assertThat(loops.transport()).isEqualTo(transport);
    try (EventLoops standard = new EventLoops(1)) {
      assertThat(standard.transport())
          .as("what a node uses; epoll fails with %s", Epoll.unavailabilityCause())
          .isEqualTo("epoll");
    }
  }
}
