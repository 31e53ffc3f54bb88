package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.Functions.DECLARATIONS;
import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.problem;
import static dev.pappus.dispatcher.TestNode.set;
import static dev.pappus.dispatcher.TestNode.texts;
import static dev.pappus.dispatcher.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.model.DataSet;
import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SandboxChoice;
import dev.pappus.model.StaticItem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What outlives a node, and what damage to its data folder does. */
class PersistenceTest {
  @TempDir Path folder;

  private static JavaDriver driver() {
    return new JavaDriver()
        .define("copy", Functions::copy)
        .define("pair", Functions::pair)
        .define("nothing", call -> List.of(DataSet.empty("out")))
        .define("matmac", Functions::matmac)
        .define("constant", call -> List.of(set("c")));
  }

  private TestNode start() {
    return TestNode.in(folder).driver(driver()).start();
  }

  private void registerAndStop() {
    try (TestNode node = Functions.register(start())) {
      node.compositions(
          DECLARATIONS
              + """
              composition zouter (A) => (R) { inner (A = all A) => (R = R); }
              composition inner (A) => (R) { copy (in = each A) => (R = out); }
              """);
      node.compositions(
          "function zouter (A) => (R);"
              + " composition aouter (A) => (R) { zouter (A = all A) => (R = R); }");
    }
  }

  private Path blob(String body) {
    String hex = Digest.of(JavaDriver.binary(body, "1")).hex();
    return folder.resolve("blobs/sha256").resolve(hex.substring(0, 2)).resolve(hex);
  }

  @Test
  void everythingComesBack() {
    registerAndStop();
    try (TestNode node = start()) {
      assertThat(node.dispatcher.registry().list())
          .extracting(Registered::name)
          .containsExactly(
              "aouter", "constant", "copy", "inner", "matmac", "nothing", "pair", "zouter");
      assertThat(texts(outputs(node.run("aouter", set("1=x", "y"))).getFirst().items()))
          .containsExactly("y", "1=x");
      assertThat(node.register("copy", List.of("in"), List.of("out"), "1", OnConflict.REFUSE))
          .isEqualTo(Change.UNCHANGED);
    }
  }

  @Test
  void specificationsComeBackWhole() {
    FunctionSpec spec =
        new FunctionSpec(
            "copy",
            List.of(
                InputSet.dynamic("in"),
                new InputSet(
                    "fixed",
                    List.of(
                        Item.of("a/b \"x\" ü", Key.of(Key.MAX), new byte[] {0, 1, -1}),
                        Item.of("", Key.ZERO, new byte[0])))),
            List.of("out", "err"),
            12_345_678,
            List.of(7L, Long.MAX_VALUE),
            5_000_000,
            SandboxChoice.KVM);
    try (TestNode node = start()) {
      node.dispatcher
          .registry()
          .registerFunction(spec, JavaDriver.binary("copy", "1"), OnConflict.REFUSE);
    }
    try (TestNode node = start()) {
      Registered.Function found =
          (Registered.Function) node.dispatcher.registry().find("copy").orElseThrow();
      assertThat(found.spec().contextBytes()).isEqualTo(spec.contextBytes());
      assertThat(found.spec().minSetBytes()).isEqualTo(spec.minSetBytes());
      assertThat(found.spec().signature()).isEqualTo(spec.signature());
      assertThat(found.spec().timeoutNanos()).isEqualTo(5_000_000);
      assertThat(found.spec().sandbox()).isEqualTo(SandboxChoice.KVM);
      assertThat(found.statics())
          .extracting(StaticItem::set, StaticItem::name, StaticItem::key, StaticItem::sizeBytes)
          .containsExactly(
              tuple("fixed", "a/b \"x\" ü", Key.of(Key.MAX), 3L), tuple("fixed", "", Key.ZERO, 0L));
      List<Item> items = new ArrayList<>();
      node.driver.define(
          "copy",
          call -> {
            items.addAll(call.inputs().get(1).items());
            return List.of(DataSet.empty("out"), DataSet.empty("err"));
          });
      outputs(node.run("copy"));
      assertThat(items.getFirst().toBytes()).containsExactly(0, 1, -1);
      assertThat(
              node.dispatcher
                  .registry()
                  .registerFunction(spec, JavaDriver.binary("copy", "1"), OnConflict.REFUSE))
          .isEqualTo(Change.UNCHANGED);
    }
  }

  @Test
  void halfWrittenMissingAndChangedBinariesNeverRun() throws IOException {
    registerAndStop();
    byte[] pair = Files.readAllBytes(blob("pair"));
    Files.write(blob("pair"), java.util.Arrays.copyOf(pair, pair.length / 2));
    Files.delete(blob("constant"));
    byte[] changed = "java:pair 1".getBytes(StandardCharsets.UTF_8);
    Files.write(blob("copy"), changed, StandardOpenOption.TRUNCATE_EXISTING);
    try (TestNode node = start()) {
      assertThat(node.dispatcher.registry().list()).hasSize(8);
      for (String name : List.of("pair", "constant", "copy", "aouter")) {
        InvocationResult result = node.run(name, inputsOf(name));
        Problem problem = problem(result);
        assertThat(problem.code()).isEqualTo(ProblemCode.BINARY_CORRUPT);
        assertThat(problem.function()).isIn("pair", "constant", "copy");
      }
      assertThat(outputs(node.run("nothing", set("x"))).getFirst().items()).isEmpty();
      assertThat(node.driver.prepared.get())
          .as("damaged binaries are not even parsed")
          .isEqualTo(1);
      // The same binary under the same name repairs it.
      assertThat(node.register("copy", List.of("in"), List.of("out"), "1", OnConflict.REFUSE))
          .isEqualTo(Change.UNCHANGED);
      assertThat(texts(outputs(node.run("aouter", set("x"))).getFirst().items()))
          .containsExactly("x");
    }
  }

  private static DataSet[] inputsOf(String name) {
    return name.equals("constant") ? new DataSet[0] : new DataSet[] {set("x")};
  }

  @Test
  void aFunctionThatLostAStaticItemDoesNotRunUntilItIsDeployedAgain() throws IOException {
    FunctionSpec spec =
        new FunctionSpec(
            "copy",
            List.of(new InputSet("in", List.of(Item.ofText("w", "weights")))),
            List.of("out"),
            4096,
            List.of());
    try (TestNode node = start()) {
      node.dispatcher
          .registry()
          .registerFunction(spec, JavaDriver.binary("copy", "1"), OnConflict.REFUSE);
    }
    String hex = Digest.of(Item.ofText("", "weights").data()).hex();
    Files.writeString(folder.resolve("blobs/sha256/" + hex.substring(0, 2) + "/" + hex), "other w");
    try (TestNode node = start()) {
      assertThat(problem(node.run("copy")).code()).isEqualTo(ProblemCode.BINARY_CORRUPT);
      node.dispatcher
          .registry()
          .registerFunction(spec, JavaDriver.binary("copy", "1"), OnConflict.REFUSE);
      assertThat(texts(outputs(node.run("copy")).getFirst().items())).containsExactly("weights");
    }
  }

  @Test
  void compositionsThatNoLongerCompileDoNotKeepTheNodeFromStarting() throws SQLException {
    registerAndStop();
    sql("UPDATE composition SET text = 'composition inner (A) =>' WHERE name = 'inner'");
    try (TestNode node = start()) {
      assertThat(node.dispatcher.registry().list())
          .extracting(Registered::name)
          .containsExactly("constant", "copy", "matmac", "nothing", "pair");
    }
  }

  @Test
  void damagedSpecificationsDoNotKeepTheNodeFromStarting() throws SQLException {
    registerAndStop();
    sql("UPDATE function_version SET spec = '{\"name\":' WHERE name = 'pair'");
    try (TestNode node = start()) {
      assertThat(node.dispatcher.registry().find("pair")).isEmpty();
      assertThat(node.dispatcher.registry().find("matmac")).isPresent();
    }
    assertThat(blob("pair")).as("content of what could not be restored is kept").exists();
  }

  @Test
  void contentThatNothingRefersToIsDeleted() throws IOException {
    try (TestNode node =
        TestNode.in(folder).driver(driver()).limit(Limit.FUNCTION_VERSIONS, 1).start()) {
      node.register("copy", List.of("in"), List.of("out"), "1", OnConflict.REFUSE);
      node.register("copy", List.of("in"), List.of("out"), "2", OnConflict.REPLACE);
    }
    Path half = folder.resolve("blobs/incoming/half");
    Files.writeString(half, "x");
    assertThat(blob("copy")).exists();
    try (TestNode node = start()) {
      until(() -> !Files.exists(blob("copy")) && !Files.exists(half));
      outputs(node.run("copy", set("x")));
    }
  }

  @Test
  void twoNodesCannotShareAFolder() {
    try (TestNode node = start()) {
      assertThatExceptionOfType(ProblemException.class)
          .isThrownBy(this::start)
          .satisfies(e -> {
            assertThat(e.problem().code()).isEqualTo(ProblemCode.STORAGE_FAILED);
            assertThat(e.problem().detail()).contains("in use by another node");
            assertThat(e.problem().hint()).contains("--data");
          });
      assertThat(node.dispatcher.registry().list()).isEmpty();
    }
    start().close();
  }

  @Test
  void foldersOfNewerNodesAreLeftAlone() throws SQLException {
    registerAndStop();
    sql("PRAGMA user_version=99");
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(this::start)
        .satisfies(e -> assertThat(e.problem().detail()).contains("schema version 99"));
  }

  @Test
  void unusableFoldersAreNamed() throws IOException {
    Path file = folder.resolve("file");
    Files.writeString(file, "x");
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(() -> TestNode.in(file.resolve("data")).start())
        .satisfies(e -> {
          assertThat(e.problem().code()).isEqualTo(ProblemCode.STORAGE_FAILED);
          assertThat(e.problem().detail()).contains(file.toString());
        });
    Files.writeString(folder.resolve("registry.sqlite"), "this is no database, not at all");
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(this::start)
        .satisfies(e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.STORAGE_FAILED));
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("registry.sqlite"));
        Statement each = connection.createStatement()) {
      each.execute(statement);
    }
  }
}
