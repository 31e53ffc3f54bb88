package dev.pappus.dispatcher;

import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.model.FunctionSpec;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A function to be registered.
 *
 * @param spec what its owner says of it
 * @param binary the ELF file; read during the call only
 * @param onConflict what to do if the name holds other content
 * @param precondition what must hold of the name
 * @param dryRun whether to check everything and to change nothing
 * @param compiledFrom what the binary was compiled from, to be kept with it; null if it came as it
 *     is
 */
public record Deployment(
    FunctionSpec spec,
    MemorySegment binary,
    OnConflict onConflict,
    Precondition precondition,
    boolean dryRun,
    @Nullable CompiledFrom compiledFrom) {
  /** Of a binary that came as it is. */
  public Deployment(
      FunctionSpec spec,
      MemorySegment binary,
      OnConflict onConflict,
      Precondition precondition,
      boolean dryRun) {
    this(spec, binary, onConflict, precondition, dryRun, null);
  }
}
