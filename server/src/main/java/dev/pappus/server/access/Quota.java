package dev.pappus.server.access;

import dev.pappus.model.Limit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much a token's or a namespace's callers may ask for. In each component 0 is without bound.
 *
 * @param requestsPerSecond requests a second in the long run; a second's worth may come at once
 * @param concurrency requests that are served at the same time
 * @param bytesPerSecond bytes a second of requests and answers, in the long run
 */
public record Quota(double requestsPerSecond, int concurrency, long bytesPerSecond) {
  /** No bounds. */
  public static final Quota NONE = new Quota(0, 0, 0);

  private static final Pattern RATE = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,6})?)/([smh])");
  private static final String BYTES_SUFFIX = "/s";

  /** Checks that nothing is negative. */
  public Quota {
    if (!(requestsPerSecond >= 0) || concurrency < 0 || bytesPerSecond < 0) {
      throw new IllegalArgumentException("a quota is not negative");
    }
  }

  /** With another rate of requests. */
  public Quota withRequestsPerSecond(double value) {
    return new Quota(value, concurrency, bytesPerSecond);
  }

  /** With another concurrency. */
  public Quota withConcurrency(long value) {
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("must be a number of requests, at least 1, not " + value);
    }
    return new Quota(requestsPerSecond, (int) value, bytesPerSecond);
  }

  /** With another rate of bytes. */
  public Quota withBytesPerSecond(long value) {
    return new Quota(requestsPerSecond, concurrency, value);
  }

  /**
   * Requests a second of a text like {@code 100/s}, {@code 30/m} or {@code 5/h}.
   *
   * @throws IllegalArgumentException with a message that says what is expected
   */
  public static double parseRate(String text) {
    Matcher matcher = RATE.matcher(text.trim());
    double rate = matcher.matches() ? Double.parseDouble(matcher.group(1)) : 0;
    if (rate == 0) {
      throw new IllegalArgumentException("must be a rate like 100/s or 30/m, not '" + text + "'");
    }
    return switch (matcher.group(2)) {
      case "s" -> rate;
      case "m" -> rate / 60;
      default -> rate / 3600;
    };
  }

  /**
   * Bytes a second of a text like {@code 10MiB/s}.
   *
   * @throws IllegalArgumentException with a message that says what is expected
   */
  public static long parseBytesRate(String text) {
    String trimmed = text.trim();
    try {
      if (trimmed.endsWith(BYTES_SUFFIX)) {
        String size = trimmed.substring(0, trimmed.length() - BYTES_SUFFIX.length());
        long bytes = Limit.REQUEST_BODY.parse(size);
        if (bytes > 0) {
          return bytes;
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(expectedBytes(text), e);
    }
    throw new IllegalArgumentException(expectedBytes(text));
  }

  private static String expectedBytes(String text) {
    return "must be a rate like 10MiB/s, not '" + text + "'";
  }
}
