package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.problem;
import static dev.pappus.dispatcher.TestNode.set;
import static dev.pappus.dispatcher.TestNode.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.model.DataSet;
import dev.pappus.model.Digest;
import dev.pappus.model.Item;
import dev.pappus.model.Namespace;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.StaticItem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starting on what older nodes wrote, and on much of it. */
class RegistryRestoreTest {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryRestoreTest.class);
  private static final int MANY = 10_000;

  private static final String FIRST_SCHEMA =
      "CREATE TABLE function (name TEXT PRIMARY KEY, spec TEXT NOT NULL, binary TEXT NOT NULL,"
          + " binary_bytes INTEGER NOT NULL, sandbox TEXT NOT NULL) STRICT";

  @TempDir Path folder;

  private TestNode start() {
    return TestNode.in(folder)
        .driver(
            new JavaDriver()
                .define("copy", Functions::copy)
                .define("show", call -> List.of(new DataSet("out", call.inputs().get(1).items()))))
        .start();
  }

  private void writeBlob(MemorySegment content) throws IOException {
    String hex = Digest.of(content).hex();
    Path file = folder.resolve("blobs/sha256").resolve(hex.substring(0, 2)).resolve(hex);
    Files.createDirectories(file.getParent());
    Files.write(file, content.toArray(ValueLayout.JAVA_BYTE));
  }

  private interface Fill {
    void run(Connection connection, Statement statement) throws SQLException;
  }

  private void firstDatabase(Fill fill) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("registry.sqlite"));
        Statement statement = connection.createStatement()) {
      statement.execute(FIRST_SCHEMA);
      statement.execute(
          "CREATE TABLE composition (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT");
      connection.setAutoCommit(false);
      fill.run(connection, statement);
      statement.execute("PRAGMA user_version=1");
      connection.commit();
    }
  }

  private static void function(Statement statement, String name, String spec, MemorySegment binary)
      throws SQLException {
    statement.execute(
        "INSERT INTO function VALUES ('%s', '%s', '%s', %d, 'java')"
            .formatted(name, spec, Digest.of(binary).hex(), binary.byteSize()));
  }

  @Test
  void aDatabaseOfTheFirstVersionIsUpgradedAndServed() throws Exception {
    MemorySegment copy = JavaDriver.binary("copy", "1");
    MemorySegment show = JavaDriver.binary("show", "1");
    MemorySegment fixed = Item.ofText("", "fixed").data();
    writeBlob(copy);
    writeBlob(show);
    writeBlob(fixed);
    firstDatabase((_, statement) -> {
      function(
          statement,
          "copy",
          "{\"name\":\"copy\",\"contextBytes\":1048576,\"inputs\":[{\"name\":\"in\","
              + "\"minBytes\":7,\"static\":[]}],\"outputs\":[\"out\"]}",
          copy);
      function(
          statement,
          "show",
          "{\"name\":\"show\",\"contextBytes\":4096,\"inputs\":[{\"name\":\"in\",\"minBytes\":0,"
              + "\"static\":[]},{\"name\":\"fix\",\"minBytes\":0,\"static\":[{\"name\":\"f\","
              + "\"key\":3,\"digest\":\"%s\",\"bytes\":5}]}],\"outputs\":[\"out\"]}"
                  .formatted(Digest.of(fixed).hex()),
          show);
      function(statement, "broken", "{\"name\":", JavaDriver.binary("copy", "2"));
      statement.execute(
          "INSERT INTO composition VALUES ('outer', 'function inner (A) => (R);"
              + " composition outer (A) => (R) { inner (A = all A) => (R = R); }')");
      statement.execute(
          "INSERT INTO composition VALUES ('inner', 'function copy (in) => (out);"
              + " composition inner (A) => (R) { copy (in = all A) => (R = out); }')");
    });
    Digest version;
    try (TestNode node = start()) {
      Registry registry = node.dispatcher.registry();
      assertThat(registry.list())
          .extracting(Registered::name)
          .containsExactly("copy", "inner", "outer", "show");
      assertThat(texts(outputs(node.run("outer", set("x"))).getFirst().items()))
          .containsExactly("x");
      assertThat(texts(outputs(node.run("show", set("x"))).getFirst().items()))
          .containsExactly("3=fixed");
      Registered.Function found = registry.versions(Namespace.DEFAULT, "copy").getFirst();
      assertThat(found.spec().minSetBytes()).containsExactly(7L);
      assertThat(registry.versions(Namespace.DEFAULT, "show").getFirst().statics())
          .extracting(StaticItem::set)
          .containsExactly("fix");
      version = found.version();
      assertThat(
              registry.registerFunction(
                  found.spec(), JavaDriver.binary("copy", "1"), OnConflict.REFUSE))
          .as("the same content as before")
          .isEqualTo(Registry.Change.UNCHANGED);
    }
    try (TestNode node = start()) {
      assertThat(node.dispatcher.registry().versions(Namespace.DEFAULT, "copy"))
          .extracting(Registered.Function::version)
          .containsExactly(version);
    }
  }

  @Test
  void aDatabaseOfTheSecondVersionIsUpgradedAndServed() throws Exception {
    Digest version;
    try (TestNode node = start()) {
      version =
          node.dispatcher
              .registry()
              .deploy(
                  Namespace.DEFAULT,
                  new Deployment(
                      TestNode.spec("copy", List.of("in"), List.of("out")),
                      JavaDriver.binary("copy", "1"),
                      OnConflict.REPLACE,
                      new Precondition.None(),
                      false))
              .function()
              .version();
    }
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("registry.sqlite"));
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER TABLE function_version DROP COLUMN program");
      statement.execute("PRAGMA user_version=2");
    }
    for (int start = 0; start < 2; start++) {
      try (TestNode node = start()) {
        Registered.Function found =
            node.dispatcher.registry().versions(Namespace.DEFAULT, "copy").getFirst();
        assertThat(found.version()).isEqualTo(version);
        assertThat(found.program()).isFalse();
        assertThat(texts(outputs(node.run("copy", set("x"))).getFirst().items()))
            .containsExactly("x");
      }
    }
  }

  /**
   * All rows name content that is not there: whoever read it at the start would fail. The figures
   * are for the log only.
   */
  @Test
  void manyFunctionsAreRestoredWithoutLookingAtTheirContent() throws Exception {
    firstDatabase((connection, _) -> {
      try (PreparedStatement row =
          connection.prepareStatement("INSERT INTO function VALUES (?, ?, ?, 5000, 'java')")) {
        for (int i = 0; i < MANY; i++) {
          String digest = Digest.of(Item.ofText("", "binary " + i).data()).hex();
          row.setString(1, "function_number_%05d".formatted(i));
          row.setString(
              2,
              "{\"name\":\"x\",\"contextBytes\":1048576,\"inputs\":[{\"name\":\"in\",\"minBytes\":0,"
                  + "\"static\":[{\"name\":\"f\",\"key\":3,\"digest\":\"%s\",\"bytes\":50}]}],"
                      .formatted(digest)
                  + "\"outputs\":[\"out\"]}");
          row.setString(3, digest);
          row.addBatch();
        }
        row.executeBatch();
      }
    });
    start().close(); // upgrades
    long before = usedHeapBytes();
    long startNanos = System.nanoTime();
    try (TestNode node = start()) {
      long startedNanos = System.nanoTime();
      Registry registry = node.dispatcher.registry();
      assertThat(registry.list()).hasSize(MANY);
      assertThat(node.driver.prepared.get()).as("binaries parsed").isZero();
      LOG.info(
          "{} functions: start {} ms, heap {} KiB",
          MANY,
          (startedNanos - startNanos) / 1_000_000,
          (usedHeapBytes() - before) >> 10);
      assertThat(problem(node.run("function_number_00007", set("x"))).code())
          .as("lost content shows when it is needed")
          .isEqualTo(ProblemCode.BINARY_CORRUPT);
    }
  }

  private static long usedHeapBytes() {
    List<Long> samples = new ArrayList<>();
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
      samples.add(runtime.totalMemory() - runtime.freeMemory());
    }
    return samples.stream().mapToLong(Long::longValue).min().orElseThrow();
  }
}
