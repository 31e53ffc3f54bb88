package dev.pappus.bench.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much this host has.
 *
 * @param cores processors that this process may use
 * @param memoryBytes memory that is free or could be freed
 */
record HostSize(int cores, long memoryBytes) {
  private static final String AVAILABLE = "MemAvailable:";

  static HostSize read() throws IOException {
    long kibibytes = 0;
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith(AVAILABLE)) {
        kibibytes = Long.parseLong(line.substring(AVAILABLE.length()).replace("kB", "").strip());
      }
    }
    return new HostSize(Runtime.getRuntime().availableProcessors(), kibibytes * 1024);
  }
}
