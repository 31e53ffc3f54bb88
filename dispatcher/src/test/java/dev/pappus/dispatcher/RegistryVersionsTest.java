package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.TestNode.await;
import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.problem;
import static dev.pappus.dispatcher.TestNode.set;
import static dev.pappus.dispatcher.TestNode.spec;
import static dev.pappus.dispatcher.TestNode.texts;
import static dev.pappus.dispatcher.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.dispatcher.store.SpecDocument;
import dev.pappus.dispatcher.store.StoredSpec;
import dev.pappus.model.DataSet;
import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.ProgramOptions;
import dev.pappus.model.SandboxChoice;
import dev.pappus.model.SourceCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions of functions, and namespaces. */
class RegistryVersionsTest {
  private static final Namespace A = new Namespace("a");
  private static final Namespace B = new Namespace("b");
  private static final String USER =
      "function say (in) => (out);"
          + " composition user (A) => (R) { say (in = all A) => (R = out); }";

  @TempDir Path folder;
  private TestNode node;
  private Registry registry;

  @BeforeEach
  void start() {
    start(Limit.INVOCATION_WALL.defaultValue());
  }

  private void start(long wallNanos) {
    JavaDriver driver = new JavaDriver();
    for (String word : List.of("one", "two", "three", "four")) {
      driver.define(word, call -> List.of(new DataSet("out", List.of(Item.ofText("w", word)))));
    }
    node =
        TestNode.in(folder)
            .driver(driver)
            .limit(Limit.FUNCTION_VERSIONS, 3)
            .limit(Limit.INVOCATION_WALL, wallNanos)
            .limit(Limit.REGISTRY_ENTRIES, 6)
            .limit(Limit.REGISTRY_NAMESPACES, 2)
            .start();
    registry = node.dispatcher.registry();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private void restart() {
    restart(Limit.INVOCATION_WALL.defaultValue());
  }

  /** Starts the node anew; content goes {@code wallNanos} after its last use. */
  private void restart(long wallNanos) {
    node.close();
    start(wallNanos);
  }

  private FunctionDeployed deploy(Namespace namespace, String word, Precondition precondition) {
    return registry.deploy(namespace, deployment(word, precondition, false));
  }

  private static Deployment deployment(String word, Precondition precondition, boolean dryRun) {
    return new Deployment(
        spec("say", List.of("in"), List.of("out")),
        JavaDriver.binary(word, ""),
        OnConflict.REPLACE,
        precondition,
        dryRun);
  }

  private Digest deploy(String word) {
    return deploy(Namespace.DEFAULT, word, new Precondition.None()).function().version();
  }

  private String said(Namespace namespace, String name) {
    return texts(
            outputs(
                    await(
                        node.dispatcher.invoke(
                            new InvocationRequest(
                                new InvocationTarget.Named(name),
                                List.of(set("x")),
                                InvocationRequest.Options.DEFAULT.withNamespace(namespace)))))
                .getFirst()
                .items())
        .getFirst();
  }

  private String said(String name) {
    return said(Namespace.DEFAULT, name);
  }

  private static Problem refusal(ProblemCode code, ThrowingCallable action) {
    Problem[] problem = new Problem[1];
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(action)
        .satisfies(e -> problem[0] = e.problem());
    assertThat(problem[0].code()).isEqualTo(code);
    assertThat(problem[0].hint()).isNotBlank();
    return problem[0];
  }

  private List<Digest> versions() {
    return registry.versions(Namespace.DEFAULT, "say").stream()
        .map(Registered.Function::version)
        .toList();
  }

  private static String at(Digest version, int digits) {
    return "say@sha256:" + version.hex().substring(0, digits);
  }

  @Test
  void replacedVersionsCanBeInvokedAndComeBackWithTheNode() {
    Digest one = deploy("one");
    Digest two = deploy("two");
    for (int round = 0; round < 2; round++) {
      assertThat(versions()).containsExactly(two, one);
      assertThat(said("say")).isEqualTo("two");
      assertThat(said(at(one, 64))).isEqualTo("one");
      assertThat(said(at(one, 12))).isEqualTo("one");
      assertThat(said(at(two, 12))).isEqualTo("two");
      long loads = node.driver.prepared.get();
      assertThat(said(at(one, 20))).isEqualTo("one");
      assertThat(node.driver.prepared.get()).as("code stays warm").isEqualTo((int) loads);
      restart();
    }
    Problem unknown = problem(node.run("say@sha256:" + "0".repeat(12), set("x")));
    assertThat(unknown.code()).isEqualTo(ProblemCode.UNKNOWN_VERSION);
    assertThat(problem(node.run("say@sha256:0", set("x"))).code())
        .isEqualTo(ProblemCode.BAD_REQUEST);
    assertThat(problem(node.run("other" + at(one, 64).substring(3), set("x"))).code())
        .isEqualTo(ProblemCode.UNKNOWN_INVOCABLE);
  }

  @Test
  void rollingBackReturnsToWhatWasCurrentBefore() {
    Digest one = deploy("one");
    refusal(
        ProblemCode.UNKNOWN_VERSION,
        () -> registry.rollBack(Namespace.DEFAULT, "say", null, new Precondition.None()));
    Digest two = deploy("two");
    Digest three = deploy("three");
    rollBack(null, two);
    assertThat(said("say")).isEqualTo("two");
    assertThat(versions()).containsExactly(two, three, one);
    rollBack(null, three);
    rollBack(one.hex().substring(0, 12), one);
    assertThat(versions()).containsExactly(one, three, two);
    assertThat(
            registry
                .rollBack(Namespace.DEFAULT, "say", one.hex(), new Precondition.None())
                .change())
        .isEqualTo(Change.UNCHANGED);
    restart();
    assertThat(said("say")).isEqualTo("one");
    assertThat(versions()).containsExactly(one, three, two);
    assertThat(deploy("two")).isEqualTo(two);
    assertThat(versions()).as("a version is kept once").containsExactly(two, one, three);
  }

  private void rollBack(@Nullable String digits, Digest expected) {
    FunctionDeployed done =
        registry.rollBack(Namespace.DEFAULT, "say", digits, new Precondition.None());
    assertThat(done.change()).isEqualTo(Change.REPLACED);
    assertThat(done.function().version()).isEqualTo(expected);
  }

  @Test
  void setsThatCompositionsUseAreKeptOnTheWayBack() {
    node.driver.define("one", call -> List.of(DataSet.empty("out")));
    registry.registerFunction(
        spec("say", List.of("other"), List.of("out")),
        JavaDriver.binary("one", ""),
        OnConflict.REPLACE);
    deploy("two");
    node.compositions(USER);
    Problem problem =
        refusal(
            ProblemCode.IN_USE,
            () -> registry.rollBack(Namespace.DEFAULT, "say", null, new Precondition.None()));
    assertThat(problem.detail()).contains("user");
    assertThat(said("say")).isEqualTo("two");
  }

  @Test
  void aVersionIsBinaryAndSpecification() {
    Digest plain = deploy("one");
    assertThat(deploy(A, "one", new Precondition.None()).function().version())
        .as("neither namespace nor time is a part of it")
        .isEqualTo(plain);
    FunctionSpec slower =
        new FunctionSpec(
            "say",
            spec("say", List.of("in"), List.of("out")).inputs(),
            List.of("out"),
            1 << 20,
            List.of(),
            1_000_000_000,
            SandboxChoice.AUTO);
    FunctionDeployed deployed =
        registry.deploy(
            Namespace.DEFAULT,
            new Deployment(
                slower,
                JavaDriver.binary("one", ""),
                OnConflict.REPLACE,
                new Precondition.None(),
                false));
    assertThat(deployed.change()).isEqualTo(Change.REPLACED);
    assertThat(deployed.function().version()).isNotEqualTo(plain);
    assertThat(deployed.function().binary()).isEqualTo(Digest.of(JavaDriver.binary("one", "")));
  }

  @Test
  void preconditionsHoldOrNothingChanges() {
    refusal(
        ProblemCode.PRECONDITION_FAILED,
        () -> deploy(Namespace.DEFAULT, "one", new Precondition.Exists()));
    Digest one = deploy(Namespace.DEFAULT, "one", new Precondition.Absent()).function().version();
    refusal(
        ProblemCode.PRECONDITION_FAILED,
        () -> deploy(Namespace.DEFAULT, "two", new Precondition.Absent()));
    deploy(Namespace.DEFAULT, "two", new Precondition.Current(List.of(one)));
    Precondition stale = new Precondition.Current(List.of(one));
    for (ThrowingCallable late :
        List.<ThrowingCallable>of(
            () -> deploy(Namespace.DEFAULT, "three", stale),
            () -> registry.rollBack(Namespace.DEFAULT, "say", null, stale),
            () -> registry.deleteFunction(Namespace.DEFAULT, "say", stale))) {
      refusal(ProblemCode.PRECONDITION_FAILED, late);
    }
    assertThat(said("say")).isEqualTo("two");
  }

  @Test
  void dryRunsCheckEverythingAndChangeNothing() {
    Deployment fresh = deployment("one", new Precondition.None(), true);
    assertThat(registry.deploy(A, fresh).change()).isEqualTo(Change.CREATED);
    assertThat(registry.list(A)).isEmpty();
    Digest one = deploy("one");
    Deployment other = deployment("two", new Precondition.None(), true);
    assertThat(registry.deploy(Namespace.DEFAULT, other).change()).isEqualTo(Change.REPLACED);
    assertThat(versions()).containsExactly(one);
    assertThat(blob("two")).doesNotExist();
    refusal(
        ProblemCode.BAD_BINARY,
        () ->
            registry.deploy(
                Namespace.DEFAULT, deployment("none such", new Precondition.None(), true)));
    refusal(
        ProblemCode.PRECONDITION_FAILED,
        () ->
            registry.deploy(Namespace.DEFAULT, deployment("two", new Precondition.Absent(), true)));
  }

  @Test
  void whatCompositionsUseIsNotDeleted() {
    deploy("one");
    node.compositions(USER);
    Problem problem =
        refusal(
            ProblemCode.IN_USE,
            () -> registry.deleteFunction(Namespace.DEFAULT, "say", new Precondition.None()));
    assertThat(problem.detail()).contains("user");
    refusal(
        ProblemCode.UNKNOWN_INVOCABLE,
        () -> registry.deleteFunction(Namespace.DEFAULT, "user", new Precondition.None()));
    refusal(
        ProblemCode.UNKNOWN_INVOCABLE,
        () -> registry.deleteComposition(Namespace.DEFAULT, "say", new Precondition.None()));
    restart(1_000_000);
    registry.deleteComposition(Namespace.DEFAULT, "user", new Precondition.None());
    registry.deleteFunction(Namespace.DEFAULT, "say", new Precondition.None());
    assertThat(registry.list()).isEmpty();
    until(() -> !Files.exists(blob("one")));
    restart();
    assertThat(registry.list()).isEmpty();
    assertThat(deploy(Namespace.DEFAULT, "one", new Precondition.Absent()).change())
        .isEqualTo(Change.CREATED);
    assertThat(versions()).hasSize(1);
  }

  private Path blob(String word) {
    String hex = Digest.of(JavaDriver.binary(word, "")).hex();
    return folder.resolve("blobs/sha256").resolve(hex.substring(0, 2)).resolve(hex);
  }

  @Test
  void oldVersionsGoWithTheirContentUnlessAnotherRefersToIt() {
    restart(1_000_000);
    deploy("one");
    deploy(A, "two", new Precondition.None());
    Digest two = deploy("two");
    deploy("three");
    Digest four = deploy("four");
    assertThat(versions()).hasSize(3).contains(two, four);
    until(() -> !Files.exists(blob("one")));
    deploy("one");
    assertThat(versions()).hasSize(3).doesNotContain(two);
    // Nothing of the default namespace refers to "two" any more, but something of "a" does.
    registry.deleteFunction(Namespace.DEFAULT, "say", new Precondition.None());
    until(() -> !Files.exists(blob("four")));
    assertThat(blob("two")).exists();
    restart();
    assertThat(said(A, "say")).isEqualTo("two");
  }

  @Test
  void namespacesDoNotSeeOneAnother() {
    deploy(A, "one", new Precondition.None());
    deploy(B, "two", new Precondition.None());
    registry.registerCompositions(A, USER, OnConflict.REFUSE);
    assertThat(said(A, "user")).isEqualTo("one");
    assertThat(said(B, "say")).isEqualTo("two");
    assertThat(problem(node.run("say")).code()).isEqualTo(ProblemCode.UNKNOWN_INVOCABLE);
    refusal(
        ProblemCode.COMPOSITION_INVALID,
        () -> registry.registerCompositions(new Namespace("c"), USER, OnConflict.REFUSE));
    assertThat(registry.list(B)).extracting(Registered::name).containsExactly("say");
    registry.registerCompositions(B, USER, OnConflict.REFUSE);
    restart();
    assertThat(said(A, "user")).isEqualTo("one");
    assertThat(said(B, "user")).isEqualTo("two");
    assertThat(registry.list()).isEmpty();
    assertThat(registry.list(new Namespace("never_seen"))).isEmpty();
  }

  @Test
  void theRegistryIsBounded() {
    deploy(A, "one", new Precondition.None());
    deploy(B, "one", new Precondition.None());
    Problem third = refusal(ProblemCode.REGISTRY_FULL, () -> deploy("one"));
    assertThat(third.detail()).contains("limits.registry_namespaces");
    registry.deleteFunction(B, "say", new Precondition.None());
    deploy("one");
    StringBuilder four = new StringBuilder(USER);
    for (int i = 0; i < 3; i++) {
      four.append(USER.substring(USER.indexOf(" composition")).replace("user", "more" + i));
    }
    refusal(
        ProblemCode.REGISTRY_FULL,
        () -> registry.registerCompositions(A, four.toString(), OnConflict.REFUSE));
    for (int i = 0; i < 3; i++) {
      registerUser(A, i);
    }
    Problem share = refusal(ProblemCode.REGISTRY_FULL, () -> registerUser(A, 3));
    assertThat(share.detail()).contains("namespace 'a'", "1 are free");
    registerUser(Namespace.DEFAULT, 0); // others have what one may not take
    Problem seventh = refusal(ProblemCode.REGISTRY_FULL, () -> registerUser(Namespace.DEFAULT, 1));
    assertThat(seventh.detail()).contains("limits.registry_entries");
    deploy("two"); // replacing takes no room
    registry.registerCompositions(
        A,
        USER.replace("composition user (A)", "composition user0 (B)").replace("all A", "all B"),
        OnConflict.REPLACE);
  }

  private void registerUser(Namespace namespace, int number) {
    registry.registerCompositions(
        namespace,
        USER.replace("composition user", "composition user" + number),
        OnConflict.REFUSE);
  }

  @Test
  void theFunctionsOwnTimeoutEndsIt() {
    node.driver.define(
        "one",
        call -> {
          call.await(new CountDownLatch(1));
          return List.of();
        });
    FunctionSpec hasty =
        new FunctionSpec(
            "say", List.of(), List.of("out"), 1 << 20, List.of(), 5_000_000, SandboxChoice.KVM);
    registry.registerFunction(hasty, JavaDriver.binary("one", ""), OnConflict.REPLACE);
    Problem problem = problem(node.run("say"));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_DEADLINE);
    assertThat(problem.detail()).contains("5ms", "its own timeout");
    FunctionSpec lazy =
        new FunctionSpec(
            "say",
            List.of(),
            List.of("out"),
            1 << 20,
            List.of(),
            Limit.FUNCTION_RUN.defaultValue() + 1,
            SandboxChoice.AUTO);
    Problem tooLong =
        refusal(
            ProblemCode.BAD_REQUEST,
            () ->
                registry.registerFunction(lazy, JavaDriver.binary("one", ""), OnConflict.REPLACE));
    assertThat(tooLong.detail()).contains("limits.function_run");
  }

  /** What is left out of a specification must not change the names of versions that exist. */
  @Test
  void howAProgramStartsIsPartOfTheVersionWhereItIsSaid() {
    String binary = Digest.of(JavaDriver.binary("one", "")).toString();
    FunctionSpec plain = spec("say", List.of("in"), List.of("out"));
    String document =
        "{\"contextBytes\":1048576,\"inputs\":[{\"name\":\"in\",\"minBytes\":0,\"static\":[]}],"
            + "\"outputs\":[\"out\"]%s}\n"
            + binary
            + "\n";
    assertThat(StoredSpec.of(plain).versionWith(Digest.of(JavaDriver.binary("one", ""))))
        .isEqualTo(digest(document.formatted("")));
    FunctionSpec started = plain.withProgram(new ProgramOptions(List.of("-l", "é \""), false));
    assertThat(StoredSpec.of(started).versionWith(Digest.of(JavaDriver.binary("one", ""))))
        .isEqualTo(
            digest(document.formatted(",\"arguments\":[\"-l\",\"é \\\"\"],\"snapshot\":false")));
    assertThat(SpecDocument.decode("say", SpecDocument.encode(StoredSpec.of(started))).declared())
        .isEqualTo(started);
  }

  private FunctionDeployed compiled(String text, boolean dryRun) {
    CompiledFrom from =
        new CompiledFrom(
            "cc 1", digest("cc"), List.of(Item.ofText("b.h", "#"), Item.ofText("a/b.c", text)));
    Deployment plain = deployment("one", new Precondition.None(), dryRun);
    return registry.deploy(
        Namespace.DEFAULT,
        new Deployment(
            plain.spec(),
            plain.binary(),
            plain.onConflict(),
            plain.precondition(),
            plain.dryRun(),
            from));
  }

  @Test
  void sourcesAreKeptWithTheirVersion() {
    Digest binary = deploy("one");
    assertThat(compiled("int a;", true).change()).isEqualTo(Change.REPLACED);
    assertThat(registry.versions(Namespace.DEFAULT, "say")).hasSize(1);
    FunctionDeployed first = compiled("int a;", false);
    assertThat(first.change()).isEqualTo(Change.REPLACED);
    assertThat(first.function().binary())
        .isEqualTo(registry.version(Namespace.DEFAULT, reference(binary)).binary());
    assertThat(compiled("int a;", false).change()).isEqualTo(Change.UNCHANGED);
    FunctionDeployed second = compiled("int  a;", false);
    assertThat(second.change()).as("another source of the same binary").isEqualTo(Change.REPLACED);
    restart();
    Registered.Function kept =
        registry.version(Namespace.DEFAULT, reference(first.function().version()));
    assertThat(kept.source())
        .isEqualTo(
            new SourceCode(
                "cc 1",
                digest("cc"),
                List.of(
                    new SourceCode.File("a/b.c", digest("int a;"), 6),
                    new SourceCode.File("b.h", digest("#"), 1))));
    assertThat(texts(registry.source(kept))).containsExactly("int a;", "#");
    assertThat(registry.source(registry.version(Namespace.DEFAULT, reference(binary)))).isEmpty();
    registry.rollBack(Namespace.DEFAULT, "say", null, new Precondition.None());
    assertThat(registry.version(Namespace.DEFAULT, FunctionReference.parse("say")))
        .extracting(Registered.Function::source)
        .isEqualTo(kept.source());
  }

  @Test
  void sourcesThatNoVersionHasGoWithThem() {
    restart(1_000_000);
    compiled("int a;", false);
    String hex = digest("int a;").hex();
    Path source = folder.resolve("blobs/sha256").resolve(hex.substring(0, 2)).resolve(hex);
    assertThat(source).exists();
    registry.deleteFunction(Namespace.DEFAULT, "say", new Precondition.None());
    until(() -> !Files.exists(source));
  }

  private static FunctionReference reference(Digest version) {
    return FunctionReference.parse("say@" + version);
  }

  /** Functions of the platform are no names of anybody's, but run on behalf of whoever asks. */
  @Test
  void thePlatformsFunctionsHaveANamespaceOfTheirOwn() {
    deploy(Namespace.PLATFORM, "one", new Precondition.None());
    deploy(A, "two", new Precondition.None());
    InvocationRequest request =
        new InvocationRequest(
            new InvocationTarget.OfPlatform("say"),
            List.of(set("x")),
            InvocationRequest.Options.DEFAULT.withNamespace(A));
    InvocationResult result = await(node.dispatcher.invoke(request));
    assertThat(texts(outputs(result).getFirst().items())).containsExactly("one");
    assertThat(result.info().namespace()).isEqualTo(A);
    assertThat(said(A, "say")).isEqualTo("two");
  }

  @Test
  void whatThePlatformHoldsTakesNobodysRoom() {
    deploy(A, "one", new Precondition.None());
    deploy(B, "one", new Precondition.None());
    refusal(ProblemCode.REGISTRY_FULL, () -> deploy("one"));
    deploy(Namespace.PLATFORM, "one", new Precondition.None());
    for (int i = 0; i < 2; i++) {
      registerUser(A, i);
      registerUser(B, i);
    }
    Problem seventh = refusal(ProblemCode.REGISTRY_FULL, () -> registerUser(B, 2));
    assertThat(seventh.detail()).contains("limits.registry_entries");
    deploy(Namespace.PLATFORM, "two", new Precondition.None());
  }

  private static Digest digest(String text) {
    return Digest.of(Item.ofText("", text).data());
  }
}
