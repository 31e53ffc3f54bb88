package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.TestNode.await;
import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.set;
import static dev.pappus.dispatcher.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long runs let others go first. */
class SparePriorityTest {
  private static final int NICE_FIELD_BEHIND_NAME = 16;

  @TempDir Path folder;
  private final CountDownLatch gate = new CountDownLatch(1);

  /** Which engine's thread has which files in /proc. */
  private final Map<String, Path> threads = new ConcurrentHashMap<>();

  /** A node with one engine and {@code work}, which waits for the gate if it is not "short". */
  private TestNode withWork() {
    return TestNode.in(folder)
        .engines(1)
        .start()
        .function(
            "work",
            List.of("in"),
            List.of("out"),
            call -> {
              if (!call.inputs().getFirst().items().getFirst().text().equals("short")) {
                threads.put(
                    Thread.currentThread().getName(), Path.of("/proc/thread-self").toRealPath());
                call.await(gate);
              }
              return Functions.copy(call);
            });
  }

  @Test
  void aSpareEngineWhoseRunIsLongStandsBackAndEndsWithIt() throws IOException {
    Optional<Integer> own = nice(Path.of("/proc/thread-self").toRealPath());
    int low = Math.max(10, own.orElseThrow());
    try (TestNode node = withWork()) {
      List<Invocation> runs = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        runs.add(node.start("work", set("a")));
      }
      until(() -> node.dispatcher.stats().enginesBusy() == 5);
      until(() -> niceOf("spare").equals(List.of(low, low, low, low)));
      assertThat(niceOf("engine-0")).containsExactly(own.orElseThrow());
      gate.countDown();
      runs.forEach(run -> outputs(await(run)));
      until(() -> niceOf("spare").isEmpty());
      outputs(node.run("work", set("b")));
    }
  }

  @Test
  void aSpareEngineStandsBackWhileAnotherServesWhatWaits() throws IOException {
    int low = Math.max(10, nice(Path.of("/proc/thread-self").toRealPath()).orElseThrow());
    try (TestNode node = withWork()) {
      List<Invocation> runs =
          List.of(node.start("work", set("long")), node.start("work", set("long")));
      until(() -> node.dispatcher.stats().enginesBusy() == 2);
      long bothHeldNanos = System.nanoTime() + 20_000_000;
      until(() -> System.nanoTime() > bothHeldNanos);
      // One is enough, though nothing waits any more when a timeout comes to look.
      outputs(node.run("work", set("short")));
      until(() -> niceOf("spare").equals(List.of(low)));
      gate.countDown();
      runs.forEach(run -> outputs(await(run)));
    }
  }

  /** Each version that is replaced has all engines give up its sandboxes. */
  @Test
  void aSpareEngineThatOnlyForgetsFunctionsEnds() throws IOException {
    try (TestNode node = withWork()) {
      Invocation run = node.start("work", set("long"));
      until(() -> node.dispatcher.stats().enginesBusy() == 1);
      outputs(node.run("work", set("short")));
      assertThat(spareThreads()).isPositive();
      gate.countDown();
      outputs(await(run));
      node.function("other", List.of("in"), List.of("out"), Functions::copy);
      AtomicInteger version = new AtomicInteger();
      until(() -> {
        outputs(node.run("other", set("a")));
        String next = "v" + version.incrementAndGet();
        node.register("other", List.of("in"), List.of("out"), next, Registry.OnConflict.REPLACE);
        return spareThreads() == 0;
      });
    }
  }

  /** Side by side none of them would end sooner, and a shorter one goes by all the same. */
  @Test
  void longRunsWaitForLongOnesButShortOnesDoNot() {
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger mostAtOnce = new AtomicInteger();
    try (TestNode node = TestNode.in(folder).engines(1).start()) {
      node.function("short", List.of("in"), List.of("out"), Functions::copy);
      node.function(
          "long",
          List.of("in"),
          List.of("out"),
          call -> {
            mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            long end = System.nanoTime() + 30_000_000;
            while (System.nanoTime() < end) {
              Thread.onSpinWait();
            }
            if (call.inputs().getFirst().items().getFirst().text().equals("held")) {
              call.await(gate);
            }
            atOnce.decrementAndGet();
            return Functions.copy(call);
          });
      for (int i = 0; i < 6; i++) {
        outputs(node.run("long", set("a")));
        outputs(node.run("short", set("a")));
      }
      startAll(node, 5, "a").forEach(run -> outputs(await(run)));
      assertThat(mostAtOnce).hasValue(1);
      // One fewer than could be held: spare engines take what waits in turn.
      List<Invocation> held = startAll(node, 4, "held");
      outputs(node.run("short", set("a")));
      gate.countDown();
      held.forEach(run -> outputs(await(run)));
    }
  }

  private static List<Invocation> startAll(TestNode node, int count, String text) {
    return IntStream.range(0, count).mapToObj(_ -> node.start("long", set(text))).toList();
  }

  private static long spareThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains("spare"))
        .count();
  }

  @Test
  void whatIsKnownToTakeLongRunsInTheBackground() {
    List<Boolean> ofLong = new CopyOnWriteArrayList<>();
    List<Boolean> ofShort = new CopyOnWriteArrayList<>();
    try (TestNode node = TestNode.in(folder).engines(1).start()) {
      node.function(
          "long",
          List.of("in"),
          List.of("out"),
          call -> {
            ofLong.add(call.background());
            long end = System.nanoTime() + 30_000_000;
            while (System.nanoTime() < end) {
              Thread.onSpinWait();
            }
            return Functions.copy(call);
          });
      node.function(
          "short",
          List.of("in"),
          List.of("out"),
          call -> {
            ofShort.add(call.background());
            return Functions.copy(call);
          });
      for (int i = 0; i < 8; i++) {
        outputs(node.run("long", set("a")));
        outputs(node.run("short", set("a")));
      }
    }
    assertThat(ofLong).startsWith(false).endsWith(true, true);
    // The host may hold it up now and then.
    assertThat(ofShort.subList(4, 8)).contains(false);
  }

  private List<Integer> niceOf(String name) {
    return threads.entrySet().stream()
        .filter(thread -> thread.getKey().contains(name))
        .flatMap(thread -> nice(thread.getValue()).stream())
        .toList();
  }

  /** Empty if the thread has ended. */
  private static Optional<Integer> nice(Path thread) {
    try {
      String status = Files.readString(thread.resolve("stat"));
      String behindName = status.substring(status.lastIndexOf(')') + 2);
      return Optional.of(Integer.valueOf(behindName.split(" ", -1)[NICE_FIELD_BEHIND_NAME]));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
