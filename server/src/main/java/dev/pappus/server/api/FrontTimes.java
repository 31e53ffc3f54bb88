package dev.pappus.server.api;

import dev.pappus.server.http.Arrival;

/**
 * What the front end took of a request's time, in nanoseconds.
 *
 * @param acceptNanos from its head to its end
 * @param decodeNanos from its end to the dispatcher: decoded into sets
 * @param encodeNanos from the result to its answer
 */
public record FrontTimes(long acceptNanos, long decodeNanos, long encodeNanos) {
  /** Of a request that was not waited for. */
  static final FrontTimes NONE = new FrontTimes(0, 0, 0);

  static FrontTimes until(long dispatchedNanos, Arrival arrival) {
    return new FrontTimes(
        arrival.endNanos() - arrival.headNanos(),
        Math.max(0, dispatchedNanos - arrival.endNanos()),
        0);
  }

  FrontTimes withEncode(long nanos) {
    return new FrontTimes(acceptNanos, decodeNanos, nanos);
  }
}
