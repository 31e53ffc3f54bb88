package dev.pappus.dispatcher.engine;

import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;

/**
 * The code of one version of a function: what names it on disk, and where it ran last. Identity
 * counts: a function that is registered anew has a new one.
 */
public final class FunctionCode {
  private static final long RUN_WEIGHT = 8;

  private final Digest content;
  private final Digest binary;
  private final long binaryBytes;
  private final FunctionSpec spec;
  private final String sandbox;
  private volatile int lastEngine = -1;
  private volatile long expectedNanos;

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

  /** It ran on engine {@code index}, which was at it for {@code nanos}. */
  public void ranOn(int index, long nanos) {
    lastEngine = index;
    long expected = expectedNanos;
    expectedNanos = expected == 0 ? nanos : expected + (nanos - expected) / RUN_WEIGHT;
  }

  /** Moving average of how long engines are at it, in nanoseconds; 0 before its first run. */
  public long expectedNanos() {
    return expectedNanos;
  }
}
