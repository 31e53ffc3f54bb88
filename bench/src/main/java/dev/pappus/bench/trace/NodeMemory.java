package dev.pappus.bench.trace;

import dev.pappus.bench.ControlGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The committed memory of a node's process, with whatever this host lets us read. */
final class NodeMemory {
  private final @Nullable ControlGroup group;
  private final long pid;

  /**
   * Of a process.
   *
   * @param group in which it and what it starts live alone; null if this host has none for us
   */
  NodeMemory(@Nullable ControlGroup group, long pid) {
    this.group = group;
    this.pid = pid;
  }

  String from() {
    return group == null
        ? "proportional shares of the node's process (no control group): no kernel memory"
        : "a control group of the node alone, kernel memory included, droppable file copies not";
  }

  /**
   * What is committed.
   *
   * @param bytes all of it
   * @param sandboxBytes memory that guests see: files without a name, which processes share with
   *     us, and mappings for which the node has asked for huge pages or none, as it does for those
   *     of virtual machines alone; their page tables, and code, count as the node's
   */
  record Committed(long bytes, long sandboxBytes) {}

  Committed read() throws IOException {
    long mapped = guestMappings();
    if (group == null) {
      List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"));
      long shared = field(lines, "Pss_Shmem:");
      return new Committed(field(lines, "Pss_Anon:") + shared, mapped + shared);
    }
    ControlGroup.Committed all = group.committed();
    return new Committed(all.bytes(), Math.min(all.bytes(), mapped + all.sharedBytes()));
  }

  private long guestMappings() throws IOException {
    long sum = 0;
    long resident = 0;
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps"))) {
      if (line.startsWith("Rss:")) {
        resident = kibibytes(line.substring("Rss:".length()));
      } else if (line.startsWith("VmFlags:") && (line.contains(" hg") || line.contains(" nh"))) {
        sum += resident;
      }
    }
    return sum;
  }

  private static long field(List<String> lines, String name) {
    for (String line : lines) {
      if (line.startsWith(name)) {
        return kibibytes(line.substring(name.length()));
      }
    }
    return 0;
  }

  private static long kibibytes(String text) {
    return Long.parseLong(text.replace("kB", "").strip()) * 1024;
  }
}
