package dev.pappus.dispatcher.store;

import dev.pappus.model.Digest;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;

/** The registry's tables, and how those of older nodes become them. */
final class RegistrySchema {
  /** Version of the tables below, kept in SQLite's {@code user_version}. */
  static final int VERSION = 3;

  /** The version of a function with the highest {@code activation} is the current one. */
  private static final List<String> TABLES =
      List.of(
          "CREATE TABLE function_version (namespace TEXT NOT NULL, name TEXT NOT NULL,"
              + " activation INTEGER NOT NULL, version TEXT NOT NULL, spec TEXT NOT NULL,"
              + " binary TEXT NOT NULL, binary_bytes INTEGER NOT NULL, sandbox TEXT NOT NULL,"
              + " deployed_millis INTEGER NOT NULL, program INTEGER NOT NULL DEFAULT 0,"
              + " PRIMARY KEY (namespace, name, activation),"
              + " UNIQUE (namespace, name, version)) STRICT, WITHOUT ROWID",
          "CREATE TABLE function_content (namespace TEXT NOT NULL, name TEXT NOT NULL,"
              + " version TEXT NOT NULL, digest TEXT NOT NULL,"
              + " PRIMARY KEY (namespace, name, version, digest)) STRICT, WITHOUT ROWID",
          "CREATE INDEX function_content_digest ON function_content (digest)",
          "CREATE TABLE composition (id INTEGER PRIMARY KEY, namespace TEXT NOT NULL,"
              + " name TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (namespace, name)) STRICT");

  private final Connection connection;
  private final Path path;

  RegistrySchema(Connection connection, Path path) {
    this.connection = connection;
    this.path = path;
  }

  /**
   * Makes the tables, or brings them up to date; all or nothing.
   *
   * @throws ProblemException with STORAGE_FAILED if a newer node wrote them
   */
  void prepare() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=FULL");
      connection.setAutoCommit(false);
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
      if (version == 1) {
        statement.execute("ALTER TABLE function RENAME TO function_1");
        statement.execute("ALTER TABLE composition RENAME TO composition_1");
      }
      if (version < 2) {
        for (String table : TABLES) {
          statement.execute(table);
        }
      }
      switch (version) {
        case 1 -> copyVersion1(statement);
        case 2 ->
            statement.execute(
                "ALTER TABLE function_version ADD COLUMN program INTEGER NOT NULL DEFAULT 0");
        default -> {
          // New, or of this version already.
        }
      }
      statement.execute("PRAGMA user_version=" + VERSION);
      connection.commit();
    }
  }

  /** Version 1 knew one namespace and one version of each function. */
  private void copyVersion1(Statement statement) throws SQLException {
    try (Statement reading = connection.createStatement();
        ResultSet row =
            reading.executeQuery(
                "SELECT name, spec, binary, binary_bytes, sandbox FROM function_1");
        PreparedStatement version = connection.prepareStatement(RegistryDatabase.INSERT_VERSION);
        PreparedStatement content = connection.prepareStatement(RegistryDatabase.INSERT_CONTENT)) {
      while (row.next()) {
        copyFunction(row, version, content);
      }
    }
    statement.execute(
        "INSERT INTO composition (namespace, name, text) SELECT '"
            + Namespace.DEFAULT
            + "', name, text FROM composition_1 ORDER BY rowid");
    statement.execute("DROP TABLE function_1");
    statement.execute("DROP TABLE composition_1");
  }

  private static void copyFunction(
      ResultSet row, PreparedStatement version, PreparedStatement content) throws SQLException {
    String name = row.getString(1);
    String document = row.getString(2);
    Digest binary = new Digest(row.getString(3));
    Set<Digest> references = Set.of();
    Digest digest;
    try {
      StoredSpec spec = SpecDocument.decode(name, document);
      document = SpecDocument.encode(spec);
      references = spec.content();
      digest = spec.versionWith(binary);
    } catch (IllegalArgumentException | ProblemException e) {
      // A damaged row is kept as it is; who restores the registry reports it.
      digest = Digest.of(MemorySegment.ofArray(document.getBytes(StandardCharsets.UTF_8)));
    }
    FunctionRow copy =
        new FunctionRow(
            Namespace.DEFAULT,
            name,
            digest,
            document,
            binary,
            row.getLong(4),
            row.getString(5),
            false,
            java.time.Instant.now());
    RegistryDatabase.insert(copy, references, 1, version, content);
  }
}
