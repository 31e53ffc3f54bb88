package dev.pappus.bench;

import java.io.IOException;

/**
 * A sandbox, or another way to run a program apart, that is compared with others. Belongs to the
 * thread that opens it.
 */
interface Contender extends AutoCloseable {
  /** What it is called in reports. */
  String name();

  /** Gets ready, while threads that it starts may still use every processor. */
  void prepare() throws IOException, Unavailable;

  /** Opens what is confined to the processor of the calling thread. */
  void open() throws IOException, Unavailable;

  /**
   * A few runs of each kind.
   *
   * @param expected what the work computes
   */
  void round(long expected) throws IOException, Unavailable;

  /** Forgets what was measured so far: it was to get warm. */
  void reset();

  /** What was measured, and processor times, which are measured now, for about {@code nanos}. */
  SandboxRow.Measured row(long nanos, SandboxRow.Memory memory) throws IOException, Unavailable;

  /** Measures memory of one, by itself: neither prepared nor open. */
  SandboxRow.Memory memory(MemoryGauge gauge) throws IOException, Unavailable;

  @Override
  void close();
}
