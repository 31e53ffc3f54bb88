package dev.pappus.sandbox.kvm;

import dev.pappus.linux.KvmAvailability;
import dev.pappus.linux.KvmSystem;
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
import dev.pappus.sandbox.Libos;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.ResidentBudget;
import java.lang.foreign.MemorySegment;

/** The KVM backend of a node. */
public final class KvmDriver implements ComputeDriver {
  static final String NAME = "kvm";

  private final KvmSettings settings;
  private final KvmSystem system;
  private final HostFeatures host;
  private final SelfTestReport selfTest;
  private final ResidentBudget budget;
  private final VmPool pool;
  private final EnginePlaces places = new EnginePlaces();
  private boolean open = true;

  /** With a budget of its own for what its machines keep resident, limits.resident_bytes. */
  public KvmDriver(KvmSettings settings) {
    this(settings, new ResidentBudget(settings.limits().get(Limit.RESIDENT_BYTES)));
  }

  /**
   * Tests the host and begins to make machines.
   *
   * @param budget for what they keep resident
   * @throws ProblemException with SANDBOX_UNAVAILABLE if there is no KVM, it may not be used, or it
   *     does not do what is needed; the hint says what to do
   */
  public KvmDriver(KvmSettings settings, ResidentBudget budget) {
    this.settings = settings;
    this.budget = budget;
    this.system = openSystem();
    try {
      host = HostFeatures.of(system);
      selfTest = SelfTest.run(system, host, settings);
      MachineType type =
          new MachineType(system, host, selfTest.variant(), selfTest.wipeMethod(), budget);
      pool =
          new VmPool(
              size -> WarmUp.machine(type, size),
              budget,
              settings.warmBlanks(),
              settings.sandboxesMax(),
              HeapSize.SMALLEST_BYTES);
    } catch (ProblemException e) {
      system.close();
      throw e;
    } catch (LinuxException e) {
      system.close();
      throw unavailable("KVM does not work: " + e.getMessage(), e);
    }
  }

  private static KvmSystem openSystem() {
    KvmAvailability availability = KvmAvailability.probe();
    if (!(availability instanceof KvmAvailability.Present)) {
      throw new ProblemException(
          Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "%s", availability.explanation())
              .withHint("'pappus doctor' checks again"));
    }
    try {
      return KvmSystem.open();
    } catch (LinuxException e) {
      throw unavailable("KVM cannot be opened: " + e.getMessage(), e);
    }
  }

  static ProblemException unavailable(String detail, Throwable cause) {
    return new ProblemException(
        Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "%s", detail)
            .withHint("'pappus doctor' shows what this host offers"),
        cause);
  }

  /** What the self-test found. */
  public SelfTestReport selfTest() {
    return selfTest;
  }

  /** What its machines keep resident. */
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
    Libos libos = selfTest.runsPrograms() ? settings.libos() : null;
    ElfImage image = ElfImage.of(binary, spec, settings.limits(), libos);
    FaultBackoff backoff = new FaultBackoff(settings.backoff());
    return KvmFunction.of(GuestLayout.of(spec.contextBytes()), image, backoff);
  }

  @Override
  public KvmEngine openEngine(int index) {
    EngineThread thread = EngineThread.current(index, settings.pinEngines() ? places : null);
    try {
      return new KvmEngine(
          pool, budget, settings.sandboxesPerEngine(), host.tripleFaultEvent(), thread);
    } catch (LinuxException e) {
      thread.close();
      throw unavailable("no engine can be opened: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean sharesThreads() {
    return true;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      pool.close();
      system.close();
    }
  }
}
