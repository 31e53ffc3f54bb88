package dev.pappus.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A node's answer that is an error. */
final class ProblemReply extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient JsonObject problem;
  private final String file;
  private final @Nullable String sourceLine;

  /**
   * Made of an answer.
   *
   * @param status HTTP status
   * @param problem the problem+json body; empty if there was none
   */
  ProblemReply(int status, JsonObject problem) {
    this(status, problem, "", null);
  }

  private ProblemReply(int status, JsonObject problem, String file, @Nullable String sourceLine) {
    super(problem.text("detail", "the node answered " + status));
    this.status = status;
    this.problem = problem;
    this.file = file;
    this.sourceLine = sourceLine;
  }

  /** The same, about a file of the user's. */
  ProblemReply about(Path path) {
    return new ProblemReply(status, problem, path.toString(), sourceLine);
  }

  /** The same, at a line of the function's source, {@code FILE:LINE}. */
  ProblemReply at(String line) {
    return new ProblemReply(status, problem, file, line);
  }

  /** Where in its source the function failed; null if nobody knows. */
  @Nullable String sourceLine() {
    return sourceLine;
  }

  /** The file that it is about; empty if it is about none. */
  String file() {
    return file;
  }

  int status() {
    return status;
  }

  JsonObject problem() {
    return problem;
  }

  /** What the command ends with. */
  int exitCode() {
    return switch (problem.text("code", "")) {
      case "overloaded" -> ExitCode.QUOTA;
      case "shutting_down" -> ExitCode.UNREACHABLE;
      default ->
          switch (status) {
            case 401, 403 -> ExitCode.FORBIDDEN;
            case 404 -> ExitCode.NOT_FOUND;
            case 408, 504 -> ExitCode.TIMEOUT;
            case 413, 429 -> ExitCode.QUOTA;
            default -> ExitCode.FAILED;
          };
    };
  }
}
