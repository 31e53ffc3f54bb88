package dev.pappus.dispatcher.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.sqlite.JDBC;

/** A file that SQLite keeps. */
final class SqliteFile {
  private SqliteFile() {}

  /**
   * Opens the file, making it if it is absent. The driver is named and not looked for: a search
   * opens every jar.
   */
  static Connection open(Path path) throws SQLException {
    return JDBC.createConnection(JDBC.PREFIX + path, new Properties());
  }
}
