package dev.pappus.dispatcher.store;

import dev.pappus.dispatcher.store.StoredInvocation.Delivery;
import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Namespace;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads durable invocations beside their writer; sees what is on disk. Calls take turns. */
final class InvocationReader implements AutoCloseable {
  private static final String COLUMNS =
      "SELECT id, namespace, target, accepted_at, timeout_nanos, trace, status, starts, ended_at,"
          + " request_bytes, result_bytes, callback_url, callback_delivery, callback_attempts,"
          + " callback_next_at, callback_detail FROM invocation ";

  private final Path path;
  private final Connection connection;

  InvocationReader(Path path) throws SQLException {
    this.path = path;
    this.connection = SqliteFile.open(path);
  }

  synchronized Optional<StoredInvocation> find(String id) {
    return query("WHERE id = ?", id).stream().findFirst();
  }

  synchronized List<StoredInvocation> unfinished() {
    return query("WHERE ended_at IS NULL ORDER BY id");
  }

  synchronized List<StoredInvocation> undelivered() {
    return query(
        "WHERE ended_at IS NOT NULL AND callback_url IS NOT NULL AND callback_delivery = ?",
        Delivery.PENDING.name());
  }

  synchronized List<StoredInvocation> ended(
      Namespace namespace,
      @Nullable String before,
      @Nullable String target,
      @Nullable InvocationStatus status,
      int limit) {
    return query(
        "WHERE ended_at IS NOT NULL AND namespace = ? AND (? IS NULL OR id < ?)"
            + " AND (? IS NULL OR target = ?) AND (? IS NULL OR status = ?)"
            + " ORDER BY id DESC LIMIT ?",
        namespace.name(),
        before,
        before,
        target,
        target,
        status == null ? null : status.name(),
        status == null ? null : status.name(),
        limit);
  }

  synchronized Optional<byte[]> document(String sql, String id) {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, id);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
      }
    } catch (SQLException e) {
      throw StorageProblems.failed("read", path, e);
    }
  }

  /** Size of the kept request, 0 if there is none; in the writer's transaction. */
  static Held held(Connection connection, String id) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT namespace, request_bytes FROM invocation WHERE id = ?")) {
      select.setString(1, id);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? new Held(row.getString(1), row.getLong(2)) : new Held("", 0);
      }
    }
  }

  /** The room that an invocation holds, and whose it is. */
  record Held(String namespace, long requestBytes) {}

  private List<StoredInvocation> query(String where, @Nullable Object... arguments) {
    try (PreparedStatement select = connection.prepareStatement(COLUMNS + where)) {
      for (int i = 0; i < arguments.length; i++) {
        select.setObject(i + 1, arguments[i]);
      }
      List<StoredInvocation> rows = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          rows.add(read(row));
        }
      }
      return rows;
    } catch (SQLException e) {
      throw StorageProblems.failed("read", path, e);
    }
  }

  private static StoredInvocation read(ResultSet row) throws SQLException {
    long ended = row.getLong(9);
    Instant endedAt = row.wasNull() ? null : Instant.ofEpochMilli(ended);
    String url = row.getString(12);
    StoredInvocation.Callback callback =
        url == null
            ? null
            : new StoredInvocation.Callback(
                url,
                Delivery.valueOf(row.getString(13)),
                row.getInt(14),
                Instant.ofEpochMilli(row.getLong(15)),
                row.getString(16));
    return new StoredInvocation(
        row.getString(1),
        new Namespace(row.getString(2)),
        row.getString(3),
        Instant.ofEpochMilli(row.getLong(4)),
        row.getLong(5),
        row.getString(6),
        InvocationStatus.valueOf(row.getString(7)),
        row.getInt(8),
        endedAt,
        row.getLong(10),
        row.getLong(11),
        callback);
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw StorageProblems.failed("close", path, e);
    }
  }
}
