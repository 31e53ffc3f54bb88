package dev.pappus.model;

import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A place in a distributed trace, as W3C Trace Context carries it between processes.
 *
 * @param traceHigh the first eight bytes of the trace's identifier
 * @param traceLow its last eight bytes; not zero together with the first
 * @param span the span's identifier, not zero
 * @param parent the identifier of the span that caused it; 0 if there is none or it is not known
 * @param sampled whether the caller records this trace
 */
public record TraceContext(long traceHigh, long traceLow, long span, long parent, boolean sampled) {
  private static final HexFormat HEX = HexFormat.of();
  private static final int HEADER_LENGTH = 55;

  public TraceContext {
    if ((traceHigh | traceLow) == 0 || span == 0) {
      throw new IllegalArgumentException("the identifiers of a trace and a span are never zero");
    }
  }

  /** A trace that begins here and that nobody asked to record. */
  public static TraceContext begin() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new TraceContext(random.nextLong(), random.nextLong() | 1, newSpan(random), 0, false);
  }

  /**
   * The context in a {@code traceparent} field; empty if there is none or it is malformed, as the
   * specification asks (a malformed one starts a new trace).
   */
  public static Optional<TraceContext> parse(@Nullable String traceparent) {
    if (traceparent == null || traceparent.length() < HEADER_LENGTH || !isWellFormed(traceparent)) {
      return Optional.empty();
    }
    long high = HexFormat.fromHexDigitsToLong(traceparent, 3, 19);
    long low = HexFormat.fromHexDigitsToLong(traceparent, 19, 35);
    long span = HexFormat.fromHexDigitsToLong(traceparent, 36, 52);
    int flags = HexFormat.fromHexDigits(traceparent, 53, 55);
    if ((high | low) == 0 || span == 0) {
      return Optional.empty();
    }
    return Optional.of(new TraceContext(high, low, span, 0, (flags & 1) != 0));
  }

  /** What {@link #toText} wrote; empty if it is damaged. */
  public static Optional<TraceContext> ofText(String text) {
    Optional<TraceContext> context =
        parse(text.substring(0, Math.min(text.length(), HEADER_LENGTH)));
    if (text.length() <= HEADER_LENGTH) {
      return context;
    }
    try {
      long parent = HexFormat.fromHexDigitsToLong(text, HEADER_LENGTH + 1, text.length());
      return context.map(
          each -> new TraceContext(each.traceHigh, each.traceLow, each.span, parent, each.sampled));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static boolean isWellFormed(String text) {
    boolean future = text.length() > HEADER_LENGTH;
    if (text.startsWith("ff") || (future && (text.startsWith("00") || text.charAt(55) != '-'))) {
      return false;
    }
    for (int i = 0; i < HEADER_LENGTH; i++) {
      char c = text.charAt(i);
      boolean dash = i == 2 || i == 35 || i == 52;
      boolean digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      if (dash ? c != '-' : !digit) {
        return false;
      }
    }
    return true;
  }

  /** A new span of the same trace, caused by this one. */
  public TraceContext child() {
    return new TraceContext(
        traceHigh, traceLow, newSpan(ThreadLocalRandom.current()), span, sampled);
  }

  private static long newSpan(ThreadLocalRandom random) {
    return random.nextLong() | 1;
  }

  /** The trace's identifier, 32 digits. */
  public String traceId() {
    return HEX.toHexDigits(traceHigh) + HEX.toHexDigits(traceLow);
  }

  /** The span's identifier, 16 digits. */
  public String spanId() {
    return HEX.toHexDigits(span);
  }

  /** All of it, for {@link #ofText}: as a {@code traceparent} field, and the parent if known. */
  public String toText() {
    return parent == 0 ? toHeader() : toHeader() + " " + HEX.toHexDigits(parent);
  }

  /** As a {@code traceparent} field. */
  public String toHeader() {
    return "00-" + traceId() + "-" + spanId() + (sampled ? "-01" : "-00");
  }
}
