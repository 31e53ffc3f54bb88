package dev.pappus.sandbox;

import dev.pappus.model.FunctionSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A backend's factory. Any thread may call it; nothing it does disturbs running engines. */
public interface ComputeDriver extends AutoCloseable {
  /** {@code kvm}, {@code process} or {@code wasm}. */
  String name();

  /** What it runs. */
  BinaryKind accepts();

  /**
   * What programs see of the processor, as {@link ProcessorView} tells it: a template that was made
   * in one sandbox serves in others that say the same. Empty where that is not known.
   */
  default String processor() {
    return "";
  }

  /**
   * Checks a binary and prepares it for many runs.
   *
   * @param binary the file's bytes; not kept after the call returns
   * @param spec what is registered of it; its static input sets may be left out
   * @throws dev.pappus.model.ProblemException with BAD_BINARY and what to do about it
   */
  PreparedFunction prepare(MemorySegment binary, FunctionSpec spec);

  /** The same for a binary of which nothing but the size of its context matters. */
  default PreparedFunction prepare(MemorySegment binary, long contextBytes) {
    return prepare(
        binary, new FunctionSpec("function", List.of(), List.of(), contextBytes, List.of()));
  }

  /**
   * Opens an engine. The calling thread owns the engine and its domain, and is the only one that
   * may use or close them.
   *
   * @param index number of the engine on this node, for names and affinity; a negative one has
   *     none, and its thread does other things as well
   * @throws dev.pappus.model.ProblemException with SANDBOX_UNAVAILABLE if the host cannot give one
   */
  ComputeEngine openEngine(int index);

  /**
   * Whether its engines may live on threads that do other things as well: they change nothing of a
   * thread that those would notice.
   */
  default boolean sharesThreads() {
    return false;
  }

  /** Frees what the driver holds; all engines are closed before. */
  @Override
  void close();
}
