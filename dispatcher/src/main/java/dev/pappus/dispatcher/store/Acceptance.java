package dev.pappus.dispatcher.store;

import dev.pappus.dispatcher.store.InvocationStore.Accepted;
import dev.pappus.dispatcher.store.InvocationStore.Request;
import dev.pappus.dispatcher.store.StoredInvocation.Delivery;
import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Whether a durable request is taken: there has to be room for it, also in its namespace's share,
 * and none with its idempotency key. Belongs to the writer's thread.
 */
final class Acceptance {
  private static final long HELD_PER_FREE = 4;

  private final Limits limits;
  private final Retention retention;

  Acceptance(Limits limits, Retention retention) {
    this.limits = limits;
    this.retention = retention;
  }

  /**
   * Writes a request, unless an earlier one has its key.
   *
   * @throws ProblemException OVERLOADED if there is no room, IDEMPOTENCY_MISMATCH if the key
   *     belongs to another request
   */
  Accepted insert(Connection connection, Request request) throws SQLException {
    StoredInvocation row = request.row();
    if (request.key() != null) {
      Optional<Accepted> earlier = earlier(connection, request, request.key());
      if (earlier.isPresent()) {
        return earlier.get();
      }
    }
    requireRoom(row.namespace(), request.document().length);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO invocation (id, namespace, target, accepted_at, timeout_nanos, trace,"
                + " status, request_bytes, idempotency_key, fingerprint, callback_url,"
                + " callback_delivery, callback_next_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")) {
      insert.setString(1, row.id());
      insert.setString(2, row.namespace().name());
      insert.setString(3, row.target());
      insert.setLong(4, row.acceptedAt().toEpochMilli());
      insert.setLong(5, row.timeoutNanos());
      insert.setString(6, row.trace());
      insert.setString(7, InvocationStatus.QUEUED.name());
      insert.setLong(8, request.document().length);
      insert.setString(9, request.key());
      insert.setString(10, request.fingerprint());
      StoredInvocation.Callback callback = row.callback();
      insert.setString(11, callback == null ? null : callback.url());
      insert.setString(12, Delivery.PENDING.name());
      insert.setLong(13, 0);
      insert.executeUpdate();
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO request (id, document) VALUES (?, ?)")) {
      insert.setString(1, row.id());
      insert.setBytes(2, request.document());
      insert.executeUpdate();
    }
    retention.accepted(row.namespace(), request.document().length);
    return new Accepted(row.id(), false);
  }

  private Optional<Accepted> earlier(Connection connection, Request request, String key)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT id, fingerprint, accepted_at FROM invocation"
                + " WHERE namespace = ? AND idempotency_key = ?")) {
      select.setString(1, request.row().namespace().name());
      select.setString(2, key);
      try (ResultSet found = select.executeQuery()) {
        if (!found.next()) {
          return Optional.empty();
        }
        String id = found.getString(1);
        if (found.getLong(3) < retention.horizonMillis()) {
          forgetKey(connection, id);
          return Optional.empty();
        }
        if (!request.fingerprint().equals(found.getString(2))) {
          throw new ProblemException(
              Problem.of(
                      ProblemCode.IDEMPOTENCY_MISMATCH,
                      "the idempotency key belongs to invocation %s, which has another target or"
                          + " other inputs",
                      id)
                  .withHint("take a new key for each new request")
                  .withFunction(request.row().target()));
        }
        return Optional.of(new Accepted(id, true));
      }
    }
  }

  private static void forgetKey(Connection connection, String id) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE invocation SET idempotency_key = NULL WHERE id = ?")) {
      update.setString(1, id);
      update.executeUpdate();
    }
  }

  private void requireRoom(Namespace namespace, long bytes) {
    if (retention.queuedCount() >= limits.get(Limit.ASYNC_QUEUE)) {
      throw new ProblemException(
          limits
              .exceeded(
                  ProblemCode.OVERLOADED,
                  Limit.ASYNC_QUEUE,
                  "durable invocations that wait or run",
                  retention.queuedCount() + 1)
              .withHint("try again a little later"));
    }
    if (retention.queuedBytes() + bytes > limits.get(Limit.ASYNC_BYTES) / 2) {
      throw full(
          "requests of durable invocations fill their half of limits." + Limit.ASYNC_BYTES.key());
    }
    requireShare(namespace);
  }

  /** A namespace may hold four times what is free, so that there is always room for another one. */
  private void requireShare(Namespace namespace) {
    Retention.Share held = retention.queuedOf(namespace);
    long free = limits.get(Limit.ASYNC_QUEUE) - retention.queuedCount();
    long freeBytes = limits.get(Limit.ASYNC_BYTES) / 2 - retention.queuedBytes();
    if (held.count() / HELD_PER_FREE >= free || held.bytes() / HELD_PER_FREE > freeBytes) {
      throw full(
          "durable invocations of namespace '%s' hold %d places and %d bytes; others get the rest"
              .formatted(namespace, held.count(), held.bytes()));
    }
  }

  static ProblemException full(String detail) {
    return new ProblemException(
        Problem.of(ProblemCode.OVERLOADED, detail).withHint("try again a little later"));
  }
}
