package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** What a command has printed so far. */
final class Screen extends OutputStream {
  private static final long PATIENCE_SECONDS = 30;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  PrintStream stream() {
    return new PrintStream(this, true, StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void write(int each) {
    bytes.write(each);
    notifyAll();
  }

  @Override
  public synchronized void write(byte[] from, int offset, int length) {
    bytes.write(from, offset, length);
    notifyAll();
  }

  synchronized String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  synchronized void clear() {
    bytes.reset();
  }

  /** Waits until all of these have been printed. */
  synchronized void await(String... expected) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!contains(expected)) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        assertThat(text()).contains(expected);
        return;
      }
      wait(left);
    }
  }

  private boolean contains(String... expected) {
    String text = text();
    for (String each : expected) {
      if (!text.contains(each)) {
        return false;
      }
    }
    return true;
  }
}
