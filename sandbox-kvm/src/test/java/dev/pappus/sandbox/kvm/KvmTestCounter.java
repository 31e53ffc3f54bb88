package dev.pappus.sandbox.kvm;

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
 * Counts the tests that ran guests, by entry variant, and says so in one line: to standard output
 * and to target/kvm-tests.txt. A test that was skipped did not run.
 */
public final class KvmTestCounter implements TestExecutionListener {
  private final AtomicInteger noIdt = new AtomicInteger();
  private final AtomicInteger idt = new AtomicInteger();
  private final AtomicInteger other = new AtomicInteger();
  private final AtomicInteger notRun = new AtomicInteger();

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.isTest() && has(test, "kvm")) {
      if (has(test, NeedsKvm.NO_IDT)) {
        noIdt.incrementAndGet();
      } else if (has(test, NeedsKvm.IDT)) {
        idt.incrementAndGet();
      } else {
        other.incrementAndGet();
      }
    }
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    if (has(test, "kvm")) {
      notRun.incrementAndGet();
    }
  }

  private static boolean has(TestIdentifier test, String tag) {
    return test.getTags().contains(TestTag.create(tag));
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    String line =
        "kvm tests: no-idt %d, idt %d, other %d".formatted(noIdt.get(), idt.get(), other.get());
    if (notRun.get() > 0) {
      line += "; %d classes or tests NOT RUN: no /dev/kvm".formatted(notRun.get());
    }
    System.out.println(line);
    try {
      Path target = Path.of("target");
      if (Files.isDirectory(target)) {
        Files.writeString(target.resolve("kvm-tests.txt"), line + "\n");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
