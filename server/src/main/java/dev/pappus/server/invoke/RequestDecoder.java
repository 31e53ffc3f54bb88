package dev.pappus.server.invoke;

import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.InvocationRequest.Options;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.TraceContext;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.RequestHead;

/** Makes invocations of requests. Immutable. */
public final class RequestDecoder {
  /** The header field that shortens the time an invocation may take. */
  public static final String TIMEOUT_HEADER = "pappus-timeout";

  /** Bodies that hold sets and are larger than this are not decoded on an event loop. */
  private static final int DECODE_ON_LOOP_BYTES = 64 << 10;

  private final InputDecoder inputs;

  /** With the node's limits. */
  public RequestDecoder(Limits limits) {
    this.inputs = new InputDecoder(limits);
  }

  /** Whether {@link #decode} takes too long for an event loop. */
  public static boolean isLong(RequestHead head, Body body, InvokeTarget target) {
    return body.length() > DECODE_ON_LOOP_BYTES
        && InputDecoder.form(head, body, target) != InputDecoder.Form.ITEM;
  }

  /**
   * The invocation that a request asks for. The items of its sets are parts of {@code body}, whose
   * bytes this may change, and keep it alive.
   *
   * @throws ProblemException BAD_REQUEST, BAD_BSON, BAD_NAME, UNKNOWN_SET, TOO_MANY_ITEMS or
   *     PAYLOAD_TOO_LARGE
   */
  public InvocationRequest decode(
      RequestHead head, Body body, InvokeTarget target, Namespace namespace) {
    return new InvocationRequest(
        new InvocationTarget.Named(target.name()),
        inputs.decode(head, body, target),
        options(head, namespace));
  }

  private static Options options(RequestHead head, Namespace namespace) {
    String timeout = head.header(TIMEOUT_HEADER);
    TraceContext trace =
        TraceContext.parse(head.header("traceparent"))
            .map(TraceContext::child)
            .orElseGet(TraceContext::begin);
    return Options.DEFAULT
        .withNamespace(namespace)
        .withTimeoutNanos(timeout == null ? Long.MAX_VALUE : timeoutNanos(timeout))
        .withTrace(trace);
  }

  private static long timeoutNanos(String text) {
    try {
      long nanos = Limit.INVOCATION_WALL.parse(text);
      if (nanos > 0) {
        return nanos;
      }
    } catch (IllegalArgumentException e) {
      // answered below
    }
    throw new ProblemException(
        Problem.of(
                ProblemCode.BAD_REQUEST,
                "'Pappus-Timeout: %s' is no time to wait",
                Names.printable(text))
            .withHint("write it like 500ms, 2s or 1m"));
  }
}
