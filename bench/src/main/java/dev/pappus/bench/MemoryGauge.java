package dev.pappus.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How much memory this process and those that it starts occupy. One thread uses it. */
sealed interface MemoryGauge extends AutoCloseable
    permits ControlGroup, MemoryGauge.ProportionalShares, MemoryGauge.JavaHeap {
  /** Bytes, now. */
  long bytes() throws IOException;

  /** What is read, for reports. */
  String from();

  @Override
  default void close() {}

  /** The best that this host lets us read. */
  static MemoryGauge open() throws IOException {
    ControlGroup group = ControlGroup.make();
    if (group != null) {
      try {
        group.enter();
        return group;
      } catch (IOException e) {
        group.close();
      }
    }
    return new ProportionalShares();
  }

  /** The mapped pages of this process and its descendants; shared ones count in part. */
  final class ProportionalShares implements MemoryGauge {
    private static final String FIELD = "Pss:";

    @Override
    public long bytes() {
      return Stream.concat(
              Stream.of(ProcessHandle.current()), ProcessHandle.current().descendants())
          .mapToLong(ProportionalShares::bytesOf)
          .sum();
    }

    private static long bytesOf(ProcessHandle process) {
      try (Stream<String> lines =
          Files.lines(Path.of("/proc/" + process.pid() + "/smaps_rollup"))) {
        return lines
            .filter(line -> line.startsWith(FIELD))
            .map(line -> line.substring(FIELD.length()).replace("kB", "").strip())
            .mapToLong(kib -> Long.parseLong(kib) * 1024)
            .sum();
      } catch (IOException e) {
        // It has ended, or belongs to somebody else.
        return 0;
      }
    }

    @Override
    public String from() {
      return "Pss in smaps_rollup, without kernel memory";
    }
  }

  /** What lives on the Java heap and beside it: of sandboxes that are nothing but objects. */
  final class JavaHeap implements MemoryGauge {
    @Override
    public long bytes() {
      MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
      memory.gc();
      return memory.getHeapMemoryUsage().getUsed() + memory.getNonHeapMemoryUsage().getUsed();
    }

    @Override
    public String from() {
      return "the JVM's books of its heap, classes and code";
    }
  }
}
