package dev.pappus.server.telemetry;

import dev.pappus.server.http.Body;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * {@code GET /metrics} in the format that {@code Accept} asks for: Prometheus' protobuf, which
 * alone has native histograms, OpenMetrics text, or else Prometheus' text.
 */
public final class MetricsEndpoint implements Endpoint.BlockingHandler {
  private final NodeMetrics metrics;

  /** Loaded when somebody asks: nodes that nobody scrapes do without, and start sooner. */
  private static final class Formats {
    static final ExpositionFormats ALL = ExpositionFormats.init();
  }

  /** Serves {@code metrics}. */
  public MetricsEndpoint(NodeMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public Response handle(RequestHead head, Body body) {
    String accept = String.join(",", head.headers("accept"));
    ExpositionFormatWriter writer = Formats.ALL.findWriter(accept);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 << 10);
    try {
      writer.write(bytes, metrics.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("an array takes all bytes", e);
    }
    return Response.of(200, writer.getContentType(), bytes.toByteArray());
  }
}
