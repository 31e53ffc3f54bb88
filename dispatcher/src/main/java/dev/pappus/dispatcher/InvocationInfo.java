package dev.pappus.dispatcher;

import dev.pappus.model.Namespace;
import dev.pappus.model.TraceContext;
import java.time.Instant;

/**
 * What is known of an invocation from its start on.
 *
 * @param id identifies it on this node, unique over restarts
 * @param namespace on whose behalf it runs
 * @param target name of the function or composition; of one that is not stored, its own
 * @param acceptedAt when it was accepted
 * @param trace the span that it is
 */
public record InvocationInfo(
    String id, Namespace namespace, String target, Instant acceptedAt, TraceContext trace) {
  /** Of {@code request}, which is accepted now. */
  static InvocationInfo of(String id, InvocationRequest request) {
    TraceContext trace = request.options().trace();
    return new InvocationInfo(
        id,
        request.options().namespace(),
        request.target().name(),
        Instant.now(),
        trace == null ? TraceContext.begin() : trace);
  }
}
