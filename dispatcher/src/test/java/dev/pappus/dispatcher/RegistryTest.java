package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.Functions.DECLARATIONS;
import static dev.pappus.dispatcher.TestNode.await;
import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.set;
import static dev.pappus.dispatcher.TestNode.spec;
import static dev.pappus.dispatcher.TestNode.texts;
import static dev.pappus.dispatcher.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.model.DataSet;
import dev.pappus.model.Diagnostic;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Signature;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registering functions and compositions. */
class RegistryTest {
  private static final String ONE =
      DECLARATIONS + "composition one (A) => (R) { copy (in = all A) => (R = out); }";

  @TempDir Path folder;
  private TestNode node;
  private Registry registry;

  @BeforeEach
  void start() {
    node =
        TestNode.in(folder)
            .communication(new FakeCommunication("HTTP", new Signature(List.of(), List.of())))
            .limit(Limit.BINARY_BYTES, 1000)
            .limit(Limit.COMPOSITION_TEXT, 100_000)
            .limit(Limit.CONTEXT_MAX, 1L << 30)
            .start();
    registry = node.dispatcher.registry();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static Problem refusal(ThrowingCallable action) {
    Problem[] problem = new Problem[1];
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(action)
        .satisfies(e -> problem[0] = e.problem());
    assertThat(problem[0].hint()).isNotBlank();
    return problem[0];
  }

  private Change copy(String variant, OnConflict onConflict) {
    node.driver.define("copy", Functions::copy);
    return node.register("copy", List.of("in"), List.of("out"), variant, onConflict);
  }

  @Test
  void saysWhatARegistrationDid() {
    assertThat(copy("1", OnConflict.REFUSE)).isEqualTo(Change.CREATED);
    assertThat(copy("1", OnConflict.REFUSE)).isEqualTo(Change.UNCHANGED);
    assertThat(copy("1", OnConflict.REPLACE)).isEqualTo(Change.UNCHANGED);
    Problem problem = refusal(() -> copy("2", OnConflict.REFUSE));
    assertThat(problem.code()).isEqualTo(ProblemCode.NAME_CONFLICT);
    assertThat(problem.function()).isEqualTo("copy");
    assertThat(copy("2", OnConflict.REPLACE)).isEqualTo(Change.REPLACED);
    assertThat(registry.list()).extracting(Registered::name).containsExactly("HTTP", "copy");
    assertThat(registry.find("copy")).get().isInstanceOf(Registered.Function.class);
    assertThat(registry.find("cop")).isEmpty();
  }

  @Test
  void sameBinaryWithOtherSetsIsOtherContent() {
    copy("1", OnConflict.REFUSE);
    Problem problem =
        refusal(() -> node.register("copy", List.of("x"), List.of("out"), "1", OnConflict.REFUSE));
    assertThat(problem.code()).isEqualTo(ProblemCode.NAME_CONFLICT);
  }

  @Test
  void namesAreSharedByAllKinds() {
    Functions.register(node);
    node.compositions(ONE);
    node.driver.define("any", call -> List.of());
    for (String taken : List.of("one", "HTTP")) {
      FunctionSpec spec = spec(taken, List.of(), List.of());
      Problem problem =
          refusal(() ->
              registry.registerFunction(spec, JavaDriver.binary("any", ""), OnConflict.REPLACE));
      assertThat(problem.code()).isEqualTo(ProblemCode.NAME_CONFLICT);
    }
    for (String taken : List.of("pair", "HTTP")) {
      String text =
          DECLARATIONS
              + "composition %s (A) => (R) { copy (in = all A) => (R = out); }".formatted(taken);
      assertThat(
              refusal(() ->
                      registry.registerCompositions(
                          text.replace("function pair (left, right) => (out);", ""),
                          OnConflict.REPLACE))
                  .code())
          .isEqualTo(ProblemCode.NAME_CONFLICT);
    }
  }

  @Test
  void refusesWhatBreaksLimits() {
    node.driver.define("copy", Functions::copy);
    FunctionSpec spec = spec("copy", List.of(), List.of());
    assertThat(
            refusal(() ->
                    registry.registerFunction(
                        spec, MemorySegment.ofArray(new byte[1001]), OnConflict.REFUSE))
                .code())
        .isEqualTo(ProblemCode.PAYLOAD_TOO_LARGE);
    assertThat(
            refusal(() ->
                    registry.registerFunction(
                        spec, MemorySegment.ofArray(new byte[10]), OnConflict.REFUSE))
                .code())
        .isEqualTo(ProblemCode.BAD_BINARY);
    for (long contextBytes : new long[] {0, -1, (1L << 30) + 1, Long.MAX_VALUE}) {
      FunctionSpec wrong = new FunctionSpec("copy", List.of(), List.of(), contextBytes, List.of());
      assertThat(
              refusal(() ->
                      registry.registerFunction(
                          wrong, JavaDriver.binary("copy", ""), OnConflict.REFUSE))
                  .code())
          .isEqualTo(ProblemCode.BAD_REQUEST);
    }
    assertThat(
            refusal(() -> registry.registerCompositions(" ".repeat(100_001), OnConflict.REFUSE))
                .code())
        .isEqualTo(ProblemCode.PAYLOAD_TOO_LARGE);
    assertThat(registry.list()).hasSize(1);
  }

  @Test
  void replacingMustKeepSetsThatCompositionsUse() {
    Functions.register(node);
    node.compositions(ONE + "composition two (A) => (R) { one (A = all A) => (R = R); }");
    Problem problem =
        refusal(() ->
            node.register("copy", List.of("in", "more"), List.of("out"), "2", OnConflict.REPLACE));
    assertThat(problem.code()).isEqualTo(ProblemCode.IN_USE);
    assertThat(problem.detail()).contains("one");
    String other = DECLARATIONS + "composition one (B) => (R) { copy (in = all B) => (R = out); }";
    assertThat(refusal(() -> registry.registerCompositions(other, OnConflict.REPLACE)).detail())
        .contains("two");
    // Together with its user it may change.
    registry.registerCompositions(
        other + "composition two (A) => (R) { one (B = all A) => (R = R); }", OnConflict.REPLACE);
    assertThat(texts(outputs(node.run("two", set("x"))).getFirst().items())).containsExactly("x");
  }

  @Test
  void compositionsOfATextComeTogetherOrNotAtAll() {
    Functions.register(node);
    node.compositions(ONE);
    String text =
        DECLARATIONS
            + """
            composition fresh (A) => (R) { copy (in = all A) => (R = out); }
            composition one (A) => (R) { pair (left = all A) => (R = out); }
            """;
    assertThat(refusal(() -> registry.registerCompositions(text, OnConflict.REFUSE)).code())
        .isEqualTo(ProblemCode.NAME_CONFLICT);
    assertThat(registry.find("fresh")).isEmpty();
    var registered = registry.registerCompositions(text, OnConflict.REPLACE);
    assertThat(registered.compositions())
        .extracting(CompositionsRegistered.CompositionChange::change)
        .containsExactly(Change.CREATED, Change.REPLACED);
    assertThat(registry.registerCompositions(text, OnConflict.REFUSE).compositions())
        .extracting(CompositionsRegistered.CompositionChange::change)
        .containsOnly(Change.UNCHANGED);
  }

  @Test
  void errorsInATextCarryEveryMessage() {
    Problem problem =
        refusal(() ->
            registry.registerCompositions(
                "function f (a) => (b);\nfunction g (a) => (b);", OnConflict.REFUSE));
    assertThat(problem.code()).isEqualTo(ProblemCode.COMPOSITION_INVALID);
    assertThat(problem.diagnostics()).extracting(Diagnostic::line).containsExactly(1, 2);
  }

  @Test
  void compositionsCannotContainThemselvesByReplacement() {
    Functions.register(node);
    node.compositions(ONE);
    node.compositions(
        "function one (A) => (R);\n"
            + "composition two (A) => (R) { one (A = all A) => (R = R); }");
    Problem problem =
        refusal(() ->
            registry.registerCompositions(
                "function two (A) => (R);\n"
                    + "composition one (A) => (R) { two (A = all A) => (R = R); }",
                OnConflict.REPLACE));
    assertThat(problem.code()).isEqualTo(ProblemCode.COMPOSITION_INVALID);
    assertThat(problem.detail()).contains("one -> two -> one");
  }

  @Test
  void runningInvocationsFinishOnTheVersionTheyStartedWith() {
    CountDownLatch gate = new CountDownLatch(1);
    node.function(
        "first",
        List.of("in"),
        List.of("out"),
        call -> {
          call.await(gate);
          return Functions.copy(call);
        });
    node.function("second", List.of("in"), List.of("out"), Functions::copy);
    node.compositions(
        """
        function first (in) => (out);
        function second (in) => (out);
        composition chain (A) => (R) {
          first (in = all A) => (X = out);
          second (in = all X) => (R = out);
        }
        """);
    Invocation running = node.start("chain", set("x"));
    until(() -> node.dispatcher.stats().enginesBusy() == 1);
    node.driver.define(
        "new", call -> List.of(new DataSet("out", List.of(Item.ofText("n", "new")))));
    registry.registerFunction(
        spec("second", List.of("in"), List.of("out")),
        JavaDriver.binary("new", ""),
        OnConflict.REPLACE);
    registry.registerFunction(
        spec("first", List.of("in"), List.of("out")),
        JavaDriver.binary("second", ""),
        OnConflict.REPLACE);
    assertThat(texts(outputs(node.run("chain", set("x"))).getFirst().items()))
        .containsExactly("new");
    gate.countDown();
    assertThat(texts(outputs(await(running)).getFirst().items())).containsExactly("x");
  }

  @Test
  void registeringDoesNotDisturbInvocations() throws Exception {
    Functions.register(node);
    node.compositions(ONE);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      Future<?> functions =
          threads.submit(() -> {
            for (int i = 0; i < 40; i++) {
              copy("v" + i, OnConflict.REPLACE);
            }
          });
      Future<?> compositions =
          threads.submit(() -> {
            for (int i = 0; i < 40; i++) {
              node.compositions(ONE.replace("composition one", "composition c" + i));
            }
          });
      int runs = 0;
      while (!functions.isDone() || !compositions.isDone() || runs < 200) {
        assertThat(texts(outputs(node.run("one", set("x"))).getFirst().items()))
            .containsExactly("x");
        runs++;
      }
      functions.get();
      compositions.get();
    }
    assertThat(registry.list()).hasSize(1 + 5 + 1 + 40);
  }
}
