package dev.pappus.dispatcher.engine;

import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;

/**
 * The code of one version of a function: what names it on disk, and where it ran last. Identity
 * counts: a function that is registered anew has a new one.
 */
public final class FunctionCode {
  private static final int RUN_WEIGHT = 16;

  /**
   * A run counts for no more than so many usual ones: most that take longer have been held up by
   * the host, and what has become slow shows by many.
   */
  private static final long OUTLIER = 8;

  /** What belies that a function is short; for slower ones {@link #OUTLIER} usual runs. */
  private static final long TOO_LONG_NANOS_MIN = 1_000_000L;

  private static final long TOO_LONG_NANOS_MAX = 3_000_000L;

  /**
   * What a short run takes at most, on average; how long a thread may be held is its own matter.
   */
  private static final long SHORT_NANOS = 1_000_000L;

  /** What a long run takes at least, on average. */
  static final long LONG_NANOS = SpareEngines.QUANTUM_NANOS;

  /** So many runs come before anything is expected. */
  private static final int TRIED = 4;

  /**
   * One run too long among so many is taken for the host's fault: its collector, its compilers, or
   * a processor taken away. Such things come together, so that two at once are forgiven as well.
   */
  private static final int FORGIVEN = 64;

  private static final int OWED_MAX = 2 * FORGIVEN;

  /** Who is not forgiven runs elsewhere so often, twice as often each time. */
  private static final int PENALTY_MIN = 64;

  private static final int PENALTY_MAX = 1024;

  private final Digest content;
  private final Digest binary;
  private final long binaryBytes;
  private final FunctionSpec spec;
  private final String sandbox;
  private volatile int lastEngine = -1;
  private volatile long expectedNanos;
  private volatile boolean needsNoTemplate;

  /** Runs that it has yet to make before nothing is held against it. */
  private volatile int owed = OWED_MAX + TRIED;

  private int penalty = PENALTY_MIN;

  private volatile int runs;

  /**
   * Code in the blob {@code binary} for a backend.
   *
   * @param content names specification, static items and binary together; the same for each backend
   * @param spec what is registered of it, without its static input sets
   */
  public FunctionCode(
      Digest content, Digest binary, long binaryBytes, FunctionSpec spec, String sandbox) {
    this.content = content;
    this.binary = binary;
    this.binaryBytes = binaryBytes;
    this.spec = spec;
    this.sandbox = sandbox;
  }

  Digest content() {
    return content;
  }

  Digest binary() {
    return binary;
  }

  long binaryBytes() {
    return binaryBytes;
  }

  FunctionSpec spec() {
    return spec;
  }

  /** It was read, and whether it starts in the middle of a template. */
  void loadedWith(boolean template) {
    needsNoTemplate = !template;
  }

  /** Whether it is known that it can run as soon as it is read. */
  boolean needsNoTemplate() {
    return needsNoTemplate;
  }

  /** The name of the backend that runs it. */
  String sandbox() {
    return sandbox;
  }

  /** Number of the engine that ran it last and probably holds it, or -1. */
  public int lastEngine() {
    return lastEngine;
  }

  /** Engine {@code index} holds it. */
  public void heldBy(int index) {
    lastEngine = index;
  }

  /** It ran on engine {@code index}, which was at it for {@code nanos}. */
  public synchronized void ranOn(int index, long nanos) {
    if (index >= 0) {
      lastEngine = index;
    }
    long expected = expectedNanos;
    runs = Math.min(runs + 1, RUN_WEIGHT);
    expectedNanos =
        switch (runs) {
          case 1 -> nanos;
          case 2 -> Math.min(expected, nanos); // the first was cold
          default -> expected + (Math.min(nanos, OUTLIER * expected) - expected) / runs;
        };
    owed = Math.max(0, owed - 1);
    if (owed == 0) {
      penalty = PENALTY_MIN;
    }
  }

  /**
   * A run that was expected to be short began at {@code beganNanos} and took {@code nanos}.
   *
   * @param cutShort whether that was not enough for it, which is never forgiven
   */
  public void tookBriefly(long beganNanos, long nanos, boolean cutShort) {
    if (!JvmPause.since(beganNanos)) {
      tookBriefly(nanos, cutShort);
    }
  }

  /** The same, and nothing stood still meanwhile. */
  synchronized void tookBriefly(long nanos, boolean cutShort) {
    long tooLong = Math.clamp(OUTLIER * expectedNanos, TOO_LONG_NANOS_MIN, TOO_LONG_NANOS_MAX);
    if (cutShort) {
      owed = Math.max(owed, OWED_MAX) + 1;
    } else if (nanos > tooLong) {
      owed += FORGIVEN * (int) Math.min(nanos / tooLong, PENALTY_MAX / FORGIVEN);
    } else {
      return;
    }
    if (owed > OWED_MAX) {
      owed = OWED_MAX + penalty;
      penalty = Math.min(2 * penalty, PENALTY_MAX);
    }
  }

  /** Whether the next run may be expected to be short. */
  public boolean isShort() {
    return owed <= OWED_MAX && expectedNanos <= SHORT_NANOS;
  }

  /** Whether the next run is known to be long. */
  public boolean isLong() {
    return runs >= TRIED && expectedNanos > LONG_NANOS;
  }

  /** Moving average of how long engines are at it, in nanoseconds; 0 before its first run. */
  public long expectedNanos() {
    return expectedNanos;
  }
}
