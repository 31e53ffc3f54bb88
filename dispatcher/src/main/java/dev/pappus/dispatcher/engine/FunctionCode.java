package dev.pappus.dispatcher.engine;

import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;

/**
 * The code of one version of a function: what names it on disk, and where it ran last. Identity
 * counts: a function that is registered anew has a new one.
 */
public final class FunctionCode {
  private static final long RUN_WEIGHT = 8;

  /** What belies that a function is short. */
  private static final long TOO_LONG_NANOS = 1_000_000L;

  /** What a short run takes at most, on average. */
  private static final long SHORT_NANOS = 250_000L;

  private static final int TRUST_MIN = 16;
  private static final int TRUST_MAX = 1 << 16;
  private static final int TRUST_REGAINED = 4;

  /** One run too long among so many is taken for the host's fault. */
  private static final int FORGIVEN = 256;

  private final Digest content;
  private final Digest binary;
  private final long binaryBytes;
  private final FunctionSpec spec;
  private final String sandbox;
  private volatile int lastEngine = -1;
  private volatile long expectedNanos;

  /** Runs since the last that belied {@link #isShort}, and how many it takes to be believed. */
  private volatile int trust;

  private volatile int trustNeeded = TRUST_MIN;

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
    expectedNanos = expected == 0 ? nanos : expected + (nanos - expected) / RUN_WEIGHT;
    trust = Math.min(trust + 1, TRUST_REGAINED * TRUST_MAX);
    if (trust >= TRUST_REGAINED * trustNeeded && trustNeeded > TRUST_MIN) {
      trust = trustNeeded;
      trustNeeded /= 2;
    }
  }

  /**
   * A run that was expected to be short took {@code nanos}. If that is far too long, and was not
   * the first for long, the function is not trusted for a while, twice as long each time; that is
   * forgotten after four times as many good runs.
   */
  public synchronized void tookBriefly(long nanos) {
    if (nanos <= TOO_LONG_NANOS) {
      return;
    }
    if (trust >= trustNeeded + FORGIVEN) {
      trust = trustNeeded;
      return;
    }
    trust = 0;
    trustNeeded = Math.min(2 * trustNeeded, TRUST_MAX);
  }

  /** Whether the next run may be expected to be short. */
  public boolean isShort() {
    return trust >= trustNeeded && expectedNanos <= SHORT_NANOS;
  }

  /** Moving average of how long engines are at it, in nanoseconds; 0 before its first run. */
  public long expectedNanos() {
    return expectedNanos;
  }
}
