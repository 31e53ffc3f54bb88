package dev.pappus.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Counts the tests of a module that need tools for WebAssembly, and says so in a line for each kind
 * of them: to standard output and to target/wasm-tests.txt. A test that was skipped did not run.
 */
public final class WasmTestCounter implements TestExecutionListener {
  private final List<Kind> kinds =
      List.of(
          new Kind("wasm-compiler", "wasm tests: %d with modules from compilers"),
          new Kind("wabt", "wasm tests: %d with modules made native code"));

  /** Tests with a tag. */
  private record Kind(TestTag tag, String words, AtomicInteger ran, AtomicInteger notRun) {
    Kind(String tag, String words) {
      this(TestTag.create(tag), words, new AtomicInteger(), new AtomicInteger());
    }

    String line() {
      String line = words.formatted(ran.get());
      return notRun.get() == 0
          ? line
          : line + "; %d classes or tests NOT RUN: tools are absent".formatted(notRun.get());
    }
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    for (Kind kind : kinds) {
      if (test.isTest() && test.getTags().contains(kind.tag())) {
        boolean aborted = result.getStatus() == TestExecutionResult.Status.ABORTED;
        (aborted ? kind.notRun() : kind.ran()).incrementAndGet();
      }
    }
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    for (Kind kind : kinds) {
      if (test.getTags().contains(kind.tag())) {
        kind.notRun().incrementAndGet();
      }
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    List<String> lines = new ArrayList<>();
    for (Kind kind : kinds) {
      if (kind.ran().get() + kind.notRun().get() > 0) {
        lines.add(kind.line());
      }
    }
    if (lines.isEmpty()) {
      return;
    }
    lines.forEach(System.out::println);
    try {
      Path target = Path.of("target");
      if (Files.isDirectory(target)) {
        Files.write(target.resolve("wasm-tests.txt"), lines);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
