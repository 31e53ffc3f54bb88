package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.TestNode.await;
import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.set;
import static dev.pappus.dispatcher.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import dev.pappus.model.StartLevel;
import dev.pappus.model.StartLevel.Code;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where code comes from, and what is kept of it. */
class StartLevelTest {
  @TempDir Path folder;

  private static final String CHAIN =
      """
      function first (in) => (out);
      function second (in) => (out);
      composition chain (A) => (C) {
        first (in = all A) => (B = out);
        second (in = all B) => (C = out);
      }
      """;

  private static TestNode register(TestNode node, int functions) {
    for (int i = 0; i < functions; i++) {
      node.function("f" + i, List.of("in"), List.of("out"), Functions::copy);
    }
    return node;
  }

  private static StartLevel start(TestNode node, String name, InvocationRequest.CodeSource source) {
    InvocationResult result =
        await(
            node.dispatcher.invoke(
                new InvocationRequest(
                    new InvocationTarget.Named(name), List.of(set("x")), source)));
    outputs(result);
    StartLevel level = result.coldestStart();
    assertThat(level).isNotNull().isEqualTo(result.instances().getFirst().start());
    return java.util.Objects.requireNonNull(level);
  }

  private static StartLevel start(TestNode node, String name) {
    return start(node, name, InvocationRequest.CodeSource.ANY);
  }

  @Test
  void getsWarmerWithUse() {
    try (TestNode node = register(TestNode.in(folder).engines(1).start(), 2)) {
      assertThat(start(node, "f0")).hasToString("loaded+vm");
      assertThat(start(node, "f0")).hasToString("bound");
      assertThat(start(node, "f1")).hasToString("loaded");
      assertThat(start(node, "f0")).hasToString("bound");
    }
    // After a restart code is on disk, which just now went through the page cache.
    try (TestNode node = register(TestNode.in(folder.resolve("other")).engines(1).start(), 0)) {
      assertThat(node.dispatcher.stats().codeLoads()).isZero();
    }
    JavaDriver driver = new JavaDriver().define("f0", Functions::copy);
    try (TestNode node = TestNode.in(folder).driver(driver).engines(1).start()) {
      assertThat(start(node, "f0").code()).isIn(Code.FILE, Code.DISK);
      assertThat(start(node, "f0")).hasToString("bound");
      assertThat(node.dispatcher.stats().codeLoads()).isEqualTo(1);
    }
  }

  @Test
  void fromTheFileMeansReadPreparedAndBoundAnew() {
    try (TestNode node = register(TestNode.in(folder).engines(1).start(), 1)) {
      start(node, "f0");
      int before = node.driver.prepared.get();
      for (int i = 0; i < 3; i++) {
        assertThat(start(node, "f0", InvocationRequest.CodeSource.FILE).code())
            .isEqualTo(Code.FILE);
      }
      assertThat(node.driver.prepared.get() - before).isEqualTo(3);
      until(() -> node.driver.forgotten.get() == 3);
      assertThat(start(node, "f0")).hasToString("bound");
    }
  }

  @Test
  void codeInMemoryIsBounded() {
    JavaDriver driver = new JavaDriver();
    driver.residentBytes = 100_000;
    try (TestNode node =
        register(
            TestNode.in(folder).driver(driver).engines(1).limit(Limit.CODE_CACHE, 450_000).start(),
            20)) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 20; i++) {
          start(node, "f" + i);
        }
      }
      assertThat(node.dispatcher.stats().codeBytes()).isLessThanOrEqualTo(450_000);
      assertThat(node.dispatcher.stats().codeLoads()).isPositive();
      until(() -> driver.forgotten.get() > 0);
    }
  }

  @Test
  void codeThatNeverRanTakesLittleOfTheRoom() {
    JavaDriver driver = new JavaDriver();
    driver.residentBytes = 10_000;
    try (TestNode node =
        register(
            TestNode.in(folder)
                .driver(driver)
                .engines(1)
                .limit(Limit.CODE_CACHE, 3_200_000)
                .start(),
            100)) {
      assertThat(node.dispatcher.stats().codeBytes()).isEqualTo(100_000);
      assertThat(start(node, "f0").code()).isEqualTo(Code.LOADED);
      assertThat(start(node, "f99").code()).isIn(Code.FILE, Code.DISK);
      // What has run makes room for others that have not.
      node.register("f98", List.of("in"), List.of("out"), "2", Registry.OnConflict.REPLACE);
      assertThat(start(node, "f98").code()).isEqualTo(Code.LOADED);
    }
  }

  @Test
  void replacedCodeIsForgotten() {
    try (TestNode node = register(TestNode.in(folder).engines(1).start(), 1)) {
      start(node, "f0");
      node.register("f0", List.of("in"), List.of("out"), "2", Registry.OnConflict.REPLACE);
      until(() -> node.driver.forgotten.get() == 1);
      assertThat(start(node, "f0")).hasToString("loaded");
    }
  }

  @Test
  void manyWhoWantTheSameCodeLoadItOnce() {
    register(TestNode.in(folder).start(), 1).close();
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    JavaDriver driver = new JavaDriver().define("f0", Functions::copy);
    driver.onPrepare =
        () -> {
          loading.countDown();
          try {
            gate.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    try (TestNode node = TestNode.in(folder).driver(driver).engines(2).start()) {
      List<Invocation> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(node.start("f0", set("x")));
      }
      until(() -> loading.getCount() == 0);
      gate.countDown();
      all.forEach(each -> outputs(await(each)));
      assertThat(driver.prepared.get()).isEqualTo(1);
      assertThat(node.dispatcher.stats().codeLoads()).isEqualTo(1);
    }
  }

  @Test
  void anEngineIsNotBlockedByAnothersLoad() {
    register(TestNode.in(folder).start(), 2).close();
    CountDownLatch gate = new CountDownLatch(1);
    JavaDriver driver =
        new JavaDriver().define("f0", Functions::copy).define("f1", Functions::copy);
    driver.onPrepare =
        () -> {
          if (driver.prepared.get() == 1) {
            try {
              gate.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    try (TestNode node = TestNode.in(folder).driver(driver).engines(2).start()) {
      Invocation loading = node.start("f0", set("x"));
      until(() -> driver.prepared.get() == 1);
      Invocation alike = node.start("f0", set("x"));
      for (int i = 0; i < 10; i++) {
        start(node, "f1");
      }
      assertThat(node.dispatcher.stats().enginesSpare()).isZero();
      gate.countDown();
      outputs(await(loading));
      outputs(await(alike));
    }
  }

  private static Code code(InstanceReport report) {
    return java.util.Objects.requireNonNull(report.start()).code();
  }

  private void registerChain() {
    try (TestNode node = TestNode.in(folder).start()) {
      node.function("first", List.of("in"), List.of("out"), Functions::copy)
          .function("second", List.of("in"), List.of("out"), Functions::copy)
          .compositions(CHAIN);
    }
  }

  @Test
  void whatWillFollowIsBoundWhileItsInputsAreMade() {
    CountDownLatch gate = new CountDownLatch(1);
    registerChain();
    JavaDriver driver =
        new JavaDriver()
            .define(
                "first",
                call -> {
                  call.await(gate);
                  return Functions.copy(call);
                })
            .define("second", Functions::copy);
    try (TestNode node = TestNode.in(folder).driver(driver).engines(2).start()) {
      until(() -> driver.openNow.get() == 2); // so that one of them is idle
      Invocation run = node.start("chain", set("x"));
      until(() -> driver.bindings.get() == 2 && node.dispatcher.stats().enginesBusy() == 1);
      gate.countDown();
      InvocationResult result = await(run);
      outputs(result);
      assertThat(code(result.instances().getFirst())).isIn(Code.FILE, Code.DISK);
      // Bound where it was made ready, unless the engine that made its inputs was quicker.
      assertThat(code(result.instances().getLast())).isIn(Code.BOUND, Code.LOADED);
    }
  }

  @Test
  void whatFailsAheadFailsAgainInItsTurn() {
    registerChain();
    // A node that has forgotten what "second" is.
    JavaDriver driver = new JavaDriver().define("first", Functions::copy);
    try (TestNode node = TestNode.in(folder).driver(driver).engines(2).start()) {
      until(() -> driver.openNow.get() == 2);
      assertThat(TestNode.problem(node.run("chain", set("x"))).function()).isEqualTo("second");
    }
  }
}
