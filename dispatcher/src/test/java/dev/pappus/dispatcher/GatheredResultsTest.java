package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.Functions.DECLARATIONS;
import static dev.pappus.dispatcher.TestNode.await;
import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.problem;
import static dev.pappus.dispatcher.TestNode.set;
import static dev.pappus.dispatcher.TestNode.texts;
import static dev.pappus.dispatcher.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.ProblemCode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which results are put together in the context of the instance that reads them. */
class GatheredResultsTest {
  @TempDir Path folder;
  private final JavaDriver driver = new JavaDriver();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final AtomicInteger began = new AtomicInteger();
  private TestNode node;
  private long copiedInBefore;
  private long copiedOutBefore;

  @BeforeEach
  void start() {
    driver.collects = () -> true;
    node = node(TestNode.in(folder.resolve("first")).engines(1));
  }

  private void restart(TestNode.Setup setup) {
    node.close();
    node = node(setup);
  }

  private TestNode node(TestNode.Setup setup) {
    TestNode made = Functions.register(setup.driver(driver).start());
    made.function(
        "wait",
        List.of("in"),
        List.of("out"),
        call -> {
          began.getAndIncrement();
          call.await(gate);
          return Functions.copy(call);
        });
    made.function(
        "failB",
        List.of("in"),
        List.of("out"),
        call -> {
          if (call.inputs().getFirst().items().getFirst().text().equals("b")) {
            throw new JavaDriver.GuestExit(1);
          }
          return Functions.copy(call);
        });
    // Nothing is gathered for code that is not in memory.
    outputs(made.run("copy", set("a")));
    outputs(made.run("pair", set("a"), set("b")));
    DispatcherStats stats = made.dispatcher.stats();
    copiedInBefore = stats.copiedInBytes();
    copiedOutBefore = stats.copiedOutBytes();
    return made;
  }

  @AfterEach
  void stop() {
    gate.countDown();
    node.close(); // which looks whether any context is left
  }

  /** Invokes the composition that {@code text} begins with. */
  private Invocation begin(String text, DataSet... inputs) {
    String name = text.substring(text.indexOf("composition ")).split(" ", 3)[1];
    node.compositions(
        DECLARATIONS
            + """
            function wait (in) => (out);
            function failB (in) => (out);
            """
            + text);
    return node.start(name, inputs);
  }

  private void assertResult(Invocation invocation, String... expected) {
    assertThat(texts(outputs(await(invocation)).getFirst().items())).containsExactly(expected);
    assertThat(driver.lentNow.get()).isZero();
  }

  private long copiedIn() {
    return node.dispatcher.stats().copiedInBytes() - copiedInBefore;
  }

  private long copiedOut() {
    return node.dispatcher.stats().copiedOutBytes() - copiedOutBefore;
  }

  private static final String GATHER =
      """
      composition gather (A) => (R) {
        copy (in = each A) => (X = out);
        pair (left = all X, right = all A) => (R = out);
      }
      """;

  @Test
  void resultsOfManyAreWhereTheirReaderRuns() {
    assertResult(begin(GATHER, set("a", "bb", "ccc")), "a,bb,ccc+a,bb,ccc");
    assertThat(driver.collecting.get()).isEqualTo(1);
    assertThat(driver.taken.get()).isEqualTo(1);
    // To three instances, from these to the reader, and what it reads besides; then to the caller.
    assertThat(copiedIn()).isEqualTo(6 + 6 + 6);
    assertThat(copiedOut()).isEqualTo(17);
  }

  @Test
  void manyEnginesGatherInOneContext() {
    restart(TestNode.in(folder.resolve("second")).engines(2));
    String[] texts = new String[200];
    Arrays.setAll(texts, i -> "t" + i);
    for (int round = 0; round < 20; round++) {
      assertResult(
          begin(GATHER.replace("gather", "gather" + round), set(texts)),
          String.join(",", texts) + "+" + String.join(",", texts));
    }
    assertThat(driver.collecting.get()).isEqualTo(20);
    assertThat(driver.taken.get()).isPositive();
  }

  /** They are copied out of it then, as from any context that stays. */
  @Test
  void aReaderMayRunElsewhere() {
    driver.takes = () -> false;
    assertResult(begin(GATHER, set("a", "bb", "ccc")), "a,bb,ccc+a,bb,ccc");
    assertThat(driver.collecting.get()).isEqualTo(1);
    assertThat(copiedIn()).isEqualTo(6 + 6 + 12);
  }

  @Test
  void oneReaderOfOneInstanceIsGatheredFor() {
    assertResult(
        begin(
            """
            composition two (A) => (R) {
              copy (in = each A) => (X = out);
              copy (in = all X) => (Y = out);
              pair (left = all X, right = all Y) => (R = out);
            }
            """,
            set("a", "b")),
        "a,b+a,b");
    assertResult(
        begin(
            """
            composition each (A) => (R) {
              copy (in = each A) => (X = out);
              copy (in = each X) => (R = out);
            }
            """,
            set("a", "b")),
        "a",
        "b");
    assertResult(
        begin(
            """
            composition output (A) => (X, R) {
              copy (in = each A) => (X = out);
              copy (in = all X) => (R = out);
            }
            """,
            set("a", "b")),
        "a",
        "b");
    assertResult(
        begin(
            """
            composition chain (A) => (R) {
              copy (in = all A) => (X = out);
              copy (in = all X) => (R = out);
            }
            """,
            set("a", "b")),
        "a",
        "b");
    assertThat(driver.collecting.get()).isZero();
  }

  /** The others' results lie in the node's memory, and are copied when it runs. */
  @Test
  void oneApplicationIsGatheredForAReader() {
    assertResult(
        begin(
            """
            composition both (A) => (R) {
              copy (in = each A) => (X = out);
              copy (in = each A) => (Y = out);
              pair (left = all X, right = all Y) => (R = out);
            }
            """,
            set("a", "b")),
        "a,b+a,b");
    assertThat(driver.collecting.get()).isEqualTo(1);
    assertThat(driver.taken.get()).isEqualTo(1);
    assertThat(copiedOut()).isEqualTo(2 + 7);
  }

  @Test
  void fewBytesAreNotGathered() {
    restart(TestNode.in(folder.resolve("second")).engines(1).limit(Limit.SEAL_FROM, 4));
    assertResult(begin(GATHER, set("a", "b", "c")), "a,b,c+a,b,c");
    assertThat(driver.collecting.get()).isZero();
    assertResult(begin(GATHER.replace("gather", "more"), set("aa", "bb")), "aa,bb+aa,bb");
    assertThat(driver.collecting.get()).isEqualTo(1);
  }

  @Test
  void tinyResultsAreNotGatheredHoweverMany() {
    restart(TestNode.in(folder.resolve("second")).engines(1).limit(Limit.SEAL_FROM, 32));
    String[] tiny = new String[40];
    Arrays.fill(tiny, "a");
    String all = String.join(",", tiny);
    assertResult(begin(GATHER, set(tiny)), all + "+" + all);
    assertThat(driver.collecting.get()).isZero();
    Arrays.fill(tiny, "aa");
    all = String.join(",", tiny);
    assertResult(begin(GATHER.replace("gather", "larger"), set(tiny)), all + "+" + all);
    assertThat(driver.collecting.get()).isEqualTo(1);
  }

  /** The first instance lets one expect too little. */
  @Test
  void whatFindsNoRoomStaysOrIsCopied() {
    String large = "x".repeat(10_000);
    String result = "a," + large + ",c+a," + large + ",c";
    assertResult(begin(GATHER, set("a", large, "c")), result);
    assertThat(driver.taken.get()).isEqualTo(1);
    assertThat(driver.lent.get()).isZero();
    driver.lends = () -> true;
    assertResult(begin(GATHER.replace("gather", "lending"), set("a", large, "c")), result);
    assertThat(driver.taken.get()).isEqualTo(2);
    assertThat(driver.lent.get()).isEqualTo(1);
  }

  /** Others need sandboxes as well; but the place comes back with each. */
  @Test
  void anInvocationThatMayHoldOneContextGathersAgainAndAgain() {
    restart(TestNode.in(folder.resolve("second")).engines(1).limit(Limit.WARM_SANDBOXES, 4));
    assertResult(
        begin(
            """
            composition again (A) => (R) {
              copy (in = each A) => (X = out);
              copy (in = all X) => (Y = out);
              copy (in = each Y) => (Z = out);
              copy (in = all Z) => (R = out);
            }
            """,
            set("a", "b")),
        "a",
        "b");
    assertThat(driver.collecting.get()).isEqualTo(2);
    assertThat(driver.taken.get()).isEqualTo(2);
  }

  /** What is brought for a static input is ignored, and needs no room. */
  @Test
  void nothingIsGatheredForStaticInputs() {
    driver.define("fixed", Functions::pair);
    FunctionSpec spec =
        new FunctionSpec(
            "fixed",
            List.of(
                new InputSet("in", List.of()),
                new InputSet("told", List.of(Item.ofText("t", "said")))),
            List.of("out"),
            4096,
            List.of());
    node.dispatcher
        .registry()
        .registerFunction(spec, JavaDriver.binary("fixed", ""), Registry.OnConflict.REFUSE);
    assertResult(
        begin(
            """
            function fixed (in, told) => (out);
            composition ignoring (A) => (R) {
              copy (in = each A) => (X = out);
              fixed (in = all A, told = all X) => (R = out);
            }
            """,
            set("a", "b")),
        "a,b+said");
    assertThat(driver.collecting.get()).isZero();
  }

  @Test
  void anInvocationThatFailsLeavesNoContext() {
    Invocation invocation =
        begin(
            """
            composition failing (A) => (R) {
              failB (in = each A) => (X = out);
              copy (in = all X) => (R = out);
            }
            """,
            set("a", "b", "c"));
    assertThat(problem(await(invocation)).code()).isEqualTo(ProblemCode.GUEST_EXIT);
    assertThat(driver.collecting.get()).isEqualTo(1);
    assertThat(driver.taken.get()).isZero();
    assertThat(driver.lentNow.get()).isZero();
  }

  @Test
  void anInvocationThatIsCancelledLeavesNoContext() {
    Invocation invocation =
        begin(
            """
            composition cancelled (A) => (R) {
              copy (in = each A) => (X = out);
              wait (in = all A) => (W = out);
              pair (left = all X, right = all W) => (R = out);
            }
            """,
            set("a", "b"));
    until(() -> driver.lentNow.get() == 1 && began.get() == 1);
    invocation.cancel();
    assertThat(problem(await(invocation)).code()).isEqualTo(ProblemCode.CANCELLED);
    assertThat(driver.lentNow.get()).isZero();
  }

  @Test
  void aReaderThatIsSkippedLeavesNoContext() {
    Invocation invocation =
        begin(
            """
            composition skipped (A) => (R) {
              copy (in = each A) => (X = out);
              nothing (in = all A) => (N = out);
              pair (left = all X, right = all N) => (S = out);
              wait (in = all A) => (W = out);
              pair (left = all W, right = optional all S) => (R = out);
            }
            """,
            set("a", "b"));
    until(() -> driver.collecting.get() == 1 && driver.lentNow.get() == 0);
    gate.countDown();
    assertResult(invocation, "a,b+");
    assertThat(driver.taken.get()).isZero();
  }

  @Test
  void whereNoSandboxCanBeSparedResultsAreCopied() {
    driver.collects = () -> false;
    assertResult(begin(GATHER, set("a", "b")), "a,b+a,b");
    assertThat(driver.collecting.get()).isZero();
    assertThat(copiedOut()).isEqualTo(2 + 7);
  }
}
