package dev.pappus.dispatcher.store;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps durable invocations within their bounds: results by bytes and age, rows of ended ones by
 * number and age, oldest first. Belongs to the writer; its counts are exact within a transaction
 * and counted anew after one that failed.
 */
final class Retention {
  static final int ENDED_ROWS_MAX = 100_000;
  static final long SWEEP_MILLIS = 60_000;

  /** Deleting means to count anew: so many go at once that this is rare. */
  private static final int ROWS_PER_LOT = 100;

  private final Connection connection;
  private final long resultBytesMax;
  private final long ageMillis;
  private final long sweepMillis;
  private final int endedRowsMax;
  private long queuedCount;
  private long queuedBytes;
  private final Map<String, Queued> queuedOf = new HashMap<>();
  private long endedCount;
  private long resultBytes;
  private long sweptMillis;

  /** What of one namespace waits or runs. */
  record Queued(long count, long bytes) {
    static final Queued NOTHING = new Queued(0, 0);

    Queued plus(long moreCount, long moreBytes) {
      return new Queued(count + moreCount, bytes + moreBytes);
    }
  }

  /**
   * Begins with what the database holds.
   *
   * @param sweepMillis how often to look for what is too old
   * @param endedRowsMax how many rows of ended invocations to keep at most
   */
  Retention(Limits limits, Connection connection, long sweepMillis, int endedRowsMax)
      throws SQLException {
    this.sweepMillis = sweepMillis;
    this.endedRowsMax = endedRowsMax;
    this.connection = connection;
    this.resultBytesMax = limits.get(Limit.ASYNC_BYTES) / 2;
    this.ageMillis = limits.get(Limit.ASYNC_RETENTION) / 1_000_000;
    count();
  }

  Connection connection() {
    return connection;
  }

  long sweepMillis() {
    return sweepMillis;
  }

  /** What ended or was accepted before this is forgotten. */
  long horizonMillis() {
    return System.currentTimeMillis() - ageMillis;
  }

  long queuedCount() {
    return queuedCount;
  }

  long queuedBytes() {
    return queuedBytes;
  }

  Queued queuedOf(Namespace namespace) {
    return queuedOf.getOrDefault(namespace.name(), Queued.NOTHING);
  }

  private void queue(String namespace, long count, long bytes) {
    queuedCount += count;
    queuedBytes += bytes;
    Queued now = queuedOf.getOrDefault(namespace, Queued.NOTHING).plus(count, bytes);
    if (now.count() == 0) {
      queuedOf.remove(namespace);
    } else {
      queuedOf.put(namespace, now);
    }
  }

  void accepted(Namespace namespace, long requestBytes) {
    queue(namespace.name(), 1, requestBytes);
  }

  void ended(String namespace, long oldRequestBytes, long newResultBytes) {
    queue(namespace, -1, -oldRequestBytes);
    endedCount++;
    resultBytes += newResultBytes;
  }

  private void count() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FILTER (WHERE ended_at IS NOT NULL), total(result_bytes)"
                    + " FROM invocation")) {
      row.next();
      endedCount = row.getLong(1);
      resultBytes = row.getLong(2);
    }
    queuedCount = 0;
    queuedBytes = 0;
    queuedOf.clear();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT namespace, count(*), total(request_bytes) FROM invocation"
                    + " WHERE ended_at IS NULL GROUP BY namespace")) {
      while (row.next()) {
        queue(row.getString(1), row.getLong(2), row.getLong(3));
      }
    }
  }

  /** The transaction was rolled back: what it counted did not happen. */
  void rolledBack() throws SQLException {
    count();
  }

  /** Brings everything within its bounds; at the end of each transaction. */
  void keep(Connection writing) throws SQLException {
    long now = System.currentTimeMillis();
    if (now - sweptMillis >= sweepMillis) {
      sweptMillis = now;
      deleteRows(writing, "ended_at < " + (now - ageMillis));
    }
    if (endedCount > endedRowsMax) {
      deleteRows(
          writing,
          "id IN (SELECT id FROM invocation WHERE ended_at IS NOT NULL ORDER BY ended_at LIMIT "
              + (endedCount - endedRowsMax + endedRowsMax / ROWS_PER_LOT)
              + ")");
    }
    while (resultBytes > resultBytesMax && dropOldestResult(writing)) {}
  }

  private void deleteRows(Connection writing, String which) throws SQLException {
    try (Statement statement = writing.createStatement()) {
      try (ResultSet row =
          statement.executeQuery("SELECT count(*) FROM invocation WHERE " + which)) {
        if (!row.next() || row.getLong(1) == 0) {
          return;
        }
      }
      statement.execute(
          "DELETE FROM result WHERE id IN (SELECT id FROM invocation WHERE " + which + ")");
      statement.execute("DELETE FROM invocation WHERE " + which);
    }
    count();
  }

  private boolean dropOldestResult(Connection writing) throws SQLException {
    String id;
    try (Statement statement = writing.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT id, result_bytes FROM invocation WHERE result_bytes > 0"
                    + " ORDER BY ended_at LIMIT 1")) {
      if (!row.next()) {
        return false;
      }
      id = row.getString(1);
      resultBytes -= row.getLong(2);
    }
    for (String change :
        new String[] {
          "UPDATE invocation SET result_bytes = 0 WHERE id = ?", "DELETE FROM result WHERE id = ?"
        }) {
      try (PreparedStatement statement = writing.prepareStatement(change)) {
        statement.setString(1, id);
        statement.executeUpdate();
      }
    }
    return true;
  }
}
