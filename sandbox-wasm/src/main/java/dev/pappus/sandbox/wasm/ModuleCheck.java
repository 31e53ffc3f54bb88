package dev.pappus.sandbox.wasm;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.WasiCall;
import dev.pappus.sandbox.WasmFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.Memory;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.Export;
import run.endive.wasm.types.ExternalType;
import run.endive.wasm.types.FunctionBody;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.Global;
import run.endive.wasm.types.Import;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.Table;
import run.endive.wasm.types.ValType;

/**
 * What a module must be to be run here; everything else is refused when it is registered, so that
 * neither compiling nor running meets anything that has not been thought of. Each refusal is a
 * BAD_BINARY with a hint.
 */
final class ModuleCheck {
  private static final long FUNCTIONS_MAX = 100_000;
  private static final long LOCALS_MAX = 1_000_000;
  private static final long FUNCTION_LOCALS_MAX = 5000;
  private static final long FUNCTION_BYTES_MAX = 256 << 10;

  /** Bytes times locals of one function: the compiler's memory grows with it. */
  private static final long FUNCTION_WEIGHT_MAX = 32 << 20;

  /**
   * Pairs of a function and a type that it has: the compiler writes code for each. Where no type is
   * there twice, as compilers leave it, this is the number of functions.
   */
  private static final long TYPED_MAX = FUNCTIONS_MAX;

  private static final long ARITY_MAX = 1000;

  /** Each branch and call may move so many values, and each move is code. */
  private static final long MOVES_MAX = 16 << 20;

  /** The parser goes each of these steps. */
  private static final long BRANCH_STEPS_MAX = 64 << 20;

  private static final long DATA_SEGMENTS_MAX = 100_000;
  private static final int TYPES_MAX = 10_000;
  private static final int TABLES_MAX = 16;
  private static final int IMPORTS_NAMED_MAX = 20;
  private static final int GLOBALS_MAX = 10_000;

  private static final String HINT_FEATURES =
      "build for WebAssembly 2.0 without SIMD: with clang that is --target=wasm32-wasi without"
          + " -msimd128, -pthread and -fwasm-exceptions; 'pappus build --native' accepts more";

  private ModuleCheck() {}

  /** Bounds that are checked before the module is taken apart. */
  static void requireModest(WasmFile.CodeShape code, long codeBytesMax) {
    require("code", code.bytes(), codeBytesMax, "bytes");
    require("code", code.functions(), FUNCTIONS_MAX, "functions");
    require("code", code.locals(), LOCALS_MAX, "local variables");
    require("largest function", code.bodyBytesMax(), FUNCTION_BYTES_MAX, "bytes");
    require("largest function", code.localsMax(), FUNCTION_LOCALS_MAX, "local variables");
    require(
        "largest function", code.weightMax(), FUNCTION_WEIGHT_MAX, "bytes times local variables");
    require("type section", code.arityMax(), ARITY_MAX, "parameters and results of one type");
    require(
        "code",
        code.bytes() * code.movedMax(),
        MOVES_MAX,
        "bytes times results of the largest type");
    require("code", code.branchSteps(), BRANCH_STEPS_MAX, "blocks between branches and targets");
    require("code and tables", code.bytes() + code.tableBytes(), codeBytesMax, "bytes together");
    require("data section", code.dataSegments(), DATA_SEGMENTS_MAX, "segments");
    if (code.beyond() != 0) {
      throw unsupported(featureBeyond(code.beyond()));
    }
  }

  private static void require(String what, long value, long limit, String unit) {
    if (value > limit) {
      throw bad(
          "split the work among several functions, or build with -Os; docs/wasm.md has the limits",
          "the module's %s has %d %s; at most %d are compiled",
          what,
          value,
          unit,
          limit);
    }
  }

  /**
   * Checks a module that has been parsed and validated.
   *
   * @return how it is entered
   */
  static Entry check(WasmModule module, long contextBytes) {
    requireFewTypes(module);
    requireKnownTypes(module);
    requireKnownLocals(module);
    requireTables(module);
    requireImports(module);
    requireMemory(module, contextBytes);
    return Entry.of(module);
  }

  private static void requireFewTypes(WasmModule module) {
    require("type section", module.typeSection().subTypeCount(), TYPES_MAX, "types");
    Map<FunctionType, Long> sameTypes = new HashMap<>();
    for (int i = 0; i < module.typeSection().subTypeCount(); i++) {
      FunctionType type = module.typeSection().getSubType(i).compType().funcType();
      if (type != null) {
        sameTypes.merge(type, 1L, Long::sum);
      }
    }
    long typed = 0;
    for (int i = 0; i < module.functionSection().functionCount(); i++) {
      FunctionType type = module.typeSection().getType(module.functionSection().getFunctionType(i));
      typed += sameTypes.getOrDefault(type, 1L);
    }
    require("type section", typed, TYPED_MAX, "pairs of a function and one of its types");
  }

  private static void requireKnownTypes(WasmModule module) {
    for (int i = 0; i < module.typeSection().subTypeCount(); i++) {
      FunctionType type = module.typeSection().getSubType(i).compType().funcType();
      if (type == null) {
        throw unsupported("garbage-collected types");
      }
      type.params().forEach(ModuleCheck::requireKnown);
      type.returns().forEach(ModuleCheck::requireKnown);
    }
    for (Global global : module.globalSection().globals()) {
      requireKnown(global.valueType());
    }
    require("global section", module.globalSection().globals().length, GLOBALS_MAX, "globals");
    if (module.tagSection().isPresent()) {
      throw unsupported("exceptions");
    }
  }

  private static void requireKnown(ValType type) {
    if (type.equals(ValType.V128)) {
      throw unsupported("SIMD");
    }
    if (!type.isNumeric() && !type.equals(ValType.FuncRef) && !type.equals(ValType.ExternRef)) {
      throw unsupported("typed references");
    }
  }

  private static void requireKnownLocals(WasmModule module) {
    for (FunctionBody body : module.codeSection().functionBodies()) {
      body.localTypes().forEach(ModuleCheck::requireKnown);
    }
  }

  /** The extension that an instruction belongs to, which is none of WebAssembly 2.0. */
  private static String featureBeyond(int opcode) {
    return switch (opcode) {
      case 0x06, 0x07, 0x08, 0x09, 0x0A, 0x18, 0x19, 0x1F -> "exceptions";
      case 0x12, 0x13, 0x15 -> "tail calls";
      case 0x14, 0xD3, 0xD4, 0xD5, 0xD6 -> "typed references";
      default ->
          switch (opcode >>> 8) {
            case 0xFB -> "garbage-collected types";
            case 0xFD -> "SIMD";
            case 0xFE -> "threads";
            default -> "instructions beyond WebAssembly 2.0";
          };
    };
  }

  private static void requireTables(WasmModule module) {
    int tables = module.tableSection().tableCount();
    require("table section", tables, TABLES_MAX, "tables");
    for (int i = 0; i < tables; i++) {
      Table table = module.tableSection().getTable(i);
      requireKnown(table.elementType());
      require("table", table.limits().min(), BoundedTable.ELEMENTS_MAX, "elements");
    }
  }

  private static void requireImports(WasmModule module) {
    List<String> unknown = new ArrayList<>();
    for (int i = 0; i < module.importSection().importCount(); i++) {
      Import each = module.importSection().getImport(i);
      WasiFunction function =
          each.module().equals(WasiCall.MODULE) ? WasiFunction.of(each.name()) : null;
      if (!(each instanceof FunctionImport imported) || function == null) {
        unknown.add(printable(each));
      } else if (!module.typeSection().getType(imported.typeIndex()).equals(function.type())) {
        unknown.add(printable(each) + " (with another type)");
      }
    }
    if (!unknown.isEmpty()) {
      throw bad(
          "only functions of wasi_snapshot_preview1 are there; for AssemblyScript: --use abort=",
          "the module imports what does not exist here: %s",
          String.join(", ", unknown.subList(0, Math.min(IMPORTS_NAMED_MAX, unknown.size()))));
    }
  }

  private static String printable(Import each) {
    return Names.printable(each.module()) + "." + Names.printable(each.name());
  }

  private static void requireMemory(WasmModule module, long contextBytes) {
    if (module.memorySection().isEmpty() || module.memorySection().get().memoryCount() == 0) {
      throw bad("export a memory called 'memory'", "the module has no memory");
    }
    if (module.memorySection().get().memoryCount() > 1) {
      throw unsupported("several memories");
    }
    MemoryLimits limits = module.memorySection().get().getMemory(0).limits();
    if (limits.shared()) {
      throw unsupported("threads");
    }
    long bytes = (long) limits.initialPages() * Memory.PAGE_SIZE;
    if (bytes > contextBytes || limits.initialPages() > Memory.RUNTIME_MAX_PAGES) {
      throw bad(
          "deploy it with --memory of at least that size (2 GiB is the most that WebAssembly gets)",
          "the module begins with %d bytes of memory, more than its context of %d bytes",
          bytes,
          contextBytes);
    }
  }

  private static ProblemException unsupported(String feature) {
    return bad(HINT_FEATURES, "the module uses %s, which are not supported", plural(feature));
  }

  private static String plural(String feature) {
    return feature.equals("SIMD") ? "SIMD instructions" : feature;
  }

  static ProblemException bad(String hint, String detail, @Nullable Object... arguments) {
    return new ProblemException(
        Problem.of(ProblemCode.BAD_BINARY, detail, arguments).withHint(hint));
  }

  /** How a module is entered; docs/wasm.md. */
  enum Entry {
    /** {@code _start} of a WASI command, with files. */
    COMMAND,
    /** {@code pappus_run}, with tables. */
    LOW_LEVEL;

    static final String MEMORY = "memory";
    static final String START = "_start";
    static final String INITIALIZE = "_initialize";
    static final String ALLOCATE = "pappus_allocate";
    static final String RUN = "pappus_run";

    private static final FunctionType NOTHING = FunctionType.empty();
    private static final FunctionType ALLOCATES =
        FunctionType.of(List.of(ValType.I32, ValType.I32), List.of(ValType.I32));
    private static final FunctionType RUNS =
        FunctionType.of(List.of(ValType.I32), List.of(ValType.I32));

    private static Entry of(WasmModule module) {
      Map<String, Export> exports = new HashMap<>();
      for (int i = 0; i < module.exportSection().exportCount(); i++) {
        Export export = module.exportSection().getExport(i);
        exports.put(export.name(), export);
      }
      Export memory = exports.get(MEMORY);
      if (memory == null || memory.exportType() != ExternalType.MEMORY) {
        throw bad("export the memory as 'memory'", "the module exports no memory");
      }
      if (exports.containsKey(RUN)) {
        require(module, exports, RUN, RUNS);
        require(module, exports, ALLOCATE, ALLOCATES);
        if (exports.containsKey(INITIALIZE)) {
          require(module, exports, INITIALIZE, NOTHING);
        }
        return LOW_LEVEL;
      }
      if (!exports.containsKey(START)) {
        throw bad(
            "build a command (clang --target=wasm32-wasi), or export pappus_allocate and pappus_run",
            "the module exports neither _start nor pappus_run: there is nothing to run");
      }
      require(module, exports, START, NOTHING);
      return COMMAND;
    }

    private static void require(
        WasmModule module, Map<String, Export> exports, String name, FunctionType type) {
      Export export = exports.get(name);
      if (export == null
          || export.exportType() != ExternalType.FUNCTION
          || !typeOf(module, export.index()).equals(type)) {
        throw bad(
            "docs/wasm.md has the types of what a module exports",
            "the module exports no function %s of the right type",
            name);
      }
    }

    private static FunctionType typeOf(WasmModule module, int function) {
      int imported = module.importSection().count(ExternalType.FUNCTION);
      return module
          .typeSection()
          .getType(
              function < imported
                  ? ((FunctionImport) module.importSection().getImport(function)).typeIndex()
                  : module.functionSection().getFunctionType(function - imported));
    }
  }
}
