package dev.pappus.sandbox.wasm;

import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.WasmFile;
import java.io.ByteArrayInputStream;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import run.endive.compiler.Cache;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.SectionId;

/**
 * Turns a module into classes, on the thread of whoever prepares it. One module at a time: what
 * compiling takes of the heap is bounded, and a burst of registrations leaves processors for runs.
 * Engines never wait for it.
 */
final class ModuleCompiler {
  /** Prefix of the names of generated classes; each module has a class loader of its own. */
  static final String CLASS_NAME = "dev.pappus.generated.Module";

  private static final String HINT_INVALID =
      "check the module with another tool, such as wasm-validate, and build it again";

  private final Semaphore turn = new Semaphore(1, true);
  private final @Nullable CodeCache cache;

  ModuleCompiler(@Nullable CodeCache cache) {
    this.cache = cache;
  }

  /** A module and what makes instances of it run, and bytes of the classes. */
  record Compiled(WasmModule module, Function<Instance, Machine> machines, long classBytes) {}

  /** Looks at a module between parsing and compiling it. */
  interface Check {
    void check(WasmModule module);
  }

  /**
   * Parses, validates, checks and compiles.
   *
   * @throws ProblemException with BAD_BINARY if the module is invalid or beyond the compiler
   */
  Compiled compile(WasmFile file, Check check) {
    turn.acquireUninterruptibly();
    try {
      WasmModule module = parse(file);
      check.check(module);
      if (cache != null) {
        CodeCache.Key key = cache.key(file.bytes());
        byte[] classes = cache.get(key);
        if (classes != null) {
          try {
            return load(module, classes);
          } catch (RuntimeException | LinkageError e) {
            cache.drop(key);
          }
        }
        Recorder recorder = new Recorder(null);
        Compiled compiled = compile(module, recorder);
        cache.put(key, recorder.requireClasses());
        return compiled;
      }
      return compile(module, new Recorder(null));
    } catch (ProblemException e) {
      throw e;
    } catch (RuntimeException
        | LinkageError
        | AssertionError
        | StackOverflowError
        | OutOfMemoryError e) {
      // The engine and the class writer below it meet modules that their authors have not thought
      // of.
      throw refused(e);
    } finally {
      turn.release();
    }
  }

  private static WasmModule parse(WasmFile file) {
    Parser.Builder parser = Parser.builder();
    // Without custom sections: reading names takes the engine quadratic time.
    for (int id = SectionId.TYPE; id <= SectionId.TAG; id++) {
      parser.includeSectionId(id);
    }
    byte[] bytes = file.bytes().toArray(ValueLayout.JAVA_BYTE);
    return parser.build().parse(() -> new ByteArrayInputStream(bytes));
  }

  private static Compiled load(WasmModule module, byte[] classes) {
    return compile(module, new Recorder(classes));
  }

  private static Compiled compile(WasmModule module, Recorder recorder) {
    Function<Instance, Machine> machines =
        MachineFactoryCompiler.builder(module)
            .withClassName(CLASS_NAME)
            .withInterpreterFallback(InterpreterFallback.FAIL)
            .withCache(recorder)
            .compile();
    return new Compiled(module, machines, recorder.requireClasses().length);
  }

  private static ProblemException refused(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return switch (e) {
      case WasmEngineException _ when message.contains("method size limits") ->
          ModuleCheck.bad(
              "split that function, build with -Os, or build the module natively",
              "function %s of the module is too large to be compiled",
              message.substring(message.lastIndexOf(": ") + 2));
      case WasmEngineException _ ->
          ModuleCheck.bad(HINT_INVALID, "the module is invalid: %s", message);
      case StackOverflowError _ ->
          ModuleCheck.bad(HINT_INVALID, "the module nests its blocks too deep to be compiled");
      case OutOfMemoryError _ ->
          ModuleCheck.bad(
              "build with -Os, or start the node with a larger Java heap",
              "compiling the module takes more memory than the node has");
      default -> ModuleCheck.bad(HINT_INVALID, "the module cannot be compiled: %s", e.toString());
    };
  }

  /** Passes classes between the engine and whoever keeps them; knows one module's only. */
  private static final class Recorder implements Cache {
    private byte @Nullable [] classes;

    Recorder(byte @Nullable [] classes) {
      this.classes = classes;
    }

    @Override
    public byte @Nullable [] get(String key) {
      return classes;
    }

    @Override
    public void putIfAbsent(String key, byte[] data) {
      classes = data;
    }

    byte[] requireClasses() {
      byte[] found = classes;
      if (found == null) {
        throw new IllegalStateException("the engine gave no classes");
      }
      return found;
    }
  }
}
