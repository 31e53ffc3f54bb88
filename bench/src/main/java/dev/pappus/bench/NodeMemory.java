package dev.pappus.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The committed memory of a node, with whatever this host lets us read: what the kernel could not
 * take back by dropping copies of files. Any thread may read it.
 */
public final class NodeMemory {
  private final @Nullable ControlGroup group;
  private final long pid;

  /**
   * Of a process and those that it starts.
   *
   * @param group in which they live alone; null if this host has none for us
   */
  public NodeMemory(@Nullable ControlGroup group, long pid) {
    this.group = group;
    this.pid = pid;
  }

  /** What is read, for reports. */
  public String from() {
    return group == null
        ? "proportional shares of the node's processes (no control group): no kernel memory"
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
  public record Committed(long bytes, long sandboxBytes) {}

  /** What is committed, and the part of it that belongs to sandboxes. */
  public Committed read() throws IOException {
    ControlGroup.Committed all = committed();
    return new Committed(all.bytes(), Math.min(all.bytes(), guestMappings() + all.sharedBytes()));
  }

  /** What is committed. */
  public long bytes() throws IOException {
    return committed().bytes();
  }

  /** The part of it that is the kernel's own; 0 without a control group. */
  public long kernelBytes() throws IOException {
    return committed().kernelBytes();
  }

  /** Resident pages of the node's process alone, those of files and of others included. */
  public long residentBytes() throws IOException {
    return field(Files.readAllLines(Path.of("/proc/" + pid + "/status")), "VmRSS:");
  }

  private ControlGroup.Committed committed() throws IOException {
    if (group != null) {
      return group.committed();
    }
    long anonymous = 0;
    long shared = 0;
    for (long each : processes()) {
      List<String> lines;
      try {
        lines = Files.readAllLines(Path.of("/proc/" + each + "/smaps_rollup"));
      } catch (IOException e) {
        if (each == pid) {
          throw e;
        }
        continue; // a child that has ended
      }
      anonymous += field(lines, "Pss_Anon:");
      shared += field(lines, "Pss_Shmem:");
    }
    return new ControlGroup.Committed(anonymous + shared, shared, 0);
  }

  private List<Long> processes() {
    return ProcessHandle.of(pid).stream()
        .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
        .map(ProcessHandle::pid)
        .toList();
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
