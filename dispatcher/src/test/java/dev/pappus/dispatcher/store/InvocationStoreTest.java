package dev.pappus.dispatcher.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.store.InvocationStore.Accepted;
import dev.pappus.dispatcher.store.StoredInvocation.Delivery;
import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of durable invocations, for how long, and what is refused. */
class InvocationStoreTest {
  private static final byte[] DOCUMENT = new byte[100];

  @TempDir Path folder;
  private int ids;

  private InvocationStore open(Limits limits) {
    return InvocationStore.open(folder.resolve("invocations.db"), limits);
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static ProblemCode problemOf(CompletionStage<?> stage) {
    try {
      stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
      throw new AssertionError("no problem");
    } catch (CompletionException e) {
      if (e.getCause() instanceof ProblemException problem) {
        return problem.problem().code();
      }
      throw e;
    }
  }

  private InvocationStore.Request request(
      Namespace namespace, byte[] document, @Nullable String key, String fingerprint) {
    StoredInvocation row =
        new StoredInvocation(
            "id" + (1000 + ids++),
            namespace,
            "target",
            Instant.now(),
            7,
            "",
            InvocationStatus.QUEUED,
            0,
            null,
            document.length,
            0,
            new StoredInvocation.Callback("http://h/", Delivery.PENDING, 0, Instant.EPOCH, null));
    return new InvocationStore.Request(row, document, key, fingerprint);
  }

  private InvocationStore.Request request() {
    return request(Namespace.DEFAULT, DOCUMENT, null, "");
  }

  @Test
  void whatWasAcceptedAndEndedOutlivesTheProcess() throws Exception {
    String queued;
    String ended;
    try (InvocationStore store = open(Limits.DEFAULTS)) {
      queued = get(store.accept(request())).id();
      ended = get(store.accept(request())).id();
      get(store.started(queued));
      assertThat(
              get(store.finish(ended, InvocationStatus.FAILED, new byte[] {1}, new byte[] {2, 3})))
          .isTrue();
    }
    try (InvocationStore store = open(Limits.DEFAULTS)) {
      assertThat(store.unfinished()).extracting(StoredInvocation::id).containsExactly(queued);
      assertThat(store.unfinished().getFirst().starts()).isEqualTo(1);
      assertThat(store.request(queued)).hasValue(DOCUMENT);
      assertThat(store.request(ended)).isEmpty();
      assertThat(store.report(ended)).hasValue(new byte[] {1});
      assertThat(store.outputs(ended)).hasValue(new byte[] {2, 3});
      assertThat(store.undelivered()).extracting(StoredInvocation::id).containsExactly(ended);
      StoredInvocation row = store.find(ended).orElseThrow();
      assertThat(row.status()).isEqualTo(InvocationStatus.FAILED);
      assertThat(row.resultBytes()).isEqualTo(3);
      assertThat(row.endedAt()).isNotNull();
    }
  }

  @Test
  void onlyTheFirstResultCounts() throws Exception {
    try (InvocationStore store = open(Limits.DEFAULTS)) {
      String id = get(store.accept(request())).id();
      CompletionStage<Boolean> first =
          store.finish(id, InvocationStatus.SUCCEEDED, new byte[] {1}, new byte[] {1});
      CompletionStage<Boolean> second =
          store.finish(id, InvocationStatus.FAILED, new byte[] {2}, new byte[] {2});
      assertThat(get(first)).isTrue();
      assertThat(get(second)).isFalse();
      assertThat(store.report(id)).hasValue(new byte[] {1});
      assertThat(store.find(id).orElseThrow().status()).isEqualTo(InvocationStatus.SUCCEEDED);
    }
  }

  @Test
  void aKeyIsOneInvocationOfItsNamespace() throws Exception {
    Namespace other = new Namespace("other");
    try (InvocationStore store = open(Limits.DEFAULTS)) {
      CompletionStage<Accepted> first =
          store.accept(request(Namespace.DEFAULT, DOCUMENT, "k", "print"));
      CompletionStage<Accepted> again =
          store.accept(request(Namespace.DEFAULT, DOCUMENT, "k", "print"));
      CompletionStage<Accepted> elsewhere = store.accept(request(other, DOCUMENT, "k", "else"));
      CompletionStage<Accepted> mismatch =
          store.accept(request(Namespace.DEFAULT, DOCUMENT, "k", "other print"));
      assertThat(get(first).replayed()).isFalse();
      assertThat(get(again)).isEqualTo(new Accepted(get(first).id(), true));
      assertThat(get(elsewhere).replayed()).isFalse();
      assertThat(problemOf(mismatch)).isEqualTo(ProblemCode.IDEMPOTENCY_MISMATCH);
      assertThat(store.unfinished()).hasSize(2);
    }
  }

  @Test
  void aFullQueueRefusesUntilThereIsRoom() throws Exception {
    Limits limits = Limits.DEFAULTS.with(Limit.ASYNC_QUEUE, 2);
    try (InvocationStore store = open(limits)) {
      String first = get(store.accept(request())).id();
      get(store.accept(request()));
      assertThat(problemOf(store.accept(request()))).isEqualTo(ProblemCode.OVERLOADED);
      get(store.finish(first, InvocationStatus.SUCCEEDED, DOCUMENT, DOCUMENT));
      get(store.accept(request()));
    }
    try (InvocationStore store = open(limits)) {
      assertThat(problemOf(store.accept(request()))).isEqualTo(ProblemCode.OVERLOADED);
    }
  }

  @Test
  void aNamespaceLeavesRoomForOthers() throws Exception {
    Limits limits = Limits.DEFAULTS.with(Limit.ASYNC_QUEUE, 10);
    Namespace quiet = new Namespace("quiet");
    List<String> ids = new ArrayList<>();
    try (InvocationStore store = open(limits)) {
      for (int i = 0; i < 8; i++) {
        ids.add(get(store.accept(request())).id());
      }
      assertThat(problemOf(store.accept(request()))).isEqualTo(ProblemCode.OVERLOADED);
      get(store.accept(request(quiet, DOCUMENT, "k", "print")));
    }
    try (InvocationStore store = open(limits)) { // counted from the disk now
      assertThat(problemOf(store.accept(request()))).isEqualTo(ProblemCode.OVERLOADED);
      assertThat(get(store.accept(request(quiet, DOCUMENT, "k", "print"))).replayed()).isTrue();
      for (String id : ids) {
        get(store.finish(id, InvocationStatus.SUCCEEDED, DOCUMENT, DOCUMENT));
        get(store.finish(id, InvocationStatus.SUCCEEDED, DOCUMENT, DOCUMENT)); // counts once
      }
      for (int i = 0; i < 7; i++) {
        get(store.accept(request()));
      }
    }
  }

  @Test
  void requestsHaveHalfOfTheBytes() throws Exception {
    try (InvocationStore store = open(Limits.DEFAULTS.with(Limit.ASYNC_BYTES, 500))) {
      get(store.accept(request()));
      get(store.accept(request()));
      assertThat(problemOf(store.accept(request()))).isEqualTo(ProblemCode.OVERLOADED);
    }
  }

  @Test
  void theOldestResultsGoFirst() throws Exception {
    List<String> ids = new ArrayList<>();
    try (InvocationStore store = open(Limits.DEFAULTS.with(Limit.ASYNC_BYTES, 1000))) {
      for (int i = 0; i < 4; i++) {
        String id = get(store.accept(request())).id();
        get(store.finish(id, InvocationStatus.SUCCEEDED, DOCUMENT, DOCUMENT));
        ids.add(id);
      }
      assertThat(store.report(ids.get(0))).isEmpty();
      assertThat(store.outputs(ids.get(1))).isEmpty();
      assertThat(store.outputs(ids.get(3))).hasValue(DOCUMENT);
      StoredInvocation dropped = store.find(ids.get(0)).orElseThrow();
      assertThat(dropped.status()).isEqualTo(InvocationStatus.SUCCEEDED);
      assertThat(dropped.resultBytes()).isZero();
      assertThat(store.ended(Namespace.DEFAULT, null, null, null, 10))
          .extracting(StoredInvocation::id)
          .containsExactlyElementsOf(ids.reversed());
      assertThat(
              store.ended(Namespace.DEFAULT, ids.get(2), "target", InvocationStatus.SUCCEEDED, 1))
          .extracting(StoredInvocation::id)
          .containsExactly(ids.get(1));
      assertThat(store.ended(new Namespace("other"), null, null, null, 10)).isEmpty();
    }
  }

  @Test
  void resultsOfOneNamespacePushOutNoOthers() throws Exception {
    Namespace quiet = new Namespace("quiet");
    try (InvocationStore store = open(Limits.DEFAULTS.with(Limit.ASYNC_BYTES, 1600))) {
      String kept = get(store.accept(request(quiet, DOCUMENT, null, ""))).id();
      get(store.finish(kept, InvocationStatus.SUCCEEDED, DOCUMENT, DOCUMENT));
      List<String> noisy = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String id = get(store.accept(request())).id();
        get(store.finish(id, InvocationStatus.SUCCEEDED, DOCUMENT, DOCUMENT));
        noisy.add(id);
      }
      assertThat(store.outputs(kept)).hasValue(DOCUMENT);
      assertThat(store.outputs(noisy.getFirst())).isEmpty();
      assertThat(store.outputs(noisy.getLast())).hasValue(DOCUMENT);
    }
  }

  @Test
  void aResultIsNotDroppedByWhatStoresIt() throws Exception {
    Namespace large = new Namespace("large");
    try (InvocationStore store = open(Limits.DEFAULTS.with(Limit.ASYNC_BYTES, 1000))) {
      String old = get(store.accept(request())).id();
      get(store.finish(old, InvocationStatus.SUCCEEDED, DOCUMENT, DOCUMENT));
      String fresh = get(store.accept(request(large, DOCUMENT, null, ""))).id();
      get(store.finish(fresh, InvocationStatus.SUCCEEDED, DOCUMENT, new byte[300]));
      assertThat(store.outputs(fresh)).hasValue(new byte[300]);
      assertThat(store.outputs(old)).isEmpty();
    }
  }

  @Test
  void whatIsTooOldIsForgotten() throws Exception {
    String id;
    try (InvocationStore store = open(Limits.DEFAULTS)) {
      id = get(store.accept(request(Namespace.DEFAULT, DOCUMENT, "k", "1"))).id();
      get(store.finish(id, InvocationStatus.SUCCEEDED, DOCUMENT, DOCUMENT));
    }
    StoredInvocation row;
    try (InvocationStore store = open(Limits.DEFAULTS)) {
      row = store.find(id).orElseThrow();
    }
    while (System.currentTimeMillis()
        <= java.util.Objects.requireNonNull(row.endedAt()).toEpochMilli()) {
      Thread.onSpinWait(); // a millisecond at most
    }
    try (InvocationStore store = open(Limits.DEFAULTS.with(Limit.ASYNC_RETENTION, 0))) {
      assertThat(get(store.accept(request(Namespace.DEFAULT, DOCUMENT, "k", "2"))).replayed())
          .isFalse();
      assertThat(store.find(id)).isEmpty();
      assertThat(store.report(id)).isEmpty();
    }
  }

  @Test
  void whatIsTooOldGoesAlsoWhereNothingIsWritten() throws Exception {
    Limits limits = Limits.DEFAULTS.with(Limit.ASYNC_RETENTION, 0);
    try (InvocationStore store =
        InvocationStore.open(folder.resolve("invocations.db"), limits, 20)) {
      String id = get(store.accept(request())).id();
      get(store.finish(id, InvocationStatus.SUCCEEDED, DOCUMENT, DOCUMENT));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (store.find(id).isPresent()) {
        assertThat(System.nanoTime() - end).as("still there").isNegative();
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void rowsOfEndedOnesGoInLots() throws Exception {
    try (Connection connection = InvocationSchema.open(folder.resolve("invocations.db"))) {
      Retention retention = new Retention(Limits.DEFAULTS, connection, 60_000, 200);
      List<Integer> counts = new ArrayList<>();
      for (int i = 0; i < 204; i++) {
        counts.add(rowsAfterEnding(connection, retention, "n", i));
      }
      assertThat(counts.subList(198, 204)).containsExactly(199, 200, 198, 199, 200, 198);
    }
  }

  @Test
  void aLotIsAFewOfWhatTheLargestNamespaceHas() throws Exception {
    try (Connection connection = InvocationSchema.open(folder.resolve("invocations.db"))) {
      Retention retention = new Retention(Limits.DEFAULTS, connection, 60_000, 200);
      for (int i = 0; i < 200; i++) {
        rowsAfterEnding(connection, retention, "n" + i % 100, i);
      }
      assertThat(rowsAfterEnding(connection, retention, "n7", 200)).isEqualTo(200);
      try (Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "SELECT group_concat(id) FROM invocation WHERE namespace = 'n7'")) {
        assertThat(row.getString(1)).isEqualTo("1107,1200");
      }
    }
  }

  private static int rowsAfterEnding(
      Connection connection, Retention retention, String namespace, int number) throws Exception {
    try (Statement statement = connection.createStatement()) {
      String id = Integer.toString(1000 + number);
      statement.execute(
          "INSERT INTO invocation (id, namespace, target, accepted_at, timeout_nanos, trace,"
              + " status, ended_at, request_bytes, fingerprint, callback_delivery,"
              + " callback_next_at) VALUES ('"
              + id
              + "', '"
              + namespace
              + "', 't', 0, 0, '', 'FAILED', "
              + (System.currentTimeMillis() + number)
              + ", 0, '', 'PENDING', 0)");
      retention.accepted(new Namespace(namespace), 0);
      retention.ended(id, namespace, 0, 0);
      retention.keep(connection);
      connection.commit();
      try (ResultSet row = statement.executeQuery("SELECT count(*) FROM invocation")) {
        return row.getInt(1);
      }
    }
  }

  @Test
  void startsThatWereNoneAreTakenBack() throws Exception {
    try (InvocationStore store = open(Limits.DEFAULTS)) {
      String id = get(store.accept(request())).id();
      get(store.started(id));
      get(store.started(id));
      get(store.notStarted(id));
      assertThat(store.find(id).orElseThrow().starts()).isEqualTo(1);
    }
  }
}
