package dev.pappus.dispatcher.store;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Keeps durable invocations within their bounds: results by bytes and age, rows of ended ones by
 * number and age. What is too much goes from the namespace that has most of it, oldest first, so
 * that nobody's results are pushed out by another's. Belongs to the writer; its counts are exact
 * within a transaction and counted anew after one that failed.
 */
final class Retention {
  static final int ENDED_ROWS_MAX = 100_000;
  static final long SWEEP_MILLIS = 60_000;

  /** Deleting means to count anew: so many go at once that this is rare. */
  private static final int ROWS_PER_LOT = 100;

  /** A lot is at most one of so many parts of what the largest namespace has. */
  private static final int HELD_PER_LOT = 4;

  private final Connection connection;
  private final long resultBytesMax;
  private final long ageMillis;
  private final long sweepMillis;
  private final int endedRowsMax;
  private long queuedCount;
  private long queuedBytes;
  private final Map<String, Share> queuedOf = new HashMap<>();
  private long endedCount;
  private long resultBytes;
  private final Map<String, Share> endedOf = new HashMap<>();
  private long sweptMillis;
  private String lastEnded = "";

  /**
   * What one namespace has of something.
   *
   * @param count so many invocations
   * @param bytes of their requests, or their results
   */
  record Share(long count, long bytes) {
    static final Share NOTHING = new Share(0, 0);

    Share plus(long moreCount, long moreBytes) {
      return new Share(count + moreCount, bytes + moreBytes);
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

  /** What of {@code namespace} waits or runs. */
  Share queuedOf(Namespace namespace) {
    return queuedOf.getOrDefault(namespace.name(), Share.NOTHING);
  }

  private void queue(String namespace, long count, long bytes) {
    queuedCount += count;
    queuedBytes += bytes;
    add(queuedOf, namespace, count, bytes);
  }

  private void end(String namespace, long count, long bytes) {
    endedCount += count;
    resultBytes += bytes;
    add(endedOf, namespace, count, bytes);
  }

  private static void add(Map<String, Share> of, String namespace, long count, long bytes) {
    Share now = of.getOrDefault(namespace, Share.NOTHING).plus(count, bytes);
    if (now.count() == 0) {
      of.remove(namespace);
    } else {
      of.put(namespace, now);
    }
  }

  /** The namespace that has most; there is one. */
  private String largest(ToLongFunction<Share> of) {
    return Collections.max(
            endedOf.entrySet(), Map.Entry.comparingByValue(Comparator.comparingLong(of)))
        .getKey();
  }

  void accepted(Namespace namespace, long requestBytes) {
    queue(namespace.name(), 1, requestBytes);
  }

  void ended(String id, String namespace, long oldRequestBytes, long newResultBytes) {
    lastEnded = id;
    queue(namespace, -1, -oldRequestBytes);
    end(namespace, 1, newResultBytes);
  }

  private void count() throws SQLException {
    queuedCount = 0;
    queuedBytes = 0;
    queuedOf.clear();
    endedCount = 0;
    resultBytes = 0;
    endedOf.clear();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT namespace, count(*) FILTER (WHERE ended_at IS NULL),"
                    + " total(request_bytes) FILTER (WHERE ended_at IS NULL),"
                    + " count(*) FILTER (WHERE ended_at IS NOT NULL), total(result_bytes)"
                    + " FROM invocation GROUP BY namespace")) {
      while (row.next()) {
        queue(row.getString(1), row.getLong(2), row.getLong(3));
        end(row.getString(1), row.getLong(4), row.getLong(5));
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
    while (endedCount > endedRowsMax) {
      String namespace = largest(Share::count);
      long held = endedOf.getOrDefault(namespace, Share.NOTHING).count();
      long lot =
          Math.min(
              endedCount - endedRowsMax + endedRowsMax / ROWS_PER_LOT,
              Math.max(1, held / HELD_PER_LOT));
      // Namespaces' names are letters, digits and lines; they quote nothing.
      deleteRows(
          writing,
          "id IN (SELECT id FROM invocation WHERE ended_at IS NOT NULL AND namespace = '"
              + namespace
              + "' ORDER BY ended_at LIMIT "
              + lot
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

  /** A result that is kept. */
  private record Kept(String id, String namespace, long bytes) {}

  /**
   * Of the largest namespace, unless it has but one: a namespace's newest result stays as long as
   * there are others, and the one just stored always.
   */
  private boolean dropOldestResult(Connection writing) throws SQLException {
    List<Kept> oldest = oldestTwo(writing, "AND namespace = '" + largest(Share::bytes) + "'");
    if (oldest.size() < 2) {
      oldest = oldestTwo(writing, "");
    }
    Optional<Kept> found = oldest.stream().filter(kept -> !kept.id().equals(lastEnded)).findFirst();
    if (found.isEmpty()) {
      return false;
    }
    drop(writing, found.get());
    return true;
  }

  private static List<Kept> oldestTwo(Connection writing, String which) throws SQLException {
    List<Kept> oldest = new ArrayList<>();
    try (Statement statement = writing.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT id, namespace, result_bytes FROM invocation WHERE result_bytes > 0 "
                    + which
                    + " ORDER BY ended_at LIMIT 2")) {
      while (row.next()) {
        oldest.add(new Kept(row.getString(1), row.getString(2), row.getLong(3)));
      }
    }
    return oldest;
  }

  private void drop(Connection writing, Kept kept) throws SQLException {
    end(kept.namespace(), 0, -kept.bytes());
    for (String change :
        new String[] {
          "UPDATE invocation SET result_bytes = 0 WHERE id = ?", "DELETE FROM result WHERE id = ?"
        }) {
      try (PreparedStatement statement = writing.prepareStatement(change)) {
        statement.setString(1, kept.id());
        statement.executeUpdate();
      }
    }
  }
}
