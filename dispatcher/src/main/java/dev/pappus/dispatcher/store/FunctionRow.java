package dev.pappus.dispatcher.store;

import dev.pappus.model.Digest;
import dev.pappus.model.Namespace;
import java.time.Instant;

/**
 * A version of a compute function as the database holds it.
 *
 * @param namespace where it is registered
 * @param name its name
 * @param version names specification and binary together
 * @param spec its {@link SpecDocument}
 * @param binary names its binary in the blob store
 * @param binaryBytes size of its binary
 * @param sandbox the backend that accepted it
 * @param program whether its binary is an ordinary Linux program
 * @param deployed when it was deployed, or made current again
 */
public record FunctionRow(
    Namespace namespace,
    String name,
    Digest version,
    String spec,
    Digest binary,
    long binaryBytes,
    String sandbox,
    boolean program,
    Instant deployed) {
  /** What is longer names static items or sources, or has arguments: nobody else's is the same. */
  private static final int SHARED_CHARS_MAX = 256;

  public FunctionRow {
    // Neither says what the function is called: those of most functions are the same.
    spec = spec.length() <= SHARED_CHARS_MAX ? spec.intern() : spec;
    sandbox = sandbox.intern();
  }

  /** The same version, deployed at another time. */
  public FunctionRow deployedAt(Instant time) {
    return new FunctionRow(
        namespace, name, version, spec, binary, binaryBytes, sandbox, program, time);
  }
}
