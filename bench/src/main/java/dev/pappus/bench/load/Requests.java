package dev.pappus.bench.load;

/** What is sent, one request after the other. One thread at a time uses it. */
@FunctionalInterface
public interface Requests {
  /** The next one. */
  Request next();

  /** Always the same. */
  static Requests repeat(Request request) {
    return () -> request;
  }
}
