package dev.pappus.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationResult.Succeeded;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Phases;
import dev.pappus.model.TraceContext;
import dev.pappus.server.async.LogHub;
import dev.pappus.server.async.LogNews;
import dev.pappus.server.http.BodyBudget;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.EventLoops;
import dev.pappus.server.http.Exchange;
import dev.pappus.server.http.Listener;
import dev.pappus.server.http.Response;
import dev.pappus.server.http.Routed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client that follows logs gets, over a real connection, and who works for it. */
@Timeout(120)
class LogFollowerTest {
  private static final LogHub.Filter ALL = new LogHub.Filter(Namespace.DEFAULT, null, null);
  private static final int LINE_CHARS = 4000;

  private final EventLoops loops = new EventLoops(1);
  private final LinkedBlockingQueue<Exchange> asked = new LinkedBlockingQueue<>();
  private final Listener listener =
      new Listener(
          new Listener.Settings(
              loops,
              Limits.DEFAULTS,
              new BodyBudget(16 << 20),
              _ -> Routed.free(new Endpoint.Immediate(Limit.REQUEST_BODY, asked::add)),
              problem -> Response.text(500, problem.detail())));
  private final LogHub hub = new LogHub(Limits.DEFAULTS);
  private final HttpClient client = HttpClient.newHttpClient();
  private CompletableFuture<HttpResponse<Stream<String>>> answer = new CompletableFuture<>();

  @BeforeEach
  void ask() throws Exception {
    InetSocketAddress address =
        listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    answer =
        client.sendAsync(
            HttpRequest.newBuilder(
                    URI.create("http://" + address.getHostString() + ":" + address.getPort()))
                .build(),
            HttpResponse.BodyHandlers.ofLines());
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    hub.close();
    listener.close();
    loops.close();
  }

  private void end(String id, String log) {
    InvocationInfo info =
        new InvocationInfo(id, Namespace.DEFAULT, "f", Instant.EPOCH, TraceContext.begin());
    InstanceReport report =
        new InstanceReport("f", "f", null, null, null, 0, 0, null, Phases.ZERO, null, log);
    hub.ended(
        new InvocationTarget.Named("f"),
        new InvocationResult(info, new Succeeded(List.of()), Phases.ZERO, null, List.of(report)));
  }

  private static String line(int i) {
    return i + "-" + "x".repeat(LINE_CHARS);
  }

  private void begin(LogFollower follower, List<LogNews> soFar) throws InterruptedException {
    Exchange exchange = asked.take();
    follower.begin(
        exchange.stream(Response.of(200, "application/jsonl", new byte[0])), soFar, false);
  }

  private Stream<String> lines() throws Exception {
    return answer.get(30, TimeUnit.SECONDS).body().filter(line -> !line.isBlank());
  }

  /** Takes note. */
  private record Collector(List<LogNews> got) implements LogHub.Follower {
    @Override
    public void beat() {}

    @Override
    public void news(LogNews news) {
      got.add(news);
    }

    @Override
    public void end() {}
  }

  @Test
  void allThatWasPrintedBeforeComesHoweverMuchItIs() throws Exception {
    Collector kept = new Collector(new ArrayList<>());
    LogFollower follower = new LogFollower(false, ALL, false, () -> true);
    try (LogHub.Subscription _ = hub.follow(ALL, kept)) {
      for (int i = 0; i < 500; i++) { // 2 MB: more than an answer keeps for its client
        end("i" + i, line(i));
      }
    }
    var _ = hub.follow(ALL, follower);
    end("i499", line(499)); // told already: part of what was before
    end("late", "late line");
    begin(follower, kept.got());
    hub.close();
    List<String> got = lines().toList();
    assertThat(got).hasSize(501);
    for (int i = 0; i < 500; i++) {
      assertThat(got.get(i)).contains("\"i" + i + "\"", "\"" + i + "-xxx");
    }
    assertThat(got.getLast()).contains("late line");
  }

  @Test
  void whoeverEndsAnInvocationWorksForNoFollowerAndWaitsForNone() throws Exception {
    AtomicInteger foreign = new AtomicInteger();
    LogFollower follower =
        new LogFollower(
            false,
            ALL,
            false,
            () -> {
              foreign.addAndGet(Thread.currentThread().isVirtual() ? 0 : 1);
              return true;
            });
    var _ = hub.follow(ALL, follower);
    begin(follower, List.of());
    HttpResponse<Stream<String>> unread = answer.get(30, TimeUnit.SECONDS);
    int told = 20_000; // 80 MB, of which nothing is read meanwhile
    String much = "\n".repeat(100) + "x".repeat(LINE_CHARS);
    for (int i = 0; i < told; i++) {
      end("i" + i, much);
    }
    hub.close();
    long whole = 0;
    long dropped = 0;
    for (String line : unread.body().filter(each -> !each.isBlank()).toList()) {
      if (line.startsWith("{\"dropped\":")) {
        dropped += Long.parseLong(line.replaceAll("\\D", ""));
      } else {
        whole++;
      }
    }
    assertThat(foreign).as("looks of a thread that ends invocations").hasValue(0);
    assertThat(dropped).as("lines for which there was no room").isPositive();
    assertThat(whole).isPositive();
    assertThat(whole + dropped).as("each is sent, or counted").isBetween(101L * told, 201L * told);
  }

  @Test
  void whoeverFollowsADurableInvocationStaysUntilItsResultIsStored() throws Exception {
    LogHub.Filter one = new LogHub.Filter(Namespace.DEFAULT, null, "i");
    LogFollower follower = new LogFollower(false, one, true, () -> true);
    var _ = hub.follow(one, follower);
    begin(follower, List.of());
    end("i", "first attempt");
    end("i", "second attempt");
    hub.ended("other");
    end("i", "third attempt");
    hub.ended("i");
    assertThat(lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).contains("first attempt"),
            line -> assertThat(line).contains("second attempt"),
            line -> assertThat(line).contains("third attempt"));
  }

  @Test
  void whoeverFollowsAnotherInvocationStaysUntilThatHasEnded() throws Exception {
    LogHub.Filter one = new LogHub.Filter(Namespace.DEFAULT, null, "i");
    LogFollower follower = new LogFollower(false, one, false, () -> true);
    var _ = hub.follow(one, follower);
    begin(follower, List.of());
    end("other", "of another");
    end("i", "its own");
    assertThat(lines().toList()).satisfiesExactly(line -> assertThat(line).contains("its own"));
  }
}
