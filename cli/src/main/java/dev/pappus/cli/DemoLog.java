package dev.pappus.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A log as the demo serves it: its bytes stay the same while the file may grow. */
final class DemoLog {
  private final String name;
  private final byte[] bytes;
  private final @Nullable Path file;

  /**
   * A log.
   *
   * @param name what its server is called; no blanks
   * @param bytes not copied
   * @param file where it was read, or null if it was made up
   */
  DemoLog(String name, byte[] bytes, @Nullable Path file) {
    this.name = name;
    this.bytes = bytes;
    this.file = file;
  }

  String name() {
    return name;
  }

  /** Not copied. */
  byte[] bytes() {
    return bytes;
  }

  @Nullable Path file() {
    return file;
  }

  /** Whether {@code pattern} occurs in it. */
  boolean contains(byte[] pattern) {
    for (int at = 0; at <= bytes.length - pattern.length; at++) {
      int i = 0;
      while (i < pattern.length && bytes[at + i] == pattern[i]) {
        i++;
      }
      if (i == pattern.length) {
        return true;
      }
    }
    return false;
  }
}
