package dev.pappus.server.http;

import java.util.concurrent.Future;

/** For operations on a channel of which nobody waits for the end. */
final class Outcome {
  private Outcome() {}

  /** If it fails, the channel goes inactive, and that is where it is dealt with. */
  static void ignore(@SuppressWarnings("unused") Future<?> operation) {}
}
