package dev.pappus.bench.trace;

import dev.pappus.bench.NodeControl;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How fast the guest program that plays a trace's functions runs here.
 *
 * @param iterationNanos an iteration
 * @param touchNanosPerByte writing to memory that is not there yet
 */
public record HostSpeed(double iterationNanos, double touchNanosPerByte) {
  private static final String NAME = "trace_speed";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int TRIES = 15;
  private static final int FIRST_TOUCHES = 5;
  private static final long ITERATIONS = 4_000_000;
  private static final long TOUCHED = 32L << 20;
  private static final Pattern RUN = Pattern.compile("run;dur=([0-9.]+)");

  /** Measures it on a node, by the fastest of some runs: whatever else runs can only delay them. */
  public static HostSpeed measure(URI node, NodeControl control, byte[] binary) throws IOException {
    control.deploy(NAME, binary, TOUCHED * 2);
    double nothing = fastestMillis(node, NAME, TRIES, 1, 0);
    double spinning = fastestMillis(node, NAME, TRIES, ITERATIONS, 0);
    double touching = Double.MAX_VALUE;
    for (int i = 0; i < FIRST_TOUCHES; i++) {
      // Of its own each time: what a function has needed may be kept for its next run.
      String name = NAME + i;
      control.deploy(name, Arrays.copyOf(binary, binary.length + 1 + i), TOUCHED * 2);
      touching = Math.min(touching, fastestMillis(node, name, 1, 1, TOUCHED));
    }
    return new HostSpeed(
        Math.max(0.01, (spinning - nothing) * 1e6 / ITERATIONS),
        Math.max(0, (touching - nothing) * 1e6 / TOUCHED));
  }

  /** How many iterations take so long. */
  public long iterations(double nanos) {
    return Math.max(1, (long) (nanos / iterationNanos));
  }

  private static double fastestMillis(
      URI node, String function, int tries, long iterations, long bytes) throws IOException {
    double fastest = Double.MAX_VALUE;
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(node.resolve("/function/" + function + "?output=result/result"))
              .timeout(PATIENCE)
              .POST(BodyPublishers.ofString(TraceWork.task(iterations, bytes, null)))
              .build();
      for (int i = 0; i < tries; i++) {
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        if (!answer.body().equals(TraceWork.result(iterations, bytes))) {
          throw new IOException("trace_work does not work here: " + answer.body());
        }
        Matcher run = RUN.matcher(answer.headers().firstValue("server-timing").orElse(""));
        if (run.find()) {
          fastest = Math.min(fastest, Double.parseDouble(run.group(1)));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return fastest;
  }
}
