package dev.pappus.model;

/** Carries a {@link Problem} out of code that cannot return it. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;

  /** Carries {@code problem}. */
  public ProblemException(Problem problem) {
    super(problem.toString());
    this.problem = problem;
  }

  /** Carries {@code problem}, which {@code cause} brought about. */
  public ProblemException(Problem problem, Throwable cause) {
    super(problem.toString(), cause);
    this.problem = problem;
  }

  /** What went wrong. */
  public Problem problem() {
    return problem;
  }
}
