package dev.pappus.sandbox;

import java.lang.foreign.MemorySegment;

/** A backend's factory. Any thread may call it; nothing it does disturbs running engines. */
public interface ComputeDriver extends AutoCloseable {
  /** {@code kvm}, {@code process} or {@code wasm}. */
  String name();

  /** What it runs. */
  BinaryKind accepts();

  /**
   * Checks a binary and prepares it for many runs.
   *
   * @param binary the file's bytes; not kept after the call returns
   * @param contextBytes size of the guest's linear context
   * @throws dev.pappus.model.ProblemException with BAD_BINARY and what to do about it
   */
  PreparedFunction prepare(MemorySegment binary, long contextBytes);

  /**
   * Opens an engine. The calling thread owns the engine and its domain, and is the only one that
   * may use or close them.
   *
   * @param index number of the engine on this node, for names and affinity
   * @throws dev.pappus.model.ProblemException with SANDBOX_UNAVAILABLE if the host cannot give one
   */
  ComputeEngine openEngine(int index);

  /** Frees what the driver holds; all engines are closed before. */
  @Override
  void close();
}
