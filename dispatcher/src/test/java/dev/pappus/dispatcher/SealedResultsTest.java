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
import dev.pappus.model.Limit;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.Signature;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which results stay in the contexts that made them, and until when. */
class SealedResultsTest {
  @TempDir Path folder;
  private final FakeCommunication http =
      new FakeCommunication("HTTP", new Signature(List.of("requests"), List.of("bodies")));
  private final JavaDriver driver = new JavaDriver();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final AtomicInteger began = new AtomicInteger();
  private TestNode node;

  @BeforeEach
  void start() {
    driver.lends = () -> true;
    node =
        Functions.register(
            TestNode.in(folder)
                .driver(driver)
                .engines(2)
                .communication(http)
                .resultBytes(1000)
                .start());
    // One output that has what its input has, and one that is empty.
    node.function(
        "split",
        List.of("in"),
        List.of("all", "none"),
        call -> List.of(Functions.copy(call).getFirst().named("all"), DataSet.empty("none")));
    node.function(
        "wait",
        List.of("in"),
        List.of("out"),
        call -> {
          began.getAndIncrement();
          call.await(gate);
          return Functions.copy(call);
        });
    node.function(
        "fail",
        List.of("in"),
        List.of("out"),
        call -> {
          throw new JavaDriver.GuestExit(1);
        });
  }

  @AfterEach
  void stop() {
    gate.countDown();
    node.close(); // which looks whether any context is still sealed
  }

  private Invocation begin(String composition, DataSet... inputs) {
    String name = composition.substring(0, composition.indexOf(' '));
    node.compositions(
        DECLARATIONS
            + """
            function split (in) => (all, none);
            function wait (in) => (out);
            function fail (in) => (out);
            function HTTP (requests) => (bodies);
            """
            + "composition "
            + composition);
    return node.start(name, inputs);
  }

  private void assertResult(Invocation invocation, String... expected) {
    assertThat(texts(outputs(await(invocation)).getFirst().items())).containsExactly(expected);
    // Before the invocation ends at the latest.
    assertThat(driver.lentNow.get()).isZero();
  }

  @Test
  void resultsStayUntilTheNextFunctionHasCopiedThem() {
    assertResult(
        begin(
            """
            chain (A) => (R) {
              copy (in = all A) => (X = out);
              copy (in = all X) => (Y = out);
              copy (in = all Y) => (R = out);
            }
            """,
            set("x", "1=y")),
        "x",
        "1=y");
    assertThat(driver.lent.get()).isEqualTo(2);
    DispatcherStats stats = node.dispatcher.stats();
    assertThat(stats.copiedInBytes()).isEqualTo(6);
    assertThat(stats.copiedOutBytes()).isEqualTo(2);
  }

  @Test
  void contextsGoAsSoonAsAllInstancesHaveTheirInputs() {
    Invocation invocation =
        begin(
            """
            fan (A) => (R) {
              copy (in = all A) => (X = out);
              wait (in = each X) => (R = out);
            }
            """,
            set("a", "b"));
    until(() -> began.get() == 2);
    until(() -> driver.lentNow.get() == 0);
    assertThat(driver.lent.get()).isEqualTo(1);
    gate.countDown();
    assertResult(invocation, "a", "b");
  }

  @Test
  void contextsStayWhileASetIsStillWanted() {
    Invocation invocation =
        begin(
            """
            late (A) => (R) {
              copy (in = all A) => (X = out);
              wait (in = all X) => (Y = out);
              pair (left = all X, right = all Y) => (R = out);
            }
            """,
            set("a"));
    until(() -> began.get() == 1);
    assertThat(driver.lentNow.get()).isEqualTo(1);
    gate.countDown();
    assertResult(invocation, "a+a");
    assertThat(driver.lent.get()).isEqualTo(2);
  }

  @Test
  void manyProducersMayStay() {
    assertResult(
        begin(
            """
            gather (A) => (R) {
              copy (in = each A) => (X = out);
              pair (left = all X, right = each X) => (R = out);
            }
            """,
            set("a", "b", "c")),
        "a,b,c+a",
        "a,b,c+b",
        "a,b,c+c");
    assertThat(driver.lent.get()).isEqualTo(3);
  }

  @Test
  void whatOthersThanComputeFunctionsReadIsCopied() {
    assertResult(
        begin(
            """
            mixed (A) => (R) {
              copy (in = all A) => (X = out);
              HTTP (requests = all X) => (B = bodies);
              copy (in = all A) => (W = out);
              pair (left = all W, right = all B) => (P = out);
              inner (A = all P) => (R = R);
            }
            composition inner (A) => (R) {
              copy (in = all A) => (R = out);
            }
            """,
            set("a")),
        "a+a");
    // X goes to communication, W waits for it, P to a composition, R to the caller.
    assertThat(driver.lent.get()).isZero();
  }

  @Test
  void nothingStaysWhileTheNetworkIsWaitedForHoweverFarBack() {
    assertResult(
        begin(
            """
            far (A) => (R) {
              HTTP (requests = all A) => (B = bodies);
              copy (in = all B) => (Y = out);
              copy (in = all Y) => (X = out);
              copy (in = all A) => (W = out);
              pair (left = all W, right = all X) => (R = out);
            }
            """,
            set("a")),
        "a+a");
    // W waits for B by way of X and Y, which stay.
    assertThat(driver.lent.get()).isEqualTo(2);
  }

  @Test
  void anInvocationHoldsAQuarterOfAnEnginesSandboxes() {
    Invocation invocation =
        begin(
            """
            many (A) => (R) {
              copy (in = each A) => (X = out);
              wait (in = all A) => (W = out);
              pair (left = all X, right = all W) => (R = out);
            }
            """,
            set("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c"));
    int most = (int) Limit.WARM_SANDBOXES.defaultValue() / 2 / 4;
    until(() -> driver.lentNow.get() == most);
    until(() -> node.dispatcher.stats().enginesBusy() == 1);
    gate.countDown();
    await(invocation);
    assertThat(driver.lentNow.get()).isZero();
    assertThat(driver.lent.get()).isEqualTo(most);
  }

  /** Many instances copy what few contexts hold: each of these goes with the last of them. */
  @Test
  void manyInstancesReadTheSameContexts() {
    String[] left = new String[10];
    Arrays.setAll(left, i -> "x" + i);
    Invocation invocation =
        begin(
            """
            wide (A, B) => (R) {
              copy (in = all A) => (X = out);
              pair (left = each X, right = each B) => (R = out);
            }
            """,
            set(left),
            set(left));
    assertThat(outputs(await(invocation)).getFirst().items()).hasSize(100);
    assertThat(driver.lent.get()).isEqualTo(1);
    assertThat(driver.lentNow.get()).isZero();
  }

  @Test
  void contextsGoWhenNobodyWillReadThem() {
    Invocation invocation =
        begin(
            """
            skipping (A) => (R) {
              split (in = all A) => (X = all, N = none);
              pair (left = all X, right = all N) => (S = out);
              wait (in = all A) => (W = out);
              pair (left = all W, right = optional all S) => (R = out);
            }
            """,
            set("a"));
    until(() -> driver.lent.get() == 1 && driver.lentNow.get() == 0);
    gate.countDown();
    assertResult(invocation, "a+");
  }

  @Test
  void contextsGoWithACancelledInvocation() {
    Invocation invocation =
        begin(
            """
            cancelled (A) => (R) {
              copy (in = all A) => (X = out);
              wait (in = all X) => (Y = out);
              pair (left = all X, right = all Y) => (R = out);
            }
            """,
            set("a"));
    until(() -> began.get() == 1);
    assertThat(driver.lentNow.get()).isEqualTo(1);
    invocation.cancel();
    assertThat(problem(await(invocation)).code()).isEqualTo(ProblemCode.CANCELLED);
    assertThat(driver.lentNow.get()).isZero();
  }

  @Test
  void contextsGoWithAFailedInvocation() {
    Invocation invocation =
        begin(
            """
            failing (A) => (R) {
              copy (in = all A) => (X = out);
              fail (in = all X) => (Y = out);
              pair (left = all X, right = all Y) => (R = out);
            }
            """,
            set("a"));
    assertThat(problem(await(invocation)).code()).isEqualTo(ProblemCode.GUEST_EXIT);
    assertThat(driver.lent.get()).isEqualTo(1);
    assertThat(driver.lentNow.get()).isZero();
  }

  @Test
  void resultsOfEndedInvocationsGo() {
    Invocation invocation =
        begin(
            """
            ended (A, B) => (R) {
              fail (in = all A) => (X = out);
              wait (in = all B) => (Y = out);
              pair (left = all X, right = all Y) => (R = out);
            }
            """,
            set("a"),
            set("b"));
    assertThat(problem(await(invocation)).code()).isEqualTo(ProblemCode.GUEST_EXIT);
    until(() -> node.dispatcher.stats().enginesBusy() == 0);
    assertThat(driver.lentNow.get()).isZero();
  }

  @Test
  void whatStaysTakesNothingFromTheMemoryForResults() {
    String large = "x".repeat(400);
    assertResult(
        begin(
            """
            long (A) => (R) {
              copy (in = all A) => (X = out);
              copy (in = all X) => (Y = out);
              copy (in = all Y) => (Z = out);
              copy (in = all Z) => (R = out);
            }
            """,
            set(large)),
        large);
  }
}
