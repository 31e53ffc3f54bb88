package dev.pappus.sandbox.wasm;

import dev.pappus.model.Limits;
import dev.pappus.sandbox.FaultBackoff;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How the WebAssembly backend is set up.
 *
 * @param limits bounds for binaries and contexts
 * @param memoryBytesMax bytes of the Java heap that memories and files of all runs occupy together
 * @param codeBytesMax largest code section of a module: compiling takes a multiple of the Java heap
 * @param cacheFolder where compiled modules are kept, null for nowhere. Whoever can write there can
 *     run code in the node: it is made readable and writable for its owner alone
 * @param cacheBytesMax bytes that the folder holds at most
 * @param backoff what happens to functions that fault again and again
 */
public record WasmSettings(
    Limits limits,
    long memoryBytesMax,
    long codeBytesMax,
    @Nullable Path cacheFolder,
    long cacheBytesMax,
    FaultBackoff.Settings backoff) {
  private static final long CODE_BYTES_MAX = 8 << 20;
  private static final long HEAP_PER_CODE_BYTE = 256;

  /** What suits most nodes: half of the Java heap for runs, and nothing kept on disk. */
  public static final WasmSettings DEFAULTS =
      new WasmSettings(
          Limits.DEFAULTS,
          Runtime.getRuntime().maxMemory() / 2,
          Math.min(CODE_BYTES_MAX, Runtime.getRuntime().maxMemory() / HEAP_PER_CODE_BYTE),
          null,
          256L << 20,
          FaultBackoff.Settings.DEFAULTS);

  public WasmSettings {
    if (memoryBytesMax < 0 || codeBytesMax < 0 || cacheBytesMax < 0) {
      throw new IllegalArgumentException(
          "memoryBytesMax %d, codeBytesMax %d, cacheBytesMax %d"
              .formatted(memoryBytesMax, codeBytesMax, cacheBytesMax));
    }
  }

  /** These settings with other limits. */
  public WasmSettings withLimits(Limits newLimits) {
    return new WasmSettings(
        newLimits, memoryBytesMax, codeBytesMax, cacheFolder, cacheBytesMax, backoff);
  }

  /** These settings with another bound for the memory of all runs. */
  public WasmSettings withMemoryBytesMax(long bytes) {
    return new WasmSettings(limits, bytes, codeBytesMax, cacheFolder, cacheBytesMax, backoff);
  }

  /** These settings with compiled modules kept in {@code folder}, up to {@code bytesMax}. */
  public WasmSettings withCache(Path folder, long bytesMax) {
    return new WasmSettings(limits, memoryBytesMax, codeBytesMax, folder, bytesMax, backoff);
  }

  /** These settings with another back-off. */
  public WasmSettings withBackoff(FaultBackoff.Settings newBackoff) {
    return new WasmSettings(
        limits, memoryBytesMax, codeBytesMax, cacheFolder, cacheBytesMax, newBackoff);
  }
}
