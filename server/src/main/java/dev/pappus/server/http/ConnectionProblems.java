package dev.pappus.server.http;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import org.jspecify.annotations.Nullable;

/**
 * What is told to clients whose requests cannot be served because they never came whole. Any thread
 * may use it.
 *
 * @param limits the node's limits
 * @param secure whether clients speak TLS
 */
record ConnectionProblems(Limits limits, boolean secure) {
  /** There are {@code open} connections, one too many. */
  Problem tooMany(long open) {
    return limits.exceeded(
        ProblemCode.OVERLOADED, Limit.CLIENT_CONNECTIONS, "open connections", open);
  }

  /** What was sent is not HTTP; {@code cause} says why, if anything does. */
  Problem unreadable(@Nullable Throwable cause) {
    String reason = cause == null || cause.getMessage() == null ? "unreadable" : cause.getMessage();
    return Problem.of(
            ProblemCode.BAD_REQUEST,
            "this is not an HTTP request the node can read: %s",
            Names.printable(reason))
        .withHint(
            secure
                ? "send HTTP/1.1 or HTTP/2"
                : "send HTTP/1.1 or HTTP/2 (prior knowledge), without TLS");
  }

  /** The client fell silent within its request, or took too long for the whole of it. */
  Problem tooSlow(boolean silent) {
    Limit limit = silent ? Limit.CLIENT_IDLE : Limit.CLIENT_REQUEST;
    return Problem.of(
            ProblemCode.REQUEST_TIMEOUT,
            silent
                ? "the client sent nothing for %s in the middle of its request (limits.%s)"
                : "the client did not send its request within %s (limits.%s)",
            limit.format(limits.get(limit)),
            limit.key())
        .withHint("send faster, or raise limits." + limit.key() + " in the node's configuration");
  }
}
