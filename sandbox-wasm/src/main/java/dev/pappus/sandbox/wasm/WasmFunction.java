package dev.pappus.sandbox.wasm;

import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.PreparedFunction;
import java.util.Map;
import java.util.Objects;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportValues;
import run.endive.wasm.types.ExternalType;

/** A module that has been compiled. */
final class WasmFunction implements PreparedFunction {
  /** What the engine holds of a module besides its classes, for each byte of it. */
  private static final long HEAP_PER_MODULE_BYTE = 24;

  private final ModuleCompiler.Compiled code;
  private final ModuleCheck.Entry entry;
  private final String name;
  private final Map<Integer, String> names;
  private final ImportValues imports;
  private final long moduleBytes;
  private final long contextBytes;
  private final FaultBackoff backoff;

  /**
   * @param name what the module calls itself
   * @param names of functions by index
   */
  WasmFunction(
      ModuleCompiler.Compiled code,
      ModuleCheck.Entry entry,
      String name,
      Map<Integer, String> names,
      long moduleBytes,
      long contextBytes,
      FaultBackoff backoff) {
    this(code, entry, name, names, imports(code), moduleBytes, contextBytes, backoff);
  }

  private WasmFunction(
      ModuleCompiler.Compiled code,
      ModuleCheck.Entry entry,
      String name,
      Map<Integer, String> names,
      ImportValues imports,
      long moduleBytes,
      long contextBytes,
      FaultBackoff backoff) {
    this.code = code;
    this.entry = entry;
    this.name = name;
    this.names = names;
    this.imports = imports;
    this.moduleBytes = moduleBytes;
    this.contextBytes = contextBytes;
    this.backoff = backoff;
  }

  private static ImportValues imports(ModuleCompiler.Compiled code) {
    int count = code.module().importSection().count(ExternalType.FUNCTION);
    ImportFunction[] functions = new ImportFunction[count];
    for (int i = 0; i < count; i++) {
      WasiFunction function = WasiFunction.of(code.module().importSection().getImport(i).name());
      functions[i] = Objects.requireNonNull(function).hostFunction();
    }
    return ImportValues.builder().addFunction(functions).build();
  }

  ModuleCompiler.Compiled code() {
    return code;
  }

  ModuleCheck.Entry entry() {
    return entry;
  }

  String name() {
    return name;
  }

  ImportValues imports() {
    return imports;
  }

  FaultBackoff backoff() {
    return backoff;
  }

  /** A function's name, or its number if it has none. */
  String nameOf(int function) {
    return names.getOrDefault(function, "function " + function);
  }

  @Override
  public String sandbox() {
    return WasmDriver.NAME;
  }

  @Override
  public long residentBytes() {
    return code.classBytes() + moduleBytes * HEAP_PER_MODULE_BYTE;
  }

  @Override
  public long contextBytes() {
    return contextBytes;
  }

  @Override
  public PreparedFunction accountedWith(PreparedFunction earlier) {
    return earlier instanceof WasmFunction function
        ? new WasmFunction(
            code, entry, name, names, imports, moduleBytes, contextBytes, function.backoff)
        : this;
  }
}
