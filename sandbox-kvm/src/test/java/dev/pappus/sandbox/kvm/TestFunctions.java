package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import java.lang.foreign.ValueLayout;
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

  /** A program of {@code guest/} with the usual context. */
  static PreparedFunction of(KvmDriver driver, String guest) {
    return driver.prepare(Guests.binary(guest), Guests.CONTEXT_BYTES);
  }

  /** An instance of such a program. */
  static InstanceResult instance(
      ComputeEngine engine, PreparedFunction function, String guest, DataSet... inputs) {
    return new InstanceRunner(engine, MonotonicClock.SYSTEM)
        .run(
            function, Guests.spec(guest), List.of(inputs), Deadline.in(FAR_NANOS), Limits.DEFAULTS);
  }

  /** Touches so many bytes and returns their checksum. */
  static long touch(ComputeEngine engine, PreparedFunction touch, int bytes) {
    Item size = Item.ofText("", Integer.toString(bytes));
    InstanceResult result = instance(engine, touch, "touch", new DataSet("bytes", List.of(size)));
    assertThat(result.problem()).isNull();
    return result
        .outputs()
        .getFirst()
        .items()
        .getFirst()
        .data()
        .get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
  }

  static RunOutcome run(KvmEngine engine, PreparedFunction function) {
    return run(engine, function, System.nanoTime() + FAR_NANOS);
  }

  static RunOutcome run(KvmEngine engine, PreparedFunction function, long deadlineNanos) {
    try (Context context = engine.domain().acquire(function)) {
      context.write(List.of(), List.of());
      return engine.run(context, Deadline.at(deadlineNanos));
    }
  }
}
