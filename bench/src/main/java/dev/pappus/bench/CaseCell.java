package dev.pappus.bench;

import dev.pappus.linux.Threads;
import dev.pappus.sandbox.EnginePlaces;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.kvm.KvmDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/** One case in one sandbox, from every start level, in turn with native code. */
final class CaseCell {
  private static final int SLICE = 12;
  private static final long SLICE_NANOS_MAX = 50_000_000L;
  private static final int WARM_UP_ROUNDS = 50;

  private final BenchCase work;
  private final SandboxKind sandbox;
  private final Path guestBuild;
  private final Path scratch;
  private final long nanos;
  private final List<Invoker> invokers = new ArrayList<>();
  private OptionalDouble floorMicros = OptionalDouble.empty();

  /** Takes about {@code nanos}. */
  CaseCell(BenchCase work, SandboxKind sandbox, Path guestBuild, Path scratch, long nanos) {
    this.work = work;
    this.sandbox = sandbox;
    this.guestBuild = guestBuild;
    this.scratch = scratch;
    this.nanos = nanos;
  }

  /** Round trip into the smallest guest, as the drivers' self-tests measured it; KVM's alone. */
  OptionalDouble floorMicros() {
    return floorMicros;
  }

  List<BenchRow> measure() throws IOException, Unavailable {
    EnginePlaces places = new EnginePlaces();
    BitSet before = Threads.affinity();
    try (NativeWork nativeWork = new NativeWork(guestBuild, work)) {
      // All drivers first: their threads must not inherit this thread's single processor.
      for (StartKind start : sandbox.starts()) {
        invokers.add(new Invoker(sandbox, start, work, guestBuild, scratch));
      }
      floorMicros =
          invokers.stream()
              .map(Invoker::driver)
              .filter(KvmDriver.class::isInstance)
              .mapToDouble(driver -> ((KvmDriver) driver).selfTest().roundTripNanos() / 1000.0)
              .min();
      BitSet _ = places.take(0);
      for (Invoker invoker : invokers) {
        invoker.open();
      }
      rounds(nativeWork);
      return rows(nativeWork);
    } finally {
      invokers.reversed().forEach(Invoker::close);
      Threads.setAffinity(before);
    }
  }

  private void rounds(NativeWork nativeWork) throws IOException {
    long expected = nativeWork.run();
    long warm = System.nanoTime() + nanos / 5;
    for (int i = 0; i < WARM_UP_ROUNDS && System.nanoTime() - warm < 0; i++) {
      round(nativeWork, expected);
    }
    for (Invoker invoker : invokers) {
      invoker.times().reset();
      invoker.nativeTimes().reset();
    }
    long end = System.nanoTime() + nanos / 2;
    do {
      round(nativeWork, expected);
    } while (System.nanoTime() - end < 0);
  }

  /** A slice of each start level: so short that a slow phase of the machine spans all of them. */
  private void round(NativeWork nativeWork, long expected) throws IOException {
    for (Invoker invoker : invokers) {
      long end = System.nanoTime() + SLICE_NANOS_MAX;
      for (int i = 0; i < SLICE && (i < 2 || System.nanoTime() - end < 0); i++) {
        // The first of a slice finds its memory pushed out of the caches by the others'.
        pair(nativeWork, invoker, expected, i > 0);
      }
      invoker.idle();
    }
  }

  /** Native, then the sandbox. */
  private static void pair(NativeWork nativeWork, Invoker invoker, long expected, boolean counts)
      throws IOException {
    invoker.rest();
    invoker.prepareNext();
    long began = System.nanoTime();
    long checksum = nativeWork.run();
    long nativeTook = System.nanoTime() - began;
    NativeWork.requireSame(expected, checksum);
    began = System.nanoTime();
    InstanceResult result = invoker.invoke();
    long took = System.nanoTime() - began;
    NativeWork.requireSame(expected, NativeWork.checksum(result));
    if (counts && invoker.startedAsMeant(result)) {
      invoker.nativeTimes().recordValue(nativeTook);
      invoker.times().recordValue(took);
    }
  }

  private List<BenchRow> rows(NativeWork nativeWork) throws IOException {
    long budget = nanos / 2 / (invokers.size() + 1);
    double nativeCpu = ProcessorTime.micros(budget, nativeWork::run);
    List<BenchRow> rows = new ArrayList<>();
    for (Invoker invoker : invokers) {
      rows.add(row(invoker, invoker.cpuMicros(budget), nativeCpu));
    }
    return rows;
  }

  private BenchRow row(Invoker invoker, double cpu, double nativeCpu) {
    Histogram times = invoker.times();
    Spread took = Spread.of(times);
    Spread nativeTook = Spread.of(invoker.nativeTimes());
    double p99 = times.getValueAtPercentile(99) / 1000.0;
    return new BenchRow(
        work.name(),
        sandbox.backend(),
        sandbox.variant(),
        invoker.start().text(),
        work.touchedBytes(),
        nativeTook.min(),
        nativeTook.p50(),
        took.min() - nativeTook.min(),
        took.p50() - nativeTook.p50(),
        p99 - nativeTook.p50(),
        nativeTook.min() / took.min(),
        nativeTook.p50() / took.p50(),
        cpu,
        nativeCpu,
        times.getTotalCount());
  }
}
