package dev.pappus.server.telemetry;

import dev.pappus.dispatcher.Dispatcher;
import dev.pappus.dispatcher.InvocationObserver;
import dev.pappus.dispatcher.Registered;
import dev.pappus.model.Namespace;
import dev.pappus.sandbox.Backends;
import dev.pappus.server.async.DurableInvocations;
import dev.pappus.server.http.Endpoint;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a node tells its operators of itself. Any thread may use it; the node closes it. */
public final class Telemetry implements AutoCloseable {
  private final NodeMetrics metrics;
  private final @Nullable TraceExporter traces;
  private volatile @Nullable Dispatcher dispatcher;

  /**
   * Telemetry of a node that is about to start.
   *
   * @param nodeName shown in traces
   */
  public Telemetry(String nodeName, TelemetrySettings settings) {
    metrics =
        withoutFiles(() -> new NodeMetrics((namespace, name) -> find(namespace, name).isPresent()));
    URI otlp = settings.otlp();
    if (otlp == null) {
      traces = null;
    } else {
      TraceExporter exporter = new TraceExporter(otlp, new SpanWriter(nodeName, this::find));
      metrics.countOf(
          "pappus_spans_exported_total", "Spans that the receiver took", exporter::exported);
      metrics.countOf("pappus_spans_dropped_total", "Spans that were lost", exporter::dropped);
      traces = exporter;
    }
  }

  /**
   * What {@code make} makes where libraries find no files of settings. That of the metrics looks
   * for {@code prometheus.properties} wherever classes come from, which takes a node 10 to 30 ms of
   * its start; it has none. Who embeds a node and has one, has it read before.
   */
  private static <T> T withoutFiles(Supplier<T> make) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(new NoFiles());
    try {
      return make.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static final class NoFiles extends ClassLoader {
    NoFiles() {
      super(null);
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
      return null;
    }
  }

  private Optional<Registered> find(Namespace namespace, String name) {
    Dispatcher known = dispatcher;
    return known == null ? Optional.empty() : known.registry().find(namespace, name);
  }

  /** Who has to be told of invocations. */
  public List<InvocationObserver> observers() {
    List<InvocationObserver> observers = new ArrayList<>(2);
    observers.add(metrics);
    if (traces != null) {
      observers.add(traces);
    }
    return observers;
  }

  /** Shows {@code started}, which tells {@link #observers}. Once. */
  public void show(Dispatcher started) {
    dispatcher = started;
    metrics.showState(started::stats);
  }

  /** Shows what sandboxes keep as well. Once. */
  public void show(Backends backends) {
    metrics.gaugeOf(
        "pappus_resident_bytes",
        "Memory that sandboxes keep between runs",
        backends::residentBytes);
  }

  /** Shows the durable queue as well. Once. */
  public void show(DurableInvocations durable) {
    metrics.gaugeOf(
        "pappus_durable_unfinished", "Durable invocations that wait or run", durable::unfinished);
    metrics.gaugeOf(
        "pappus_durable_storage_faults",
        "How often in a row a durable result could not be stored",
        durable::storageFaults);
  }

  /** The front end took so much of the time of a request that was waited for. */
  public void answered(long acceptNanos, long decodeNanos, long encodeNanos) {
    metrics.phases().answered(acceptNanos, decodeNanos, encodeNanos);
  }

  /** Serves {@code GET /metrics}. */
  public Endpoint.BlockingHandler endpoint() {
    return new MetricsEndpoint(metrics);
  }

  /** Sends the traces that wait, for two seconds at most. */
  @Override
  public void close() {
    if (traces != null) {
      traces.close();
    }
  }
}
