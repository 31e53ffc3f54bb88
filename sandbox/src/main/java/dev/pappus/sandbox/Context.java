package dev.pappus.sandbox;

import dev.pappus.model.DataSet;
import dev.pappus.model.Limits;
import java.util.List;
import java.util.OptionalLong;

/**
 * One guest address space with one owner at a time: preparing (inputs may be written), running,
 * sealed (outputs may be read), released. Its domain's thread alone uses it; others read its items
 * through a {@link SealedContext}.
 */
public interface Context extends AutoCloseable {
  /** How warm it was when it was acquired. */
  Warmth warmth();

  /**
   * Copies inputs and output set names into the guest and writes its tables; inputs that were
   * collected in this context stay where they are. Called once, before the run.
   *
   * @param inputs one set for each registered input, in order, under its registered name; a set
   *     without items is absent to the guest
   * @param outputs registered output set names, in order
   * @throws dev.pappus.model.ProblemException with GUEST_MEMORY if they do not fit into the context
   */
  void write(List<DataSet> inputs, List<String> outputs);

  /**
   * Tells the library OS of a program to leave where the program first touches an input. Called
   * before {@link #write}, which then gets static sets alone.
   */
  default void askForTemplate() {
    throw new UnsupportedOperationException("this sandbox runs no programs");
  }

  /**
   * What a program has become, after a run that exited with {@link ExitCodes#TEMPLATE}.
   *
   * @throws dev.pappus.model.ProblemException with GUEST_BAD_OUTPUT or GUEST_OUTPUT_LIMIT
   */
  default Template readTemplate(Limits limits) {
    throw new UnsupportedOperationException("this sandbox runs no programs");
  }

  /**
   * Checks and copies what the guest left, after a run that exited with code 0.
   *
   * @return one set for each registered output, in order, under the guest's names; empty ones
   *     included
   * @throws dev.pappus.model.ProblemException with GUEST_BAD_OUTPUT or GUEST_OUTPUT_LIMIT
   */
  List<DataSet> readOutputs(Limits limits);

  /**
   * The same, but bytes of some sets go straight to those who read them: into a context that
   * collects them, or they stay in this one, sealed, if they are so many that this pays ({@link
   * dev.pappus.model.Limit#SEAL_FROM}) and the domain can do without it. To close this has no
   * effect then; it goes back to its domain when the sealed context is closed.
   */
  default Outputs readOutputs(Limits limits, OutputReaders readers) {
    return new Outputs(readOutputs(limits), null);
  }

  /** Whether inputs are read during the run, so that they must be there until it ends. */
  default boolean readsInputsInRun() {
    return false;
  }

  /**
   * When the guest was entered, on {@link System#nanoTime}'s scale; after a run. Empty if the
   * backend does not tell.
   */
  default OptionalLong enteredNanos() {
    return OptionalLong.empty();
  }

  /** What the guest printed last, at most 4 KiB, from its log ring; empty if it has none. */
  String lastWords();

  /** Wipes the context and gives it back; whatever the state, nothing of this run outlives it. */
  @Override
  void close();

  /**
   * How warm a context was.
   *
   * @param bound whether it held the function already
   * @param freshSandbox whether it had to be made first
   */
  record Warmth(boolean bound, boolean freshSandbox) {}
}
