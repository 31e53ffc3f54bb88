package dev.pappus.communication;

import static dev.pappus.communication.HttpCalls.callOne;
import static dev.pappus.communication.HttpCalls.problemOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What calls under way may hold together. */
class HttpMemoryTest {
  @Test
  void answersOfAllCallsTogetherHaveABound() throws Exception {
    CountDownLatch rest = new CountDownLatch(1);
    String half = "x".repeat(2000);
    try (HttpFunction http =
            new HttpFunction(
                EgressPolicy.parse(List.of("127.0.0.0/8"), true),
                Limits.DEFAULTS,
                GuardedResolver.NameService.SYSTEM,
                null,
                3000);
        RawServer slow =
            new RawServer((request, out) -> {
              RawServer.send(out, "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + half);
              rest.await();
              RawServer.send(out, half);
              return true;
            });
        RawServer quick = new RawServer(RawServer.ok(half))) {
      CompletableFuture<Integer> first =
          CompletableFuture.supplyAsync(() -> bodyLength(http, get(slow)));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (http.arrivedBytes() < 2000) {
        assertThat(System.nanoTime() - end).as("waited in vain").isNegative();
        LockSupport.parkNanos(1_000_000);
      }
      Problem problem = problemOf(http, get(quick, "Pappus-On-Error: item"));
      assertThat(problem.code()).isEqualTo(ProblemCode.OVERLOADED);
      rest.countDown();
      assertThat(first.get(10, TimeUnit.SECONDS)).as("alone it may be larger").isEqualTo(4000);
      assertThat(http.arrivedBytes()).isZero();
      assertThat(callOne(http, get(quick)).body()).hasSize(2000);
    }
  }

  private static int bodyLength(HttpFunction http, String request) {
    try {
      return callOne(http, request).body().length();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String get(RawServer server, String... headers) {
    String lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    return "GET " + server.url("/") + " HTTP/1.1\r\n" + lines + "\r\n";
  }
}
