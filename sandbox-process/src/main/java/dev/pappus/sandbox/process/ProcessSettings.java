package dev.pappus.sandbox.process;

import dev.pappus.model.Limits;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.Libos;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How the process backend is set up.
 *
 * @param zygote the program that makes the children, {@code zygote} of the guest build
 * @param sandboxesPerEngine most contexts that one engine holds, at work or bound and waiting; at
 *     most {@link #PER_ENGINE_MAX}
 * @param sandboxesMax most contexts that all engines hold together; each may have one all the same
 * @param limits bounds for binaries and for memory that is kept between runs
 * @param pinEngines whether the threads of engines, and the children that run their functions, are
 *     confined to one processor each
 * @param childrenStay whether a child serves one run after the other, where the kernel lets it;
 *     else each run has a child of its own
 * @param libos for Linux programs, which are refused without
 * @param backoff what happens to functions that fault again and again
 */
public record ProcessSettings(
    Path zygote,
    int sandboxesPerEngine,
    int sandboxesMax,
    Limits limits,
    boolean pinEngines,
    boolean childrenStay,
    @Nullable Libos libos,
    FaultBackoff.Settings backoff) {
  /** Most contexts of one engine that any host gives. */
  public static final int PER_ENGINE_MAX = Zygote.SLOTS_MAX;

  public ProcessSettings {
    if (sandboxesPerEngine < 1 || sandboxesPerEngine > PER_ENGINE_MAX || sandboxesMax < 1) {
      throw new IllegalArgumentException(
          "sandboxesPerEngine %d, sandboxesMax %d".formatted(sandboxesPerEngine, sandboxesMax));
    }
  }

  /**
   * What suits most nodes.
   *
   * @param guestBuild the folder that the guest programs were built into
   */
  public static ProcessSettings of(Path guestBuild) {
    return new ProcessSettings(
        guestBuild.resolve("zygote"),
        32,
        64,
        Limits.DEFAULTS,
        false,
        true,
        null,
        FaultBackoff.Settings.DEFAULTS);
  }

  /** These settings with another program. */
  public ProcessSettings withZygote(Path program) {
    return new ProcessSettings(
        program,
        sandboxesPerEngine,
        sandboxesMax,
        limits,
        pinEngines,
        childrenStay,
        libos,
        backoff);
  }

  /** These settings with another bound for an engine's contexts. */
  public ProcessSettings withSandboxesPerEngine(int count) {
    return new ProcessSettings(
        zygote, count, sandboxesMax, limits, pinEngines, childrenStay, libos, backoff);
  }

  /** These settings with another bound for the contexts of all engines. */
  public ProcessSettings withSandboxesMax(int count) {
    return new ProcessSettings(
        zygote, sandboxesPerEngine, count, limits, pinEngines, childrenStay, libos, backoff);
  }

  /** These settings with other limits. */
  public ProcessSettings withLimits(Limits newLimits) {
    return new ProcessSettings(
        zygote,
        sandboxesPerEngine,
        sandboxesMax,
        newLimits,
        pinEngines,
        childrenStay,
        libos,
        backoff);
  }

  /** These settings with engines pinned or not. */
  public ProcessSettings withPinEngines(boolean pin) {
    return new ProcessSettings(
        zygote, sandboxesPerEngine, sandboxesMax, limits, pin, childrenStay, libos, backoff);
  }

  /** These settings with children that serve many runs, or one. */
  public ProcessSettings withChildrenStay(boolean stay) {
    return new ProcessSettings(
        zygote, sandboxesPerEngine, sandboxesMax, limits, pinEngines, stay, libos, backoff);
  }

  /** These settings with a library OS, so that programs can run, or without. */
  public ProcessSettings withLibos(@Nullable Libos newLibos) {
    return new ProcessSettings(
        zygote,
        sandboxesPerEngine,
        sandboxesMax,
        limits,
        pinEngines,
        childrenStay,
        newLibos,
        backoff);
  }

  /** These settings with another back-off. */
  public ProcessSettings withBackoff(FaultBackoff.Settings newBackoff) {
    return new ProcessSettings(
        zygote,
        sandboxesPerEngine,
        sandboxesMax,
        limits,
        pinEngines,
        childrenStay,
        libos,
        newBackoff);
  }
}
