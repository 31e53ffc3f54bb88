package dev.pappus.server.telemetry;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.encoder.EncoderBase;
import org.jspecify.annotations.Nullable;

/**
 * Lines of text. Their pattern is read with the first of them: that reads time zones, too, which a
 * node that logs JSON need not wait for when it starts.
 */
final class TextEncoder extends EncoderBase<ILoggingEvent> {
  private final String pattern;
  private @Nullable PatternLayoutEncoder lines;

  TextEncoder(Context context, String pattern) {
    this.pattern = pattern;
    setContext(context);
    start();
  }

  private synchronized PatternLayoutEncoder lines() {
    PatternLayoutEncoder encoder = lines;
    if (encoder == null) {
      encoder = new PatternLayoutEncoder();
      encoder.setContext(getContext());
      encoder.setPattern(pattern);
      encoder.start();
      lines = encoder;
    }
    return encoder;
  }

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    return lines().encode(event);
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
