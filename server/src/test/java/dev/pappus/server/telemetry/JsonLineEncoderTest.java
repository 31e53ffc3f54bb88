package dev.pappus.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class JsonLineEncoderTest {
  private final Logger logger = new LoggerContext().getLogger("dev.pappus.Some");

  private LoggingEvent event(String message, @Nullable Throwable thrown, Object... arguments) {
    LoggingEvent event = new LoggingEvent("fqcn", logger, Level.WARN, message, thrown, arguments);
    event.setInstant(Instant.parse("2026-01-02T03:04:05.000006789Z"));
    event.setMDCPropertyMap(Map.of("trace_id", "t1", "msg", "mine"));
    return event;
  }

  private static String encode(LoggingEvent event) {
    JsonLineEncoder encoder = new JsonLineEncoder();
    encoder.start();
    return new String(encoder.encode(event), UTF_8);
  }

  @Test
  void aLineIsOneObjectWithWhatWasNamed() {
    LoggingEvent event = event("it said \"{}\"\nü", null, "no");
    event.addKeyValuePair(new KeyValuePair("invocation_id", "i1"));
    event.addKeyValuePair(new KeyValuePair("level", "mine"));
    assertThat(encode(event))
        .isEqualTo(
            "{\"ts\":\"2026-01-02T03:04:05.000006Z\",\"level\":\"WARN\","
                + "\"logger\":\"dev.pappus.Some\",\"msg\":\"it said \\\"no\\\"\\nü\","
                + "\"invocation_id\":\"i1\",\"trace_id\":\"t1\"}\n");
  }

  @Test
  void anExceptionIsOneString() {
    String line =
        encode(event("failed", new IllegalStateException("outer", new RuntimeException("inner"))));
    assertThat(line)
        .contains("\"error\":\"java.lang.IllegalStateException: outer\\n\\tat ")
        .contains("Caused by: java.lang.RuntimeException: inner\\n")
        .endsWith("\"}\n");
    assertThat(line.strip().lines()).hasSize(1);
  }
}
