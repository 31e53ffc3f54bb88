package dev.pappus.server.telemetry;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * What operators may choose of a node's telemetry. Immutable.
 *
 * @param logFormat form of the log's lines
 * @param logLevel the least level that is logged
 * @param otlp where traces are sent to: base URL of an OTLP/HTTP receiver; null is nowhere
 */
public record TelemetrySettings(LogFormat logFormat, Level logLevel, @Nullable URI otlp) {
  /** The variable that OpenTelemetry names a receiver in. */
  public static final String OTLP_VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT";

  /** What holds where nothing is said. */
  public static final TelemetrySettings DEFAULT =
      new TelemetrySettings(LogFormat.AUTO, Level.INFO, null);

  /** Forms of the log's lines. */
  public enum LogFormat {
    /** Text on a terminal, else JSON. */
    AUTO,
    TEXT,
    JSON
  }

  /**
   * The form with this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static LogFormat format(String name) {
    return switch (name) {
      case "auto" -> LogFormat.AUTO;
      case "text" -> LogFormat.TEXT;
      case "json" -> LogFormat.JSON;
      default ->
          throw new IllegalArgumentException("must be auto, text or json, not '" + name + "'");
    };
  }

  /**
   * The level with this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Level level(String name) {
    for (Level level : Level.values()) {
      if (level.name().toLowerCase(Locale.ROOT).equals(name)) {
        return level;
      }
    }
    throw new IllegalArgumentException(
        "must be trace, debug, info, warn or error, not '" + name + "'");
  }

  /**
   * A receiver's base URL.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static URI receiver(String url) {
    try {
      URI uri = new URI(url);
      String scheme = uri.getScheme();
      if (scheme != null
          && List.of("http", "https").contains(scheme.toLowerCase(Locale.ROOT))
          && uri.getHost() != null
          && uri.getRawQuery() == null
          && uri.getRawUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // answered below
    }
    throw new IllegalArgumentException(
        "must be a URL like http://127.0.0.1:4318, not '" + url + "'");
  }

  /** With other lines in the log. */
  public TelemetrySettings withLog(LogFormat format, Level level) {
    return new TelemetrySettings(format, level, otlp);
  }

  /** With traces sent to {@code receiver}. */
  public TelemetrySettings withOtlp(URI receiver) {
    return new TelemetrySettings(logFormat, logLevel, receiver);
  }
}
