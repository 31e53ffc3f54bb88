package dev.pappus.sandbox.kvm;

import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import java.util.List;

/** Functions of a few instructions, and runs of functions that take no inputs. */
final class TestFunctions {
  /** Where their code stands. */
  static final long CODE = 0x10000;

  /** Their one page of data, which begins with the control block. */
  static final long DATA = 0x20000;

  /** A deadline that is never reached, from now. */
  static final long FAR_NANOS = 10_000_000_000L;

  private TestFunctions() {}

  /** Code that was assembled for the control block at {@link #DATA}. */
  static PreparedFunction of(KvmDriver driver, Asm code, long contextBytes) {
    TestElf elf =
        new TestElf()
            .segment(CODE, code.bytes(), code.size(), TestElf.READ | TestElf.EXECUTE)
            .segment(DATA, new byte[0], 4096, TestElf.READ | TestElf.WRITE);
    return driver.prepare(elf.entry(CODE).controlBlock(DATA).build(), contextBytes);
  }

  static RunOutcome run(KvmEngine engine, PreparedFunction function) {
    return run(engine, function, System.nanoTime() + FAR_NANOS);
  }

  static RunOutcome run(KvmEngine engine, PreparedFunction function, long deadlineNanos) {
    try (Context context = engine.domain().acquire(function)) {
      context.write(List.of(), List.of());
      return engine.run(context, deadlineNanos);
    }
  }
}
