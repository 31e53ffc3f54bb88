package dev.pappus.model;

import java.util.Locale;
import java.util.Optional;

/** Where an invocation stands. */
public enum InvocationStatus {
  /** Accepted and durable, not begun. */
  QUEUED,
  /** Under way. */
  RUNNING,
  /** Ended with outputs. */
  SUCCEEDED,
  /** Ended with a problem. */
  FAILED,
  /** Ended because somebody wished so. */
  CANCELLED;

  /** Whether nothing changes any more. */
  public boolean ended() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }

  /** {@code queued}: the form in documents and queries. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The status that {@code text} names; empty if it names none. */
  public static Optional<InvocationStatus> parse(String text) {
    for (InvocationStatus status : values()) {
      if (status.text().equals(text)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }
}
