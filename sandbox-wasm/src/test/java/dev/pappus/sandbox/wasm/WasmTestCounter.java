package dev.pappus.sandbox.wasm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Counts the tests that ran modules from compilers, and says so in one line: to standard output and
 * to target/wasm-tests.txt. A test that was skipped did not run.
 */
public final class WasmTestCounter implements TestExecutionListener {
  private final AtomicInteger ran = new AtomicInteger();
  private final AtomicInteger notRun = new AtomicInteger();

  private static boolean counts(TestIdentifier test) {
    return test.getTags().contains(TestTag.create(NeedsClang.TAG));
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.isTest() && counts(test)) {
      boolean aborted = result.getStatus() == TestExecutionResult.Status.ABORTED;
      (aborted ? notRun : ran).incrementAndGet();
    }
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    if (counts(test)) {
      notRun.incrementAndGet();
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    String line = "wasm tests: %d with modules from compilers".formatted(ran.get());
    if (notRun.get() > 0) {
      line += "; %d classes or tests NOT RUN: no compiler".formatted(notRun.get());
    }
    System.out.println(line);
    try {
      Path target = Path.of("target");
      if (Files.isDirectory(target)) {
        Files.writeString(target.resolve("wasm-tests.txt"), line + "\n");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
