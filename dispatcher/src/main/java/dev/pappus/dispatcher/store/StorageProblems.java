package dev.pappus.dispatcher.store;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.nio.file.Path;

/** Words for what a disk can do to us. */
final class StorageProblems {
  private StorageProblems() {}

  /** STORAGE_FAILED: {@code operation} on {@code path} failed. */
  static ProblemException failed(String operation, Path path, Throwable cause) {
    return new ProblemException(
        Problem.of(
                ProblemCode.STORAGE_FAILED,
                "cannot %s %s: %s",
                operation,
                path,
                Names.printable(String.valueOf(cause.getMessage())))
            .withHint(
                "check that the data folder exists, is writable for the node's user and has free"
                    + " space"),
        cause);
  }
}
