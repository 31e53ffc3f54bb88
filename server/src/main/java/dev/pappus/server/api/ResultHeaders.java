package dev.pappus.server.api;

import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.model.Phases;
import dev.pappus.server.http.Response;
import java.util.ArrayList;
import java.util.List;

/** The header fields that tell what became of an invocation, success or not. */
final class ResultHeaders {
  private ResultHeaders() {}

  /** Adds them. */
  static Response add(Response response, InvocationResult result, FrontTimes front) {
    List<Response.Header> all = new ArrayList<>(response.headers().size() + 4);
    all.addAll(response.headers());
    all.add(new Response.Header("x-pappus-invocation", result.id()));
    all.add(new Response.Header("server-timing", serverTiming(result.phases(), front)));
    all.add(new Response.Header("traceparent", result.info().trace().toHeader()));
    if (result.coldestStart() != null) {
      all.add(new Response.Header("x-pappus-start", result.coldestStart().toString()));
    }
    return new Response(response.status(), all, response.body());
  }

  /** Phase after phase, each without the others; they sum up to the time that the node knows of. */
  static String serverTiming(Phases phases, FrontTimes front) {
    StringBuilder text = new StringBuilder(180);
    entry(text, "accept", front.acceptNanos());
    entry(text.append(", "), "decode", front.decodeNanos());
    entry(text.append(", "), "queue", phases.queueNanos());
    entry(text.append(", "), "bind", phases.bindNanos());
    entry(text.append(", "), "load", phases.loadNanos() - phases.bindNanos());
    entry(text.append(", "), "enter", phases.enterNanos());
    entry(text.append(", "), "run", phases.runNanos() - phases.enterNanos());
    entry(text.append(", "), "read", phases.replyNanos());
    entry(text.append(", "), "reply", front.encodeNanos());
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
