package dev.pappus.server.api;

import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.model.Phases;
import dev.pappus.server.http.Response;

/** The header fields that tell what became of an invocation, success or not. */
final class ResultHeaders {
  private ResultHeaders() {}

  /**
   * Adds them.
   *
   * @param encodingNanos time from the result to this answer; counts as reply
   */
  static Response add(Response response, InvocationResult result, long encodingNanos) {
    Phases phases = result.phases();
    Response marked =
        response
            .with("x-pappus-invocation", result.id())
            .with("server-timing", serverTiming(phases, encodingNanos));
    return result.coldestStart() == null
        ? marked
        : marked.with("x-pappus-start", result.coldestStart().toString());
  }

  static String serverTiming(Phases phases, long encodingNanos) {
    StringBuilder text = new StringBuilder(80);
    entry(text, "queue", phases.queueNanos());
    entry(text.append(", "), "load", phases.loadNanos());
    entry(text.append(", "), "run", phases.runNanos());
    entry(text.append(", "), "reply", phases.replyNanos() + encodingNanos);
    return text.toString();
  }

  /** Milliseconds with three decimals, rounded; String.format would cost more than a sandbox. */
  private static void entry(StringBuilder text, String name, long nanos) {
    long micros = (Math.max(0, nanos) + 500) / 1000;
    long decimals = micros % 1000;
    text.append(name).append(";dur=").append(micros / 1000).append('.');
    if (decimals < 100) {
      text.append('0');
    }
    if (decimals < 10) {
      text.append('0');
    }
    text.append(decimals);
  }
}
