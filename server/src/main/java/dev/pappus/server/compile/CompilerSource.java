package dev.pappus.server.compile;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;

/** Where a node's C compiler comes from. Any thread may ask. */
@FunctionalInterface
public interface CompilerSource {
  /** Of a node that was started without one. */
  CompilerSource NONE =
      () -> {
        throw new ProblemException(
            Problem.of(ProblemCode.COMPILER_UNAVAILABLE, "the node was started without a compiler")
                .withHint("send a binary, compiled with gcc -static or musl-gcc -static"));
      };

  /**
   * The compiler as it is there now; what it consists of is not read yet.
   *
   * @throws ProblemException with COMPILER_UNAVAILABLE, saying how to get one
   */
  CompilerRuntime find();
}
