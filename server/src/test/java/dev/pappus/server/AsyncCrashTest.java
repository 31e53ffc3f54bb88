package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was accepted survives kill -9: none is lost, none has two results. */
@Tag("kvm")
class AsyncCrashTest {
  private static final Pattern LISTENING = Pattern.compile("listening invoke=(\\S+) admin=(\\S+)");
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(4);

  @TempDir Path folder;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final long seed = Long.getLong("pappus.seed", System.nanoTime());
  private final Random random = new Random(seed);

  /** What was sent of each invocation that the node accepted. */
  private final Map<String, String> accepted = new HashMap<>();

  /** Those whose result was seen while nodes came and went. */
  private final Set<String> seen = new HashSet<>();

  private int sent;

  @Test
  void aFewAcceptedInvocationsSurviveTwoKills() throws Exception {
    survive(60, 2);
  }

  @Test
  @Tag("stress")
  void aThousandAcceptedInvocationsSurviveKills() throws Exception {
    survive(1000, 12);
  }

  private void survive(int invocations, int kills) throws Exception {
    System.out.println("seed " + seed);
    try (Server first = new Server(folder)) {
      HttpResponse<byte[]> put =
          first.send(
              "PUT",
              first.administration + "/v1/functions/echo?in=in&out=out",
              TestNode.guest("echo"));
      assertThat(put.statusCode()).isLessThan(300);
    }
    for (int kill = 0; kill < kills; kill++) {
      int upTo =
          Math.min(invocations, accepted.size() + 1 + random.nextInt(2 * invocations / kills));
      try (Server server = new Server(folder)) {
        sendUntilKilled(server, upTo);
      }
    }
    try (Server last = new Server(folder)) {
      while (accepted.size() < invocations) {
        assertThat(accept(last)).isTrue();
      }
      for (Map.Entry<String, String> each : accepted.entrySet()) {
        assertThat(result(last, each.getKey()))
            .as("%s, seed %d", each.getKey(), seed)
            .isEqualTo(each.getValue());
      }
    }
    assertThat(seen).as("results seen before a kill are still there").isSubsetOf(accepted.keySet());
    assertOneResultEach(invocations);
  }

  /** Has {@code upTo} accepted, then kills from another thread while more are accepted. */
  private void sendUntilKilled(Server server, int upTo) throws Exception {
    while (accepted.size() < upTo) {
      assertThat(accept(server)).isTrue();
    }
    long delayMicros = random.nextInt(150_000);
    Thread killer =
        Thread.ofVirtual()
            .start(() -> {
              LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(delayMicros));
              server.process.destroyForcibly();
            });
    boolean alive = true;
    while (alive) {
      alive = random.nextBoolean() ? accept(server) : look(server);
    }
    killer.join();
    assertThat(server.process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private boolean accept(Server server) throws InterruptedException {
    String body = "invocation " + sent++;
    try {
      HttpResponse<byte[]> answer =
          server.send(
              "POST",
              server.invocation + "/function/echo",
              body.getBytes(UTF_8),
              "prefer",
              "respond-async");
      assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(202);
      String location = answer.headers().firstValue("location").orElseThrow();
      accepted.put(location, body);
      return true;
    } catch (IOException e) {
      return false; // killed; whether this one was accepted nobody can know
    }
  }

  /** Looks for the result of some invocation; one that was there once must be there again. */
  private boolean look(Server server) throws InterruptedException {
    String[] all = accepted.keySet().toArray(String[]::new);
    String location = all[random.nextInt(all.length)];
    try {
      HttpResponse<byte[]> answer =
          server.send("GET", server.invocation + location + "/result", new byte[0]);
      if (answer.statusCode() == 202) {
        assertThat(seen).as("a result that was there, seed %d", seed).doesNotContain(location);
      } else {
        assertThat(new String(answer.body(), UTF_8)).isEqualTo(accepted.get(location));
        seen.add(location);
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private String result(Server server, String location) throws Exception {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      HttpResponse<byte[]> answer =
          server.send("GET", server.invocation + location + "/result", new byte[0]);
      if (answer.statusCode() != 202) {
        return new String(answer.body(), UTF_8);
      }
      assertThat(System.nanoTime() - end)
          .as("%s has no result, seed %d", location, seed)
          .isNegative();
    }
  }

  /** Asks the closed database itself. */
  private void assertOneResultEach(int invocations) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("invocations.db"));
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*), count(DISTINCT invocation.id),"
                    + " count(*) FILTER (WHERE status <> 'SUCCEEDED'), (SELECT count(*) FROM request)"
                    + " FROM invocation LEFT JOIN result ON result.id = invocation.id")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getInt(1)).isEqualTo(row.getInt(2)).isGreaterThanOrEqualTo(invocations);
      assertThat(row.getInt(3)).as("did not succeed, seed %d", seed).isZero();
      assertThat(row.getInt(4)).as("requests left behind").isZero();
    }
  }

  /** A node as a process of its own; closing it kills it. */
  private final class Server implements AutoCloseable {
    final Process process;
    final String invocation;
    final String administration;

    Server(Path data) throws IOException {
      Path log = Files.createTempFile(data.getParent(), "stderr", ".log");
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "--enable-native-access=ALL-UNNAMED",
                  "-Dpappus.guest.build=" + System.getProperty("pappus.guest.build"),
                  "-cp",
                  System.getProperty("java.class.path"),
                  ServerProcessMain.class.getName(),
                  data.toString())
              .redirectError(log.toFile())
              .start();
      BufferedReader out = process.inputReader(UTF_8);
      String line = out.readLine();
      Matcher matcher = LISTENING.matcher(line == null ? "" : line);
      assertThat(matcher.matches()).as("stderr: %s", Files.readString(log)).isTrue();
      invocation = matcher.group(1);
      administration = matcher.group(2);
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

    @Override
    public void close() {
      process.destroyForcibly();
      process.onExit().join();
    }
  }
}
