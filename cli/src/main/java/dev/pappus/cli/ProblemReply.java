package dev.pappus.cli;

import java.nio.file.Path;

/** A node's answer that is an error. */
final class ProblemReply extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient JsonObject problem;
  private final String file;

  /**
   * Made of an answer.
   *
   * @param status HTTP status
   * @param problem the problem+json body; empty if there was none
   */
  ProblemReply(int status, JsonObject problem) {
    this(status, problem, "");
  }

  private ProblemReply(int status, JsonObject problem, String file) {
    super(problem.text("detail", "the node answered " + status));
    this.status = status;
    this.problem = problem;
    this.file = file;
  }

  /** The same, about a file of the user's. */
  ProblemReply about(Path path) {
    return new ProblemReply(status, problem, path.toString());
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
