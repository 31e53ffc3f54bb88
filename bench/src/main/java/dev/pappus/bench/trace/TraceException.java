package dev.pappus.bench.trace;

/** A trace cannot be read, or not in the way that was asked for; the message says what to do. */
public final class TraceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TraceException(String message) {
    super(message);
  }
}
