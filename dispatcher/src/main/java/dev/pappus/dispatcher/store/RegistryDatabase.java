package dev.pappus.dispatcher.store;

import dev.pappus.model.Digest;
import dev.pappus.model.Namespace;
import dev.pappus.model.ProblemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The registry's rows in SQLite: write-ahead log, every commit forced to disk. Any thread may use
 * it; calls take turns.
 */
public final class RegistryDatabase implements AutoCloseable {
  static final String INSERT_VERSION =
      "INSERT INTO function_version (namespace, name, activation, version, spec, binary,"
          + " binary_bytes, sandbox, deployed_millis, program)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  static final String INSERT_CONTENT =
      "INSERT OR IGNORE INTO function_content (namespace, name, version, digest)"
          + " VALUES (?, ?, ?, ?)";

  private static final String SELECT_VERSION =
      "SELECT namespace, name, version, spec, binary, binary_bytes, sandbox, deployed_millis,"
          + " program FROM function_version ";
  private static final String NEXT_ACTIVATION =
      "(SELECT coalesce(max(activation), 0) + 1 FROM function_version"
          + " WHERE namespace = ? AND name = ?)";

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
      Connection connection = SqliteFile.open(path);
      try {
        new RegistrySchema(connection, path).prepare();
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
      return new RegistryDatabase(path, connection);
    } catch (SQLException e) {
      throw StorageProblems.failed("open the registry", path, e);
    }
  }

  /** Every version of every function, by namespace and name, the current one first. */
  public synchronized List<FunctionRow> functions() {
    return inTransaction(() -> rows(SELECT_VERSION + "ORDER BY namespace, name, activation DESC"));
  }

  private List<FunctionRow> versionRows(Namespace namespace, String name) {
    return rows(
        SELECT_VERSION + "WHERE namespace = ? AND name = ? ORDER BY activation DESC",
        namespace.name(),
        name);
  }

  private List<FunctionRow> rows(String sql, String... parameters) {
    List<FunctionRow> rows = new ArrayList<>();
    Map<String, Namespace> namespaces = new HashMap<>();
    try (PreparedStatement statement = prepare(sql, parameters);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        rows.add(
            new FunctionRow(
                namespaces.computeIfAbsent(row.getString(1), Namespace::new),
                row.getString(2),
                new Digest(row.getString(3)),
                row.getString(4),
                new Digest(row.getString(5)),
                row.getLong(6),
                row.getString(7),
                row.getBoolean(9),
                Instant.ofEpochMilli(row.getLong(8))));
      }
      return rows;
    } catch (SQLException | IllegalArgumentException | ProblemException e) {
      throw StorageProblems.failed("read functions from", path, e);
    }
  }

  private PreparedStatement prepare(String sql, String... parameters) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < parameters.length; i++) {
      statement.setString(i + 1, parameters[i]);
    }
    return statement;
  }

  /** Every composition, in the order of registration. */
  public synchronized List<CompositionRow> compositions() {
    List<CompositionRow> rows = new ArrayList<>();
    try (PreparedStatement statement =
            prepare("SELECT namespace, name, text FROM composition ORDER BY id");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        rows.add(
            new CompositionRow(
                new Namespace(row.getString(1)), row.getString(2), row.getString(3)));
      }
      return rows;
    } catch (SQLException | ProblemException e) {
      throw StorageProblems.failed("read compositions from", path, e);
    }
  }

  /**
   * Makes {@code row} the current version of its function and forgets the oldest beyond {@code
   * versionsMax}; durable on return.
   *
   * @param content what the version refers to beside its binary
   * @return content that nothing refers to any more
   */
  public synchronized Set<Digest> put(FunctionRow row, Set<Digest> content, int versionsMax) {
    return inTransaction(() -> {
      String namespace = row.namespace().name();
      Set<Digest> old = new HashSet<>(removeVersion(namespace, row.name(), row.version()));
      int activation = nextActivation(namespace, row.name());
      try (PreparedStatement version = connection.prepareStatement(INSERT_VERSION);
          PreparedStatement digests = connection.prepareStatement(INSERT_CONTENT)) {
        insert(row, content, activation, version, digests);
      }
      List<FunctionRow> kept = versionRows(row.namespace(), row.name());
      for (FunctionRow oldest : kept.subList(Math.min(kept.size(), versionsMax), kept.size())) {
        old.addAll(removeVersion(namespace, row.name(), oldest.version()));
      }
      return unreferenced(old);
    });
  }

  private int nextActivation(String namespace, String name) throws SQLException {
    try (PreparedStatement statement = prepare("SELECT " + NEXT_ACTIVATION, namespace, name);
        ResultSet row = statement.executeQuery()) {
      return row.next() ? row.getInt(1) : 1;
    }
  }

  static void insert(
      FunctionRow row,
      Set<Digest> content,
      int activation,
      PreparedStatement version,
      PreparedStatement references)
      throws SQLException {
    version.setString(1, row.namespace().name());
    version.setString(2, row.name());
    version.setInt(3, activation);
    version.setString(4, row.version().hex());
    version.setString(5, row.spec());
    version.setString(6, row.binary().hex());
    version.setLong(7, row.binaryBytes());
    version.setString(8, row.sandbox());
    version.setLong(9, row.deployed().toEpochMilli());
    version.setBoolean(10, row.program());
    version.executeUpdate();
    Set<Digest> digests = new HashSet<>(content);
    digests.add(row.binary());
    for (Digest digest : digests) {
      references.setString(1, row.namespace().name());
      references.setString(2, row.name());
      references.setString(3, row.version().hex());
      references.setString(4, digest.hex());
      references.executeUpdate();
    }
  }

  /** Removes a version, if it is there, and returns what it referred to. */
  private Set<Digest> removeVersion(String namespace, String name, Digest version)
      throws SQLException {
    String where = " WHERE namespace = ? AND name = ? AND version = ?";
    Set<Digest> content =
        digests("SELECT digest FROM function_content" + where, namespace, name, version.hex());
    update("DELETE FROM function_content" + where, namespace, name, version.hex());
    update("DELETE FROM function_version" + where, namespace, name, version.hex());
    return content;
  }

  private Set<Digest> digests(String sql, String... parameters) throws SQLException {
    Set<Digest> digests = new HashSet<>();
    try (PreparedStatement statement = prepare(sql, parameters);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        digests.add(new Digest(row.getString(1)));
      }
    }
    return digests;
  }

  private int update(String sql, String... parameters) throws SQLException {
    try (PreparedStatement statement = prepare(sql, parameters)) {
      return statement.executeUpdate();
    }
  }

  private Set<Digest> unreferenced(Set<Digest> content) throws SQLException {
    Set<Digest> free = new HashSet<>();
    for (Digest digest : content) {
      if (digests("SELECT digest FROM function_content WHERE digest = ? LIMIT 1", digest.hex())
          .isEmpty()) {
        free.add(digest);
      }
    }
    return free;
  }

  /** Those of {@code content} that no version refers to. */
  public synchronized Set<Digest> withoutReference(Set<Digest> content) {
    return inTransaction(() -> unreferenced(content));
  }

  /** All content that versions refer to. */
  public synchronized Set<Digest> referenced() {
    return inTransaction(() -> digests("SELECT DISTINCT digest FROM function_content"));
  }

  /** Makes a kept version the current one again; durable on return. */
  public synchronized void activate(FunctionRow row) {
    inTransaction(() ->
        update(
            "UPDATE function_version SET deployed_millis = "
                + row.deployed().toEpochMilli()
                + ", activation = "
                + NEXT_ACTIVATION
                + " WHERE namespace = ? AND name = ? AND version = ?",
            row.namespace().name(),
            row.name(),
            row.namespace().name(),
            row.name(),
            row.version().hex()));
  }

  /**
   * Forgets a function with all its versions; durable on return.
   *
   * @return content that nothing refers to any more
   */
  public synchronized Set<Digest> deleteFunction(Namespace namespace, String name) {
    return inTransaction(() -> {
      String where = " WHERE namespace = ? AND name = ?";
      Set<Digest> content =
          digests("SELECT digest FROM function_content" + where, namespace.name(), name);
      update("DELETE FROM function_content" + where, namespace.name(), name);
      update("DELETE FROM function_version" + where, namespace.name(), name);
      return unreferenced(content);
    });
  }

  /** Stores or replaces compositions, all or none; durable on return. */
  public synchronized void putAll(List<CompositionRow> rows) {
    inTransaction(() -> {
      for (CompositionRow row : rows) {
        update(
            "INSERT INTO composition (namespace, name, text) VALUES (?, ?, ?)"
                + " ON CONFLICT (namespace, name) DO UPDATE SET text = excluded.text",
            row.namespace().name(),
            row.name(),
            row.text());
      }
      return rows.size();
    });
  }

  /** Forgets a composition; durable on return. */
  public synchronized void deleteComposition(Namespace namespace, String name) {
    inTransaction(() ->
        update("DELETE FROM composition WHERE namespace = ? AND name = ?", namespace.name(), name));
  }

  private <T> T inTransaction(Work<T> work) {
    try {
      T result = work.run();
      connection.commit();
      return result;
    } catch (SQLException | RuntimeException e) {
      try {
        connection.rollback();
      } catch (SQLException again) {
        e.addSuppressed(again);
      }
      if (e instanceof ProblemException problem) {
        throw problem;
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

  private interface Work<T> {
    T run() throws SQLException;
  }
}
