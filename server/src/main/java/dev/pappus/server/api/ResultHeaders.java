package dev.pappus.server.api;

import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.model.Phases;
import dev.pappus.server.http.Response;
import java.util.ArrayList;
import java.util.List;

/** The header fields that tell what became of an invocation, success or not. */
final class ResultHeaders {
  private ResultHeaders() {}

  /**
   * Adds them.
   *
   * @param encodingNanos time from the result to this answer; counts as reply
   */
  static Response add(Response response, InvocationResult result, long encodingNanos) {
    List<Response.Header> all = new ArrayList<>(response.headers().size() + 4);
    all.addAll(response.headers());
    all.add(new Response.Header("x-pappus-invocation", result.id()));
    all.add(new Response.Header("server-timing", serverTiming(result.phases(), encodingNanos)));
    all.add(new Response.Header("traceparent", result.info().trace().toHeader()));
    if (result.coldestStart() != null) {
      all.add(new Response.Header("x-pappus-start", result.coldestStart().toString()));
    }
    return new Response(response.status(), all, response.body());
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
