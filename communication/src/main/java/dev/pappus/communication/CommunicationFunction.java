package dev.pappus.communication;

import dev.pappus.model.DataSet;
import dev.pappus.model.Signature;
import java.util.List;

/** A trusted I/O function. Many virtual threads call it at once. */
public interface CommunicationFunction {
  /** Its name in compositions, {@code HTTP}. */
  String name();

  /** Its sets. */
  Signature signature();

  /**
   * Does the I/O, blocking the calling virtual thread; ends early when interrupted.
   *
   * @param inputs one set for each input, in order
   * @param deadlineNanos on {@link System#nanoTime()}'s scale
   * @return one set for each output, in order
   * @throws dev.pappus.model.ProblemException when it fails, with the item concerned
   * @throws InterruptedException when the invocation was cancelled
   */
  List<DataSet> invoke(List<DataSet> inputs, long deadlineNanos) throws InterruptedException;
}
