package dev.pappus.dispatcher.store;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The tables of durable invocations. */
final class InvocationSchema {
  /** Version of the tables below, kept in SQLite's {@code user_version}. */
  static final int VERSION = 1;

  private static final long WAL_BYTES_KEPT = 64L << 20;

  /** Requests and results stand in tables of their own, so that listing does not read them. */
  private static final List<String> TABLES =
      List.of(
          "CREATE TABLE invocation (id TEXT PRIMARY KEY, namespace TEXT NOT NULL,"
              + " target TEXT NOT NULL, accepted_at INTEGER NOT NULL,"
              + " timeout_nanos INTEGER NOT NULL, trace TEXT NOT NULL, status TEXT NOT NULL,"
              + " starts INTEGER NOT NULL DEFAULT 0, ended_at INTEGER,"
              + " request_bytes INTEGER NOT NULL, result_bytes INTEGER NOT NULL DEFAULT 0,"
              + " idempotency_key TEXT, fingerprint TEXT NOT NULL, callback_url TEXT,"
              + " callback_delivery TEXT NOT NULL, callback_attempts INTEGER NOT NULL DEFAULT 0,"
              + " callback_next_at INTEGER NOT NULL, callback_detail TEXT) STRICT, WITHOUT ROWID",
          "CREATE UNIQUE INDEX by_key ON invocation (namespace, idempotency_key)"
              + " WHERE idempotency_key IS NOT NULL",
          "CREATE INDEX by_end ON invocation (ended_at) WHERE ended_at IS NOT NULL",
          "CREATE INDEX kept ON invocation (ended_at) WHERE result_bytes > 0",
          "CREATE INDEX unfinished ON invocation (id) WHERE ended_at IS NULL",
          "CREATE TABLE request (id TEXT PRIMARY KEY, document BLOB NOT NULL) STRICT",
          "CREATE TABLE result (id TEXT PRIMARY KEY, report BLOB NOT NULL, outputs BLOB NOT NULL)"
              + " STRICT");

  private InvocationSchema() {}

  /** A connection for the only writer: every commit is forced to disk. */
  static Connection open(Path path) throws SQLException {
    Connection connection = SqliteFile.open(path);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=FULL");
      statement.execute("PRAGMA journal_size_limit=" + WAL_BYTES_KEPT);
      connection.setAutoCommit(false);
      prepare(path, statement);
      connection.commit();
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static void prepare(Path path, Statement statement) throws SQLException {
    int version;
    try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
      version = row.next() ? row.getInt(1) : 0;
    }
    if (version > VERSION) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.STORAGE_FAILED,
                  "%s has schema version %d; this node knows versions up to %d",
                  path,
                  version,
                  VERSION)
              .withHint("use the newer node that wrote it, or give this one another --data"));
    }
    if (version == 0) {
      for (String table : TABLES) {
        statement.execute(table);
      }
      statement.execute("PRAGMA user_version=" + VERSION);
    }
  }
}
