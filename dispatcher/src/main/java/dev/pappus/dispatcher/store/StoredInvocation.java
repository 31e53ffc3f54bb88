package dev.pappus.dispatcher.store;

import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Namespace;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a durable invocation besides its request and its result.
 *
 * @param id identifies it
 * @param namespace on whose behalf it runs
 * @param target name of the function or composition
 * @param acceptedAt when it was accepted
 * @param timeoutNanos the time each run may take at most
 * @param trace the span that it is, as {@link dev.pappus.model.TraceContext#toText} writes it
 * @param status QUEUED until it has ended
 * @param starts how often it was started
 * @param endedAt when it ended, or null
 * @param requestBytes size of its request, 0 once it has ended
 * @param resultBytes size of its result, 0 if there is none (yet, or any more)
 * @param callback where its result is to be sent, or null
 */
public record StoredInvocation(
    String id,
    Namespace namespace,
    String target,
    Instant acceptedAt,
    long timeoutNanos,
    String trace,
    InvocationStatus status,
    int starts,
    @Nullable Instant endedAt,
    long requestBytes,
    long resultBytes,
    @Nullable Callback callback) {

  /** How far sending a result has got. */
  public enum Delivery {
    /** To be sent, perhaps again. */
    PENDING,
    /** Taken by its receiver. */
    DELIVERED,
    /** Given up. */
    FAILED
  }

  /**
   * A result's way to whoever asked for it.
   *
   * @param url where it goes
   * @param delivery how far it got
   * @param attempts how often it was tried
   * @param nextAt when it is tried next at the earliest
   * @param detail what came of the last attempt, or null
   */
  public record Callback(
      String url, Delivery delivery, int attempts, Instant nextAt, @Nullable String detail) {}
}
