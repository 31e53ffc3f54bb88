package dev.pappus.dispatcher;

import dev.pappus.model.DataSet;
import dev.pappus.model.Namespace;
import dev.pappus.model.TraceContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One invocation, decoded.
 *
 * @param target what to invoke
 * @param inputs sets by position of the target's inputs; names are ignored; fewer than declared
 *     means that the rest are empty, more is an UNKNOWN_SET problem
 * @param options on whose behalf, and how
 */
public record InvocationRequest(InvocationTarget target, List<DataSet> inputs, Options options) {
  public InvocationRequest {
    inputs = List.copyOf(inputs);
  }

  /** In the default namespace, with the node's limits. */
  public InvocationRequest(InvocationTarget target, List<DataSet> inputs, CodeSource code) {
    this(target, inputs, Options.DEFAULT.withCode(code));
  }

  /**
   * On whose behalf, and how.
   *
   * @param namespace where names are looked up and whose share is used
   * @param code whether code may come from the caches
   * @param timeoutNanos the time it may take at most, queues and I/O included; the node's limit
   *     holds besides
   * @param trace the span that this invocation is; null begins a trace
   * @param id its identifier; null lets the dispatcher name it
   */
  public record Options(
      Namespace namespace,
      CodeSource code,
      long timeoutNanos,
      @Nullable TraceContext trace,
      @Nullable String id) {
    /** What holds where nothing is said. */
    public static final Options DEFAULT =
        new Options(Namespace.DEFAULT, CodeSource.ANY, Long.MAX_VALUE, null, null);

    /** On behalf of another namespace. */
    public Options withNamespace(Namespace other) {
      return new Options(other, code, timeoutNanos, trace, id);
    }

    /** With code from elsewhere. */
    public Options withCode(CodeSource other) {
      return new Options(namespace, other, timeoutNanos, trace, id);
    }

    /** With less time. */
    public Options withTimeoutNanos(long other) {
      return new Options(namespace, code, other, trace, id);
    }

    /** As a span of a trace. */
    public Options withTrace(TraceContext other) {
      return new Options(namespace, code, timeoutNanos, other, id);
    }

    /** Under a name that {@link Dispatcher#newId} made. */
    public Options withId(String other) {
      return new Options(namespace, code, timeoutNanos, trace, other);
    }
  }

  /** Where the code of compute functions may come from. */
  public enum CodeSource {
    /** The warmest place there is. */
    ANY,
    /** The file: read, parsed and bound anew ({@code /cold/…} of the reference's API). */
    FILE
  }
}
