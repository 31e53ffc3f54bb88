package dev.pappus.bench;

import dev.pappus.sandbox.InstanceResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** A sandbox of this platform in the comparison. */
final class OwnSandbox implements Contender {
  /** The first of a slice, which finds its memory pushed out of the caches, does not count. */
  private static final int SLICE = 4;

  private static final long SLICE_NANOS_MAX = 50_000_000L;

  private final SandboxKind sandbox;
  private final Path guestBuild;
  private final Path scratch;
  private final int memoryRounds;
  private final List<Invoker> empty = new ArrayList<>();
  private final List<Invoker> work = new ArrayList<>();
  private final Histogram creates = new Histogram(Invoker.HIGHEST_NANOS, 3);
  private final Histogram resets = new Histogram(Invoker.HIGHEST_NANOS, 3);

  OwnSandbox(SandboxKind sandbox, Path guestBuild, Path scratch, int memoryRounds) {
    this.memoryRounds = memoryRounds;
    this.sandbox = sandbox;
    this.guestBuild = guestBuild;
    this.scratch = scratch;
  }

  @Override
  public String name() {
    return sandbox.backend();
  }

  @Override
  public void prepare() throws IOException, Unavailable {
    for (StartKind start : sandbox.starts()) {
      empty.add(new Invoker(sandbox, start, BenchCase.MATMUL_0, guestBuild, scratch));
      work.add(new Invoker(sandbox, start, BenchCase.MATMUL_128, guestBuild, scratch));
    }
  }

  @Override
  public void open() throws Unavailable {
    for (int i = 0; i < work.size(); i++) {
      empty.get(i).open();
      work.get(i).open();
    }
  }

  @Override
  public void round(long expected) throws IOException {
    for (Invoker invoker : empty) {
      slice(invoker, 0);
    }
    for (Invoker invoker : work) {
      slice(invoker, expected);
    }
    for (int i = 0; i < SLICE; i++) {
      long nanos = work.getFirst().resetNanos();
      if (i > 0) {
        resets.recordValue(nanos);
      }
    }
    work.getFirst().idle();
    creates.recordValue(empty.getFirst().createNanos());
  }

  private static void slice(Invoker invoker, long expected) throws IOException {
    long end = System.nanoTime() + SLICE_NANOS_MAX;
    for (int i = 0; i < SLICE && (i < 2 || System.nanoTime() - end < 0); i++) {
      invoker.rest();
      invoker.prepareNext();
      long began = System.nanoTime();
      InstanceResult result = invoker.invoke();
      long took = System.nanoTime() - began;
      NativeWork.requireSame(expected, NativeWork.checksum(result));
      if (i > 0 && invoker.startedAsMeant(result)) {
        invoker.times().recordValue(took);
      }
    }
    invoker.idle();
  }

  @Override
  public void reset() {
    empty.forEach(invoker -> invoker.times().reset());
    work.forEach(invoker -> invoker.times().reset());
    creates.reset();
    resets.reset();
  }

  @Override
  public SandboxRow.Measured row(long nanos, SandboxRow.Memory memory) throws IOException {
    List<SandboxRow.Start> starts = new ArrayList<>();
    for (int i = 0; i < work.size(); i++) {
      Invoker invoker = work.get(i);
      starts.add(
          new SandboxRow.Start(
              invoker.start().text(),
              Spread.of(empty.get(i).times()),
              Spread.of(invoker.times()),
              invoker.cpuMicros(nanos / work.size()),
              invoker.times().getTotalCount()));
    }
    return new SandboxRow.Measured(
        name(), sandbox.variant(), Spread.of(creates), starts, Spread.of(resets), memory);
  }

  @Override
  public SandboxRow.Memory memory(MemoryGauge gauge) throws IOException, Unavailable {
    return new SandboxMemory(sandbox, guestBuild, scratch, gauge).measure(memoryRounds);
  }

  @Override
  public void close() {
    // In reverse: each engine remembers what its thread was confined to before.
    work.reversed().forEach(Invoker::close);
    empty.reversed().forEach(Invoker::close);
    work.clear();
    empty.clear();
  }
}
