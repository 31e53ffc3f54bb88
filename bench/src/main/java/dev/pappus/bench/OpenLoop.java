package dev.pappus.bench;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends different requests when each is due, whatever becomes of those before, and checks every
 * answer. For moderate rates of costly requests; many cheap ones are the load generator's.
 */
public final class OpenLoop {
  private static final int UNDER_WAY_MAX = 1000;

  private OpenLoop() {}

  /**
   * A request.
   *
   * @param about what it is, for the caller
   * @param dueNanos since the start
   * @param request made when it is due
   * @param check what is wrong with an answer of status 200; null if nothing is
   */
  public record Planned<T>(
      T about,
      long dueNanos,
      Supplier<HttpRequest> request,
      Function<byte[], @Nullable String> check) {}

  /**
   * What became of one.
   *
   * @param lagNanos how much later than due it left
   * @param latencyNanos from when it was due to its answer
   * @param start how warm it started, as the answer says; empty if it does not
   * @param failure what was wrong; null if nothing was
   */
  public record Answered<T>(
      T about, long lagNanos, long latencyNanos, String start, @Nullable String failure) {}

  /** Sends requests, which are in order of their time, and waits for all answers. */
  public static <T> List<Answered<T>> run(List<Planned<T>> all, long startNanos) {
    List<CompletableFuture<Answered<T>>> answers = new ArrayList<>(all.size());
    Semaphore places = new Semaphore(UNDER_WAY_MAX);
    try (var threads = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        HttpClient client =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads)
                .build()) {
      for (Planned<T> planned : all) {
        long due = startNanos + planned.dueNanos();
        sleepUntil(due);
        if (places.tryAcquire()) {
          answers.add(send(client, planned, due).whenComplete((_, _) -> places.release()));
        } else {
          String full = UNDER_WAY_MAX + " are under way already";
          answers.add(
              CompletableFuture.completedFuture(new Answered<>(planned.about(), 0, 0, "", full)));
        }
      }
      return answers.stream().map(CompletableFuture::join).toList();
    }
  }

  private static void sleepUntil(long nanos) {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static <T> CompletableFuture<Answered<T>> send(
      HttpClient client, Planned<T> planned, long due) {
    HttpRequest request = planned.request().get();
    long lag = Math.max(0, System.nanoTime() - due);
    return client
        .sendAsync(request, BodyHandlers.ofByteArray())
        .handle((answer, problem) -> {
          long latency = System.nanoTime() - due;
          return new Answered<>(
              planned.about(),
              lag,
              latency,
              problem == null ? answer.headers().firstValue("x-pappus-start").orElse("") : "",
              problem == null ? failure(answer, planned.check()) : problem.toString());
        });
  }

  private static @Nullable String failure(
      HttpResponse<byte[]> answer, Function<byte[], @Nullable String> check) {
    return answer.statusCode() == 200
        ? check.apply(answer.body())
        : answer.statusCode()
            + " "
            + new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8);
  }
}
