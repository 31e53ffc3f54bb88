package dev.pappus.dispatcher.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.Limits;
import dev.pappus.model.ProblemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes that share a transaction share nothing else. */
class GroupCommitTest {
  @TempDir Path folder;
  private Connection connection;
  private GroupCommit writer;

  @BeforeEach
  void open() throws SQLException {
    Path path = folder.resolve("invocations.db");
    connection = InvocationSchema.open(path);
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE entry (name TEXT PRIMARY KEY)");
    }
    connection.commit();
    writer =
        new GroupCommit(
            path, connection, new Retention(Limits.DEFAULTS, connection, 60_000, 1_000));
  }

  @AfterEach
  void close() throws SQLException {
    writer.close();
    connection.close();
  }

  private CompletableFuture<?> add(String name) {
    return writer.submit(0, writing -> insert(writing, name));
  }

  private static String insert(Connection writing, String name) throws SQLException {
    try (Statement statement = writing.createStatement()) {
      statement.execute("INSERT INTO entry VALUES ('" + name + "')");
    }
    return name;
  }

  /** Keeps the writer busy, so that what is submitted meanwhile becomes one transaction. */
  private CountDownLatch busy() throws InterruptedException {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    var _ =
        writer.submit(
            0,
            _ -> {
              began.countDown();
              try {
                end.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return null;
            });
    began.await();
    return end;
  }

  private List<String> entries() throws SQLException {
    List<String> names = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT name FROM entry ORDER BY name")) {
      while (row.next()) {
        names.add(row.getString(1));
      }
    }
    return names;
  }

  @Test
  void aChangeThatFailsDoesNotSpoilThoseBesideIt() throws Exception {
    CountDownLatch end = busy();
    CompletableFuture<?> first = add("a");
    CompletableFuture<?> twice = add("a");
    CompletableFuture<?> half =
        writer.submit(
            0,
            writing -> {
              insert(writing, "half");
              throw new IllegalStateException("in the middle");
            });
    CompletableFuture<?> last = add("b");
    end.countDown();
    first.get(30, TimeUnit.SECONDS);
    last.get(30, TimeUnit.SECONDS);
    assertThatThrownBy(() -> twice.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ProblemException.class);
    assertThatThrownBy(() -> half.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ProblemException.class);
    writer.close();
    assertThat(entries()).containsExactly("a", "b");
  }

  @Test
  void theWriterOutlivesAnError() throws Exception {
    CompletableFuture<?> failing =
        writer.submit(
            0,
            _ -> {
              throw new OutOfMemoryError("for the test");
            });
    assertThatThrownBy(() -> failing.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ProblemException.class);
    assertThat(add("a").get(30, TimeUnit.SECONDS)).isEqualTo("a");
  }
}
