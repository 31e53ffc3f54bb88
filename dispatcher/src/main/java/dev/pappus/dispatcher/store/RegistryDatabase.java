package dev.pappus.dispatcher.store;

import dev.pappus.model.Digest;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The registry's rows in SQLite: write-ahead log, every commit forced to disk. Any thread may use
 * it; calls take turns.
 */
public final class RegistryDatabase implements AutoCloseable {
  /** Version of the tables below, kept in SQLite's {@code user_version}. */
  static final int SCHEMA_VERSION = 1;

  private static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE function (name TEXT PRIMARY KEY, spec TEXT NOT NULL, binary TEXT NOT NULL,"
              + " binary_bytes INTEGER NOT NULL, sandbox TEXT NOT NULL) STRICT",
          "CREATE TABLE composition (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT");

  private final Path path;
  private final Connection connection;

  private RegistryDatabase(Path path, Connection connection) {
    this.path = path;
    this.connection = connection;
  }

  /**
   * Opens the database, making it if it is absent.
   *
   * @throws ProblemException with STORAGE_FAILED
   */
  static RegistryDatabase open(Path path) {
    try {
      Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
      RegistryDatabase database = new RegistryDatabase(path, connection);
      try {
        database.prepareSchema();
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
      return database;
    } catch (SQLException e) {
      throw StorageProblems.failed("open the registry", path, e);
    }
  }

  private void prepareSchema() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=FULL");
      connection.setAutoCommit(false);
      int version;
      try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
        version = row.next() ? row.getInt(1) : 0;
      }
      if (version > SCHEMA_VERSION) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.STORAGE_FAILED,
                    "%s has schema version %d; this node knows versions up to %d",
                    path,
                    version,
                    SCHEMA_VERSION)
                .withHint("use the newer node that wrote it, or give this one another --data"));
      }
      if (version == 0) {
        for (String table : SCHEMA) {
          statement.execute(table);
        }
        statement.execute("PRAGMA user_version=" + SCHEMA_VERSION);
      }
      connection.commit();
    }
  }

  /** Every function, by name. */
  public synchronized List<FunctionRow> functions() {
    List<FunctionRow> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT name, spec, binary, binary_bytes, sandbox FROM function ORDER BY name")) {
      while (row.next()) {
        rows.add(
            new FunctionRow(
                row.getString(1),
                row.getString(2),
                new Digest(row.getString(3)),
                row.getLong(4),
                row.getString(5)));
      }
      return rows;
    } catch (SQLException | IllegalArgumentException e) {
      throw StorageProblems.failed("read functions from", path, e);
    }
  }

  /** Every composition, in the order of registration. */
  public synchronized List<CompositionRow> compositions() {
    List<CompositionRow> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT name, text FROM composition ORDER BY rowid")) {
      while (row.next()) {
        rows.add(new CompositionRow(row.getString(1), row.getString(2)));
      }
      return rows;
    } catch (SQLException e) {
      throw StorageProblems.failed("read compositions from", path, e);
    }
  }

  /** Stores or replaces a function; durable on return. */
  public synchronized void put(FunctionRow row) {
    inTransaction(
        "INSERT INTO function (name, spec, binary, binary_bytes, sandbox) VALUES (?, ?, ?, ?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, binary = excluded.binary,"
            + " binary_bytes = excluded.binary_bytes, sandbox = excluded.sandbox",
        statement -> {
          statement.setString(1, row.name());
          statement.setString(2, row.spec());
          statement.setString(3, row.binary().hex());
          statement.setLong(4, row.binaryBytes());
          statement.setString(5, row.sandbox());
          statement.executeUpdate();
        });
  }

  /** Stores or replaces compositions, all or none; durable on return. */
  public synchronized void putAll(List<CompositionRow> rows) {
    inTransaction(
        "INSERT INTO composition (name, text) VALUES (?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET text = excluded.text",
        statement -> {
          for (CompositionRow row : rows) {
            statement.setString(1, row.name());
            statement.setString(2, row.text());
            statement.executeUpdate();
          }
        });
  }

  private void inTransaction(String sql, Work work) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      work.run(statement);
      connection.commit();
    } catch (SQLException e) {
      try {
        connection.rollback();
      } catch (SQLException again) {
        e.addSuppressed(again);
      }
      throw StorageProblems.failed("write", path, e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw StorageProblems.failed("close", path, e);
    }
  }

  private interface Work {
    void run(PreparedStatement statement) throws SQLException;
  }
}
