package dev.pappus.bench.trace;

import dev.pappus.bench.OpenLoop;
import dev.pappus.bench.model.Demand;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Sends the invocations of a trace when they are due, whatever becomes of those before. */
final class TraceReplay {
  /**
   * What became of an invocation.
   *
   * @param lagNanos how much later than due it left
   * @param latencyNanos from when it was due to its answer
   * @param start how warm it started, as the answer says; empty if it does not
   * @param failure what was wrong with it; null if nothing was
   */
  record Call(
      Demand demand, long lagNanos, long latencyNanos, String start, @Nullable String failure) {
    /** How many times longer it took than it had to. */
    double slowdown() {
      return (double) latencyNanos / Math.max(1, demand.serviceNanos());
    }
  }

  private final URI node;
  private final IntFunction<String> composition;
  private final WaitServer waits;
  private final HostSpeed speed;
  private final Duration patience;

  /**
   * A replay.
   *
   * @param composition name of the composition for a function's number
   * @param patience how long an answer is waited for
   */
  TraceReplay(
      URI node,
      IntFunction<String> composition,
      WaitServer waits,
      HostSpeed speed,
      Duration patience) {
    this.node = node;
    this.composition = composition;
    this.waits = waits;
    this.speed = speed;
    this.patience = patience;
  }

  /** Sends {@code demands}, which are in order of their time, and waits for all answers. */
  List<Call> run(List<Demand> demands, long startNanos) {
    return OpenLoop.run(demands.stream().map(this::plan).toList(), startNanos).stream()
        .map(answer ->
            new Call(
                answer.about(),
                answer.lagNanos(),
                answer.latencyNanos(),
                answer.start(),
                answer.failure()))
        .toList();
  }

  private OpenLoop.Planned<Demand> plan(Demand demand) {
    long iterations = TraceWork.iterations(demand, speed);
    String url = demand.waitNanos() > 0 ? waits.url(demand.waitNanos()) : null;
    String task = TraceWork.task(iterations, demand.memoryBytes(), url);
    return new OpenLoop.Planned<>(
        demand,
        demand.dueNanos(),
        () ->
            HttpRequest.newBuilder(
                    node.resolve(
                        "/composition/%s?output=result/result"
                            .formatted(composition.apply(demand.function()))))
                .timeout(patience)
                .POST(BodyPublishers.ofString(task))
                .build(),
        answer -> check(answer, TraceWork.result(iterations, demand.memoryBytes())));
  }

  private static @Nullable String check(byte[] answer, String expected) {
    String text = new String(answer, StandardCharsets.UTF_8);
    return text.equals(expected) ? null : "wrong result " + text;
  }

  /** How long to wait for an answer that takes {@code nanos} at best. */
  static Duration patienceFor(long nanos) {
    return Duration.ofNanos(TimeUnit.SECONDS.toNanos(60) + 3 * nanos);
  }
}
