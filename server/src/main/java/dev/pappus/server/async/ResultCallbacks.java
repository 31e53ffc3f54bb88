package dev.pappus.server.async;

import dev.pappus.communication.HttpFunction;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.store.InvocationStore;
import dev.pappus.dispatcher.store.StoredInvocation;
import dev.pappus.dispatcher.store.StoredInvocation.Delivery;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.Response;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends results to where their clients want them, through the node's HTTP function and so within
 * its egress policy. A receiver that does not take a result gets it again, later and later; how far
 * that got is on disk. A result may arrive twice, as each attempt may have had its effect. Any
 * thread may use it; the opener closes it.
 */
public final class ResultCallbacks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ResultCallbacks.class);

  private static final int ATTEMPTS_MAX = 8;
  private static final int AT_ONCE_MAX = 16;
  private static final int AT_ONCE_OF_NAMESPACE_MAX = 2;
  private static final long FIRST_PAUSE_MILLIS = 1_000;
  private static final long PAUSE_AFTER_FAULT_MILLIS = 60_000;
  private static final int PAUSE_FACTOR = 3;
  private static final int DETAIL_LENGTH_MAX = 300;

  private final InvocationStore store;
  private final Function<String, InvocationResult> results;
  private final Function<InvocationResult, Response> encoder;
  private final HttpFunction http;
  private final Limits limits;
  private final long firstPauseMillis;
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("callback-timer").daemon().factory());
  private final FairTurns senders =
      new FairTurns("callback-", AT_ONCE_MAX, AT_ONCE_OF_NAMESPACE_MAX);

  /**
   * Sends results of {@code durable}.
   *
   * @param encoder makes the answer that the client would have had
   */
  public ResultCallbacks(
      InvocationStore store,
      DurableInvocations durable,
      Function<InvocationResult, Response> encoder,
      HttpFunction http,
      Limits limits) {
    this(store, durable::kept, encoder, http, limits, FIRST_PAUSE_MILLIS);
  }

  ResultCallbacks(
      InvocationStore store,
      Function<String, InvocationResult> results,
      Function<InvocationResult, Response> encoder,
      HttpFunction http,
      Limits limits,
      long firstPauseMillis) {
    this.store = store;
    this.results = results;
    this.encoder = encoder;
    this.http = http;
    this.limits = limits;
    this.firstPauseMillis = firstPauseMillis;
  }

  /** Takes up what an earlier process left. */
  public void start() {
    for (StoredInvocation row : store.undelivered()) {
      if (row.callback() != null) {
        schedule(row, row.callback().nextAt());
      }
    }
  }

  /** An invocation has ended; does not block. */
  public void ended(StoredInvocation row) {
    if (row.callback() != null) {
      schedule(row, Instant.EPOCH);
    }
  }

  private void schedule(StoredInvocation row, Instant at) {
    Namespace namespace = row.namespace();
    try {
      var _ =
          timer.schedule(
              () -> senders.submit(namespace, () -> attempt(row)),
              Math.max(0, at.toEpochMilli() - System.currentTimeMillis()),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("the node stops; the result of {} is sent when it is back", row.id());
    }
  }

  private void attempt(StoredInvocation known) {
    String id = known.id();
    try {
      StoredInvocation row = store.find(id).orElse(null);
      if (row != null && row.callback() != null && row.callback().delivery() == Delivery.PENDING) {
        attempt(row, row.callback());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the node stops
    } catch (RuntimeException | Error e) {
      LOG.atError()
          .addKeyValue("invocation_id", id)
          .setCause(e)
          .log("sending the result of {} met an unexpected exception", id);
      schedule(known, Instant.now().plusMillis(PAUSE_AFTER_FAULT_MILLIS));
    }
  }

  private void attempt(StoredInvocation row, StoredInvocation.Callback callback)
      throws InterruptedException {
    int attempts = callback.attempts() + 1;
    Delivery delivery;
    String detail;
    try {
      int status = send(row.id(), callback.url(), results.apply(row.id()));
      detail = "answered " + status;
      boolean again = status >= 500 || status == 408 || status == 425 || status == 429;
      delivery =
          status >= 200 && status < 300
              ? Delivery.DELIVERED
              : again ? Delivery.PENDING : Delivery.FAILED;
    } catch (ProblemException e) {
      Problem problem = e.problem();
      if (problem.code() == ProblemCode.SHUTTING_DOWN) {
        return; // the next process sends it
      }
      detail = problem.toString();
      delivery =
          switch (problem.code()) {
            case HTTP_FAILED, HTTP_TIMEOUT, INVOCATION_DEADLINE, OVERLOADED, STORAGE_FAILED ->
                Delivery.PENDING;
            case HTTP_RESPONSE_LIMIT -> Delivery.DELIVERED; // it was taken, whatever was answered
            default -> Delivery.FAILED;
          };
    }
    if (delivery == Delivery.PENDING && attempts >= ATTEMPTS_MAX) {
      delivery = Delivery.FAILED;
    }
    keep(
        row,
        new StoredInvocation.Callback(
            callback.url(), delivery, attempts, next(attempts), cut(detail)));
  }

  private static String cut(String detail) {
    return detail.length() <= DETAIL_LENGTH_MAX
        ? detail
        : detail.substring(0, DETAIL_LENGTH_MAX) + "…";
  }

  private Instant next(int attempts) {
    long pause = firstPauseMillis;
    for (int i = 1; i < attempts; i++) {
      pause *= PAUSE_FACTOR;
    }
    return Instant.now().plusMillis(pause);
  }

  private void keep(StoredInvocation row, StoredInvocation.Callback callback) {
    store
        .callback(row.id(), callback)
        .whenComplete((_, failure) -> {
          if (failure != null) {
            LOG.atError()
                .addKeyValue("invocation_id", row.id())
                .setCause(failure)
                .log("cannot store how far the result of {} got", row.id());
          }
          if (callback.delivery() == Delivery.PENDING) {
            schedule(row, callback.nextAt());
          }
        });
  }

  /** Sends it once; the status of the answer. */
  private int send(String id, String url, InvocationResult result) throws InterruptedException {
    Response response = encoder.apply(result);
    Item request = new Item("callback", Key.ZERO, request(id, url, response));
    List<DataSet> answers =
        http.invoke(
            List.of(new DataSet("requests", List.of(request))),
            System.nanoTime() + limits.get(Limit.HTTP_TIMEOUT));
    String head = answers.getFirst().items().getFirst().text();
    String[] words = head.lines().findFirst().orElse("").split(" ", 3);
    return words.length > 1 ? Integer.parseInt(words[1]) : 599;
  }

  private static MemorySegment request(String id, String url, Response response) {
    StringBuilder head = new StringBuilder();
    head.append("POST ").append(url).append(" HTTP/1.1\n");
    head.append("X-Call-Id: ").append(id).append('\n');
    head.append("X-Function-Status: ").append(response.status()).append('\n');
    for (Response.Header header : response.headers()) {
      head.append(header.name()).append(": ").append(header.value()).append('\n');
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.append('\n').toString().getBytes(StandardCharsets.UTF_8));
    for (MemorySegment piece : response.body()) {
      bytes.writeBytes(piece.toArray(ValueLayout.JAVA_BYTE));
    }
    return MemorySegment.ofArray(bytes.toByteArray());
  }

  /** Sends nothing any more; what is not sent is on disk. */
  @Override
  public void close() {
    timer.shutdownNow();
    senders.close();
  }
}
