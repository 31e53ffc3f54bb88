package dev.pappus.communication;

import java.util.BitSet;
import java.util.Locale;

/**
 * The value of {@code Pappus-Expect}: the statuses that are no failure, {@code 2xx} or {@code
 * 200,304,5xx}.
 */
final class StatusExpectation {
  /** Every status will do. */
  static final StatusExpectation ANY = new StatusExpectation("any status", new BitSet(), true);

  private static final int STATUS_MAX = 600;

  private final String text;
  private final BitSet statuses;
  private final boolean any;

  private StatusExpectation(String text, BitSet statuses, boolean any) {
    this.text = text;
    this.statuses = statuses;
    this.any = any;
  }

  /**
   * Parses a header value.
   *
   * @throws IllegalArgumentException with a phrase that says what is wrong
   */
  static StatusExpectation parse(String value) {
    BitSet statuses = new BitSet(STATUS_MAX);
    for (String part : value.toLowerCase(Locale.ROOT).split(",", -1)) {
      String status = part.trim();
      if (status.matches("[1-5]xx")) {
        int first = (status.charAt(0) - '0') * 100;
        statuses.set(first, first + 100);
      } else if (status.matches("[1-5][0-9][0-9]")) {
        statuses.set(Integer.parseInt(status));
      } else {
        throw new IllegalArgumentException(
            "Pappus-Expect takes statuses and classes of them, for example 2xx or 200,304");
      }
    }
    return new StatusExpectation(value.trim(), statuses, false);
  }

  /** Whether {@code status} is expected. */
  boolean accepts(int status) {
    return any || statuses.get(status);
  }

  /** What was written. */
  @Override
  public String toString() {
    return text;
  }
}
