package dev.pappus.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.pappus.model.Limits;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.RawClient.Answer;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that their clients are slow to read. */
class LargeAnswersTest {
  private static final String GET_LARGE = "GET /large HTTP/1.1\r\nhost: x\r\n\r\n";
  private static final long DIRECT_BYTES_MAX = 4 << 20;

  private final EventLoops loops = new EventLoops(2);
  private final BodyBudget budget = new BodyBudget(16 << 20);
  private final TestRoutes routes = new TestRoutes();
  private final Listener listener =
      new Listener(
          new Listener.Settings(loops, Limits.DEFAULTS, budget, routes, TestRoutes::answer));
  private InetSocketAddress address;

  @BeforeEach
  void listen() throws IOException {
    address = listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void stop() {
    listener.close();
    loops.close();
    assertThat(budget.answerBytes()).as("bytes of answers that nobody gave back").isZero();
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("waited in vain").isNegative();
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void unreadAnswersHaveABoundAndAreNotCopied() throws IOException {
    int size = TestRoutes.large().length;
    try (RawClient slow = new RawClient(address);
        RawClient other = new RawClient(address)) {
      slow.send(GET_LARGE);
      until(() -> budget.answerBytes() == size);
      Answer refused = other.send(GET_LARGE).answer();
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.text()).startsWith("overloaded").contains("16 MiB");
      var direct = ((PooledByteBufAllocator) loops.allocator()).metric().usedDirectMemory();
      assertThat(direct).isLessThan(DIRECT_BYTES_MAX);
      assertThat(slow.answer().body()).isEqualTo(TestRoutes.large());
      until(() -> budget.answerBytes() == 0);
      assertThat(other.send(GET_LARGE).answer().body()).isEqualTo(TestRoutes.large());
    }
  }

  @Test
  void aClientThatHangsUpGivesItsAnswerBack() throws IOException {
    try (RawClient leaving = new RawClient(address)) {
      leaving.send(GET_LARGE);
      until(() -> budget.answerBytes() > 0);
    }
    until(() -> budget.answerBytes() == 0);
  }

  @Test
  void whoeverWritesBitByBitWaitsForItsClientAndIsLetGoWithIt() throws Exception {
    Thread writer;
    try (RawClient slow = new RawClient(address)) {
      slow.send("GET /park HTTP/1.1\r\nhost: x\r\n\r\n");
      AnswerStream stream =
          routes.parked.take().stream(Response.of(200, "application/jsonl", new byte[0]));
      writer = Thread.ofVirtual().start(() -> putForEver(stream));
      // It may wait before, while the first pieces are on their way.
      until(() ->
          writer.getState() == Thread.State.WAITING
              && budget.answerBytes() == AnswerStream.QUEUE_BYTES_MAX);
    }
    assertThat(writer.join(Duration.ofSeconds(30))).as("let go").isTrue();
    until(() -> budget.answerBytes() == 0);
  }

  private static void putForEver(AnswerStream stream) {
    byte[] piece = new byte[16 << 10];
    try {
      boolean more = true;
      while (more) {
        more = stream.put(piece);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatMakesAnAnswerTakesItsRoom() {
    Response response = Response.text(200, "made");
    assertThat(
            budget.making(
                9 << 20,
                () -> {
                  assertThat(budget.answerBytes()).isEqualTo(9 << 20);
                  assertThatThrownBy(
                          () -> budget.making(8 << 20, () -> fail("there is no room for it")))
                      .isInstanceOf(ProblemException.class)
                      .hasMessageContaining("16 MiB");
                  return response;
                }))
        .isSameAs(response);
    assertThatThrownBy(() ->
            budget.making(
                1,
                () -> {
                  throw new IllegalStateException("deliberate");
                }))
        .hasMessage("deliberate");
    assertThat(budget.answerBytes()).isZero();
  }

  @Test
  void anAnswerLargerThanTheBudgetMayBeTheOnlyOne() {
    BodyBudget small = new BodyBudget(10);
    small.takeAnswer(11);
    assertThat(small.answerBytes()).isEqualTo(11);
  }
}
