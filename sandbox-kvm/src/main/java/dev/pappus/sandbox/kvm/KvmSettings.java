package dev.pappus.sandbox.kvm;

import dev.pappus.model.Limits;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.Libos;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How the KVM backend is set up.
 *
 * @param sandboxesPerEngine most machines that one engine holds, at work or bound and waiting
 * @param sandboxesMax most machines that all engines hold together; each may have one all the same
 * @param warmBlanks blank machines that a background thread keeps ready for all engines
 * @param limits bounds for binaries
 * @param pinEngines whether the threads of engines are confined to one processor each; threads that
 *     they start inherit that, so an engine's thread should start none
 * @param variant the entry variant, null for whichever the self-test finds best
 * @param wipeMethod how writes are found, null for whichever the self-test finds best
 * @param libos for programs, which are refused without
 * @param backoff what happens to functions that fault again and again
 */
public record KvmSettings(
    int sandboxesPerEngine,
    int sandboxesMax,
    int warmBlanks,
    Limits limits,
    boolean pinEngines,
    @Nullable EntryVariant variant,
    @Nullable WipeMethod wipeMethod,
    @Nullable Libos libos,
    FaultBackoff.Settings backoff) {
  /** What suits most nodes. */
  public static final KvmSettings DEFAULTS =
      new KvmSettings(
          32, 64, 4, Limits.DEFAULTS, false, null, null, null, FaultBackoff.Settings.DEFAULTS);

  public KvmSettings {
    if (sandboxesPerEngine < 1 || sandboxesMax < 1 || warmBlanks < 0) {
      throw new IllegalArgumentException(
          "sandboxesPerEngine %d, sandboxesMax %d, warmBlanks %d"
              .formatted(sandboxesPerEngine, sandboxesMax, warmBlanks));
    }
  }

  /** These settings with another bound for an engine's machines. */
  public KvmSettings withSandboxesPerEngine(int count) {
    return with(draft -> draft.sandboxesPerEngine = count);
  }

  /** These settings with another bound for the machines of all engines. */
  public KvmSettings withSandboxesMax(int count) {
    return with(draft -> draft.sandboxesMax = count);
  }

  /** These settings with another number of blank machines. */
  public KvmSettings withWarmBlanks(int count) {
    return with(draft -> draft.warmBlanks = count);
  }

  /** These settings with other limits. */
  public KvmSettings withLimits(Limits newLimits) {
    return with(draft -> draft.limits = newLimits);
  }

  /** These settings with engines pinned or not. */
  public KvmSettings withPinEngines(boolean pin) {
    return with(draft -> draft.pinEngines = pin);
  }

  /** These settings with a fixed entry variant. */
  public KvmSettings withVariant(EntryVariant forced) {
    return with(draft -> draft.variant = forced);
  }

  /** These settings with a fixed way to find writes. */
  public KvmSettings withWipeMethod(WipeMethod forced) {
    return with(draft -> draft.wipeMethod = forced);
  }

  /** These settings with a library OS, so that programs can run. */
  public KvmSettings withLibos(Libos newLibos) {
    return with(draft -> draft.libos = newLibos);
  }

  /** These settings with another back-off. */
  public KvmSettings withBackoff(FaultBackoff.Settings newBackoff) {
    return with(draft -> draft.backoff = newBackoff);
  }

  private KvmSettings with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.settings();
  }

  /** Settings in which one is being changed. */
  private static final class Draft {
    private int sandboxesPerEngine;
    private int sandboxesMax;
    private int warmBlanks;
    private Limits limits;
    private boolean pinEngines;
    private @Nullable EntryVariant variant;
    private @Nullable WipeMethod wipeMethod;
    private @Nullable Libos libos;
    private FaultBackoff.Settings backoff;

    Draft(KvmSettings from) {
      sandboxesPerEngine = from.sandboxesPerEngine;
      sandboxesMax = from.sandboxesMax;
      warmBlanks = from.warmBlanks;
      limits = from.limits;
      pinEngines = from.pinEngines;
      variant = from.variant;
      wipeMethod = from.wipeMethod;
      libos = from.libos;
      backoff = from.backoff;
    }

    KvmSettings settings() {
      return new KvmSettings(
          sandboxesPerEngine,
          sandboxesMax,
          warmBlanks,
          limits,
          pinEngines,
          variant,
          wipeMethod,
          libos,
          backoff);
    }
  }
}
