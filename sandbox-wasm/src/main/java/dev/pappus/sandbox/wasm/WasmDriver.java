package dev.pappus.sandbox.wasm;

import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Limit;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.BinaryKind;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.EngineThread;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.FunctionNote;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.WasmFile;
import java.lang.foreign.MemorySegment;

/** The WebAssembly backend of a node. It needs nothing of the host but memory. */
public final class WasmDriver implements ComputeDriver {
  static final String NAME = "wasm";

  private static final String UNNAMED = "function";

  private final WasmSettings settings;
  private final ModuleCompiler compiler;
  private final MemorySpace.NodeMemory node;
  private final DeadlineWatcher watcher = new DeadlineWatcher();

  /** Ready to prepare and to run. */
  public WasmDriver(WasmSettings settings) {
    this.settings = settings;
    StackReserve.prepare();
    compiler =
        new ModuleCompiler(
            settings.cacheFolder() == null
                ? null
                : new CodeCache(settings.cacheFolder(), settings.cacheBytesMax()));
    node = new MemorySpace.NodeMemory(settings.memoryBytesMax());
  }

  /** Bytes that runs hold now. */
  long reservedBytes() {
    return node.reservedBytes();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public BinaryKind accepts() {
    return BinaryKind.WASM;
  }

  @Override
  public PreparedFunction prepare(MemorySegment binary, FunctionSpec spec) {
    long contextBytes = spec.contextBytes();
    if (contextBytes > settings.limits().get(Limit.CONTEXT_MAX)) {
      throw new ProblemException(
          settings
              .limits()
              .exceeded(
                  ProblemCode.BAD_BINARY,
                  Limit.CONTEXT_MAX,
                  "context of the function",
                  contextBytes));
    }
    long context = GuestLayout.of(contextBytes).contextBytes();
    WasmFile file = WasmFile.of(binary, settings.limits());
    FunctionNote note = file.note();
    ModuleCheck.requireModest(file.codeShape(), settings.codeBytesMax());
    ModuleCheck.Entry[] entry = new ModuleCheck.Entry[1];
    ModuleCompiler.Compiled code =
        compiler.compile(file, module -> entry[0] = ModuleCheck.check(module, context));
    return new WasmFunction(
        code,
        entry[0],
        note == null ? UNNAMED : note.name(),
        file.functionNames(),
        binary.byteSize(),
        context,
        new FaultBackoff(settings.backoff()));
  }

  @Override
  public ComputeEngine openEngine(int index) {
    return new WasmEngine(node, watcher, EngineThread.current(index, null));
  }

  @Override
  public void close() {
    watcher.close();
  }
}
