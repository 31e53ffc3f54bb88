package dev.pappus.sandbox.process;

import dev.pappus.linux.LinuxException;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Limit;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.BinaryKind;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.EnginePlaces;
import dev.pappus.sandbox.EngineThread;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.ResidentBudget;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The process backend of a node. */
public final class ProcessDriver implements ComputeDriver {
  static final String NAME = "process";

  private final ProcessSettings settings;
  private final SelfTestReport selfTest;
  private final ResidentBudget budget;
  private final AtomicInteger contexts = new AtomicInteger();
  private final EnginePlaces places = new EnginePlaces();

  /** With a budget of its own for what its contexts keep resident, limits.resident_bytes. */
  public ProcessDriver(ProcessSettings settings) {
    this(settings, new ResidentBudget(settings.limits().get(Limit.RESIDENT_BYTES)));
  }

  /**
   * Tests the host. The calling thread must be a platform thread.
   *
   * @param budget for what its contexts keep resident
   * @throws ProblemException with SANDBOX_UNAVAILABLE if the host does not do what is needed; it
   *     says what to do
   */
  public ProcessDriver(ProcessSettings settings, ResidentBudget budget) {
    this.settings = settings;
    this.budget = budget;
    this.selfTest = selfTest(settings);
    if (!selfTest.usable()) {
      throw new ProblemException(
          unavailable("no process sandbox: " + String.join("; ", selfTest.findings())));
    }
  }

  /**
   * Finds out what this host lets the backend do, on the calling thread, which must be a platform
   * thread; leaves nothing behind.
   */
  public static SelfTestReport selfTest(ProcessSettings settings) {
    EngineThread.requirePlatformThread();
    return SelfTest.run(settings);
  }

  private static Problem unavailable(String detail) {
    return Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "%s", detail)
        .withHint("'pappus doctor' shows what this host offers");
  }

  /** What the self-test found. */
  public SelfTestReport selfTest() {
    return selfTest;
  }

  /** What its contexts keep resident. */
  ResidentBudget budget() {
    return budget;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public BinaryKind accepts() {
    return BinaryKind.ELF;
  }

  @Override
  public String processor() {
    return selfTest.processor();
  }

  @Override
  public PreparedFunction prepare(MemorySegment binary, FunctionSpec spec) {
    GuestLayout layout = GuestLayout.of(spec.contextBytes());
    ElfImage image = ElfImage.of(binary, spec, settings.limits(), settings.libos());
    image.requireOwnChecks(NAME);
    ProcessFunction function =
        ProcessFunction.of(layout, image, new FaultBackoff(settings.backoff()));
    requireMappable(function.ranges(), selfTest.lowestAddress());
    return function;
  }

  /** Refuses what no child could map. */
  static void requireMappable(List<MappedRange> ranges, long lowestAddress) {
    requireFewPieces(ranges);
    long lowest = ranges.getFirst().start();
    if (lowest < lowestAddress) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_BINARY,
                  "the binary is linked at 0x%x, but on this host a process may use no address"
                      + " below 0x%x",
                  lowest,
                  lowestAddress)
              .withHint("link it at 0x10000, as pappus.flags does, or run it in sandbox kvm"));
    }
  }

  /** Refuses what has more pieces than a request to the zygote can name. */
  static void requireFewPieces(List<MappedRange> ranges) {
    if (ranges.size() > ZygoteProtocol.RANGES_MAX - Zygote.WARM_MAX) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_BINARY,
                  "the binary's segments make %d pieces of memory, more than a process is given",
                  ranges.size())
              .withHint("link it with fewer segments"));
    }
  }

  @Override
  public ProcessEngine openEngine(int index) {
    EngineThread thread = EngineThread.current(index, settings.pinEngines() ? places : null);
    try {
      return new ProcessEngine(settings, budget, contexts, thread, index < 0);
    } catch (LinuxException e) {
      thread.close();
      throw new ProblemException(unavailable("no engine can be opened: " + e.getMessage()), e);
    }
  }

  /** A new child for each run would keep the others of its thread waiting. */
  @Override
  public boolean sharesThreads() {
    return selfTest.childrenStay();
  }

  @Override
  public void close() {}
}
