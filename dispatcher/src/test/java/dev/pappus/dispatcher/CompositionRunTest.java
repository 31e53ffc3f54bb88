package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.Functions.DECLARATIONS;
import static dev.pappus.dispatcher.Functions.longs;
import static dev.pappus.dispatcher.Functions.matrix;
import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.problem;
import static dev.pappus.dispatcher.TestNode.set;
import static dev.pappus.dispatcher.TestNode.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.language.Composition;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Signature;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compositions from end to end: what runs, on what, and what comes out. */
class CompositionRunTest {
  @TempDir Path folder;
  private final FakeCommunication http =
      new FakeCommunication("HTTP", new Signature(List.of("requests"), List.of("bodies")));
  private TestNode node;

  @BeforeEach
  void start() {
    node = Functions.register(TestNode.in(folder).communication(http).start());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private InvocationResult run(String composition, DataSet... inputs) {
    String name = composition.substring(0, composition.indexOf(' '));
    node.compositions(
        DECLARATIONS + "function HTTP (requests) => (bodies);\ncomposition " + composition);
    return node.run(name, inputs);
  }

  private List<String> firstOutput(String composition, DataSet... inputs) {
    return texts(outputs(run(composition, inputs)).getFirst().items());
  }

  private static DataSet matrices(long... rowsAndElements) {
    return new DataSet("", List.of(matrix(rowsAndElements)));
  }

  @Test
  void matmacDiamond() {
    InvocationResult result =
        run(
            """
            diamond (A, B, Bt) => (R) {
              matmac (a = all A, b = all B) => (C = out);
              matmac (a = all Bt, b = all A) => (D = out);
              matmac (a = all A, b = all B, c = all C) => (E1 = out);
              matmac (a = all D, b = all C) => (G = out);
              matmac (a = all D, b = all E1, c = all G) => (R = out);
            }
            """,
            matrices(1, 7),
            matrices(1, 1, 2, 3, 5),
            matrices(4, 1, 2, 3, 5));
    // E1 = A·B + C = 2C, so R = D·2C + D·C = 3·D·C, D·C = 49·Bt·B.
    OutputSet out = outputs(result).getFirst();
    long[] row = {1, 2, 3, 5};
    long[] expected = new long[17];
    expected[0] = 4;
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        expected[1 + 4 * i + j] = 3 * 49 * row[i] * row[j];
      }
    }
    assertThat(longs(out.items().getFirst())).containsExactly(expected);
    assertThat(result.instances()).hasSize(5);
  }

  @Test
  void theReferencesDiamond() {
    // C=A·B, D=Bt·A, E=B+C, G=D·C, R=D·E+G (dandelion.md 1.8); B+C is I·B + C.
    InvocationResult result =
        run(
            """
            reference (A, B, Bt, I) => (R) {
              matmac (a = all A, b = all B) => (C = out);
              matmac (a = all Bt, b = all A) => (D = out);
              matmac (a = all I, b = all B, c = all C) => (E = out);
              matmac (a = all D, b = all C) => (G = out);
              matmac (a = all D, b = all E, c = all G) => (R = out);
            }
            """,
            matrices(1, 7),
            matrices(1, 1, 2, 3, 5),
            matrices(4, 1, 2, 3, 5),
            matrices(1, 1));
    assertThat(longs(outputs(result).getFirst().items().getFirst()))
        .containsExactly(
            4, 105, 210, 315, 525, 210, 420, 630, 1050, 315, 630, 945, 1575, 525, 1050, 1575, 2625);
  }

  @Test
  void matmulInAChain() {
    InvocationResult result =
        run(
            """
            chain (A) => (R) {
              matmac (a = all A, b = all A) => (S = out);
              matmac (a = all S, b = all S) => (R = out);
            }
            """,
            matrices(2, 0, 1, 1, 1));
    assertThat(longs(outputs(result).getFirst().items().getFirst())).containsExactly(2, 2, 3, 3, 5);
  }

  @Test
  void eachRunsOncePerItemAndKeepsKeys() {
    assertThat(
            firstOutput(
                "each (A) => (R) { pair (left = each A) => (R = out); }", set("1=b", "0=a", "1=c")))
        .containsExactly("a+", "1=b+", "1=c+");
  }

  @Test
  void keyedGroupsUnsortedInput() {
    assertThat(
            firstOutput(
                "keyed (A) => (R) { pair (left = keyed A) => (R = out); }",
                set("3=x", "1=a", "3=y", "1=b")))
        .containsExactly("1=a,b+", "3=x,y+");
  }

  @Test
  void joinsMatchKeys() {
    assertThat(
            firstOutput(
                """
                joined (A, B) => (R) {
                  pair (left = keyed A, right = keyed B) => (R = out) by left full right;
                }
                """,
                set("0=a", "1=b", "2=c"),
                set("3=w", "1=x", "0=y", "1=z")))
        .containsExactly("a+y", "1=b+x,z", "2=c+", "3=+w");
  }

  @Test
  void crossIsTheDefault() {
    assertThat(
            firstOutput(
                "crossed (A, B) => (R) { pair (left = each A, right = each B) => (R = out); }",
                set("a", "b"),
                set("x", "y")))
        .containsExactly("a+x", "a+y", "b+x", "b+y");
  }

  @Test
  void inputsMayPassThrough() {
    assertThat(firstOutput("through (A) => (A) { }", set("1=b", "0=a")))
        .containsExactly("a", "1=b");
  }

  @Test
  void outputsShowTheirProducersName() {
    InvocationResult result =
        run(
            "named (A) => (R, S) { copy (in = all A) => (R = out); nothing (in = all A) => (S = out); }",
            set("a"));
    assertThat(outputs(result))
        .extracting(OutputSet::name, OutputSet::producerName)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("R", "out"),
            org.assertj.core.groups.Tuple.tuple("S", "out"));
  }

  /** The optional table of dandelion.md 1.8. */
  @Test
  void absentInputs() {
    String composition = "(A, B) => (R) { pair (left = all A, right = %s all B) => (R = out); }";
    assertThat(firstOutput("strict1 " + composition.formatted(""), set("a"))).isEmpty();
    assertThat(firstOutput("lenient1 " + composition.formatted("optional"), set("a")))
        .containsExactly("a+");
  }

  @Test
  void setsThatTheirProducerLeavesEmpty() {
    String composition =
        """
        (A) => (R) {
          nothing (in = all A) => (E = out);
          pair (left = all A, right = %s all E) => (R = out);
        }
        """;
    assertThat(firstOutput("strict2 " + composition.formatted(""), set("a"))).isEmpty();
    assertThat(firstOutput("lenient2 " + composition.formatted("optional"), set("a")))
        .containsExactly("a+");
  }

  @Test
  void skippingPropagatesAndDoesNotAwaitOtherInputs() {
    InvocationResult result =
        run(
            """
            skipped (A, B) => (R, S) {
              pair (left = all A, right = all B) => (X = out);
              copy (in = each X) => (R = out);
              pair (left = optional all X, right = all A) => (S = out);
            }
            """,
            set("a"));
    assertThat(texts(outputs(result).get(0).items())).isEmpty();
    assertThat(texts(outputs(result).get(1).items())).containsExactly("+a");
    assertThat(result.instances()).hasSize(1);
  }

  @Test
  void applicationsWithoutInputsRunOnce() {
    assertThat(
            firstOutput(
                """
                sources (A) => (R) {
                  constant () => (C = out);
                  pair (left = optional all A, right = all C) => (R = out);
                }
                """))
        .containsExactly("+c");
  }

  @Test
  void aJoinWithoutKeysRunsNothing() {
    assertThat(
            firstOutput(
                """
                disjoint (A, B) => (R) {
                  pair (left = keyed A, right = keyed B) => (R = out) by left inner right;
                }
                """,
                set("1=a"),
                set("2=b")))
        .isEmpty();
  }

  @Test
  void communicationFunctionsTakePart() {
    http.body =
        inputs -> {
          List<Item> bodies = new ArrayList<>();
          for (Item request : inputs.getFirst().items()) {
            bodies.add(TestNode.item("b", request.key().value(), request.text() + "!"));
          }
          return List.of(new DataSet("bodies", bodies));
        };
    InvocationResult result =
        run(
            """
            fetch (A) => (R) {
              HTTP (requests = each A) => (B = bodies);
              copy (in = each B) => (R = out);
            }
            """,
            set("x", "y", "z"));
    assertThat(texts(outputs(result).getFirst().items())).containsExactly("x!", "y!", "z!");
    assertThat(http.calls.get()).isEqualTo(3);
    assertThat(result.coldestStart()).isNotNull();
    InstanceReport fetched =
        result.instances().stream()
            .filter(r -> r.function().equals("HTTP"))
            .findFirst()
            .orElseThrow();
    assertThat(fetched.start()).isNull();
    assertThat(fetched.application()).isEqualTo("fetch/0:HTTP");
  }

  @Test
  void communicationRunsAlthoughNobodyReadsItsOutputs() {
    run("put (A) => () { HTTP (requests = each A) => (); }", set("x"));
    assertThat(http.calls.get()).isEqualTo(1);
  }

  @Test
  void compositionsNest() {
    assertThat(
            firstOutput(
                """
                outer (A, B) => (R) {
                  inner (x = each A, y = all B) => (R = z);
                }
                composition inner (x, y) => (z) {
                  pair (left = all x, right = optional all y) => (z = out);
                }
                """,
                set("2=a", "1=b"),
                set("k")))
        .containsExactly("1=b+k", "2=a+k");
  }

  @Test
  void nestingHasALimit() {
    node.close();
    node =
        Functions.register(
            TestNode.in(folder.resolve("deep")).limit(Limit.COMPOSITION_DEPTH, 3).start());
    StringBuilder text = new StringBuilder(DECLARATIONS);
    text.append("composition c0 (a) => (b) { copy (in = all a) => (b = out); }\n");
    for (int i = 1; i <= 3; i++) {
      text.append(
          "composition c%d (a) => (b) { c%d (a = all a) => (b = b); }\n".formatted(i, i - 1));
    }
    node.compositions(text.toString());
    assertThat(texts(outputs(node.run("c2", set("x"))).getFirst().items())).containsExactly("x");
    Problem problem = problem(node.run("c3", set("x")));
    assertThat(problem.detail()).contains("limits.composition_depth");
  }

  @Test
  void instancesHaveALimit() {
    node.close();
    node =
        Functions.register(
            TestNode.in(folder.resolve("few")).limit(Limit.INVOCATION_INSTANCES, 5).start());
    node.compositions(
        DECLARATIONS
            + """
            composition many (A, B) => (R) { pair (left = each A, right = each B) => (R = out); }
            composition twice (A) => (R) {
              copy (in = each A) => (X = out);
              copy (in = each X) => (R = out);
            }
            """);
    assertThat(outputs(node.run("many", set("1", "2"), set("3", "4"))).getFirst().items())
        .hasSize(4);
    Problem square = problem(node.run("many", set("1", "2", "3"), set("1", "2", "3")));
    assertThat(square.code()).isEqualTo(ProblemCode.TOO_MANY_ITEMS);
    assertThat(square.application()).isEqualTo("many/0:pair");
    assertThat(problem(node.run("twice", set("1", "2", "3"))).code())
        .isEqualTo(ProblemCode.TOO_MANY_ITEMS);
  }

  @Test
  void failuresNameApplicationAndItem() {
    node.function(
        "picky",
        List.of("weights", "in"),
        List.of("out"),
        call -> {
          if (call.inputs().get(1).items().getFirst().text().equals("bad")) {
            throw new JavaDriver.GuestExit(3);
          }
          return List.of(DataSet.empty("out"));
        });
    node.compositions(
        DECLARATIONS
            + """
            function picky (weights, in) => (out);
            composition p (A, W) => (R) {
              copy (in = all A) => (B = out);
              picky (weights = all W, in = keyed B) => (R = out);
            }
            """);
    Problem problem = problem(node.run("p", set("5=good", "7=bad", "9=good"), set("w")));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_EXIT);
    assertThat(problem.function()).isEqualTo("picky");
    assertThat(problem.application()).isEqualTo("p/1:picky");
    assertThat(problem.item()).isEqualTo("in:7/i1");
  }

  @Test
  void oneShotsRunWithoutBeingRegistered() {
    Composition composition =
        node.dispatcher
            .registry()
            .checkOneShot(
                DECLARATIONS + "composition once (A) => (R) { copy (in = all A) => (R = out); }");
    Invocation invocation =
        node.dispatcher.invoke(
            new InvocationRequest(
                new InvocationTarget.OneShot(composition),
                List.of(set("a")),
                InvocationRequest.CodeSource.ANY));
    assertThat(texts(outputs(TestNode.await(invocation)).getFirst().items())).containsExactly("a");
    assertThat(node.dispatcher.registry().find("once")).isEmpty();
    org.assertj.core.api.Assertions.assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(() -> node.dispatcher.registry().checkOneShot(DECLARATIONS))
        .satisfies(e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.COMPOSITION_INVALID));
  }

  @Test
  void oneShotsWhoseFunctionsChangedSinceAreRefused() {
    Composition composition =
        node.dispatcher
            .registry()
            .checkOneShot(
                DECLARATIONS + "composition once (A) => (R) { copy (in = all A) => (R = out); }");
    node.register("copy", List.of("other"), List.of("out"), "2", Registry.OnConflict.REPLACE);
    InvocationResult result =
        TestNode.await(
            node.dispatcher.invoke(
                new InvocationRequest(
                    new InvocationTarget.OneShot(composition),
                    List.of(set("a")),
                    InvocationRequest.CodeSource.ANY)));
    assertThat(problem(result).code()).isEqualTo(ProblemCode.COMPOSITION_INVALID);
  }

  @Test
  void phasesFollowTheCriticalPath() throws InterruptedException {
    CountDownLatch slow = new CountDownLatch(1);
    node.function(
        "slow",
        List.of("in"),
        List.of("out"),
        call -> {
          call.await(slow);
          return Functions.copy(call);
        });
    node.compositions(
        DECLARATIONS
            + """
            function slow (in) => (out);
            composition path (A) => (R) {
              copy (in = all A) => (F = out);
              slow (in = all A) => (S = out);
              pair (left = all F, right = all S) => (R = out);
            }
            """);
    Invocation invocation = node.start("path", set("a"));
    TestNode.until(() -> node.dispatcher.stats().enginesBusy() == 1);
    slow.countDown();
    InvocationResult result = TestNode.await(invocation);
    // Reports come in order of completion: whichever came second is what the last one waited for.
    List<InstanceReport> reports = result.instances();
    assertThat(reports).hasSize(3);
    assertThat(reports.getLast().function()).isEqualTo("pair");
    Phases expected = reports.get(1).phases().plus(reports.getLast().phases());
    assertThat(result.phases().runNanos()).isEqualTo(expected.runNanos());
    assertThat(result.phases().loadNanos()).isEqualTo(expected.loadNanos());
    assertThat(result.phases().replyNanos()).isEqualTo(expected.replyNanos());
  }

  @Test
  void longChainsOfSkippedApplicationsDoNotNestCalls() {
    StringBuilder text = new StringBuilder(DECLARATIONS + "composition chain (A) => (s5000) {\n");
    for (int i = 0; i < 5000; i++) {
      text.append("copy (in = all %s) => (s%d = out);\n".formatted(i == 0 ? "A" : "s" + i, i + 1));
    }
    node.compositions(text.append("}").toString());
    assertThat(outputs(node.run("chain")).getFirst().items()).isEmpty();
    assertThat(texts(outputs(node.run("chain", set("x"))).getFirst().items())).containsExactly("x");
  }

  @Test
  void keepsOnlyTheFirstThousandReports() {
    String[] items = new String[1500];
    java.util.Arrays.setAll(items, i -> "v" + i);
    InvocationResult result =
        run("wide (A) => (R) { copy (in = each A) => (R = out); }", set(items));
    assertThat(outputs(result).getFirst().items()).hasSize(1500);
    assertThat(result.instances()).hasSize(1000);
    assertThat(result.instances().getFirst().itemKey()).isEqualTo(Key.ZERO);
  }
}
