package dev.pappus.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How much memory this process and those that it starts occupy. One thread uses it. */
sealed interface MemoryGauge extends AutoCloseable {
  /** Bytes, now. */
  long bytes() throws IOException;

  /** What is read, for reports. */
  String from();

  @Override
  default void close() {}

  /** The best that this host lets us read. */
  static MemoryGauge open() throws IOException {
    for (ControlGroup.Place place : ControlGroup.places()) {
      ControlGroup group = ControlGroup.enter(place);
      if (group != null) {
        return group;
      }
    }
    return new ProportionalShares();
  }

  /** A control group that this process moves into: counts page tables, KVM's structures and all. */
  final class ControlGroup implements MemoryGauge {
    private static final int REMOVALS_MAX = 50;
    private static final int REMOVAL_WAIT_MILLIS = 20;

    /**
     * Where a group can be made.
     *
     * @param current this process's group
     * @param parent where the new one goes
     * @param file what to read in it
     */
    record Place(Path current, Path parent, String file) {}

    private final Place place;
    private final Path group;

    private ControlGroup(Place place, Path group) {
      this.place = place;
      this.group = group;
    }

    /** Both versions', if they are mounted where everybody has them. */
    static List<Place> places() throws IOException {
      Path root = Path.of("/sys/fs/cgroup");
      return Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
          .map(line -> line.split(":", 3))
          .flatMap(line -> {
            String path = line[2].substring(1);
            if (List.of(line[1].split(",", -1)).contains("memory")) {
              Path current = root.resolve("memory").resolve(path);
              return Stream.of(new Place(current, current, "memory.usage_in_bytes"));
            }
            // A group of the second version may not hold processes and groups with memory accounts:
            // the new one goes beside ours, or above.
            return line[0].equals("0")
                ? above(root.resolve(path), root)
                    .map(parent -> new Place(root.resolve(path), parent, "memory.current"))
                : Stream.empty();
          })
          .toList();
    }

    private static Stream<Path> above(Path from, Path root) {
      return Stream.iterate(from, path -> path.startsWith(root), Path::getParent);
    }

    /** Makes a group and moves this process into it; null if that is not possible. */
    static @Nullable ControlGroup enter(Place place) {
      Path group = place.parent().resolve("pappus-bench-" + ProcessHandle.current().pid());
      try {
        Files.createDirectory(group);
      } catch (IOException e) {
        return null;
      }
      ControlGroup made = new ControlGroup(place, group);
      try {
        if (Files.exists(group.resolve(place.file()))) {
          move(group);
          return made;
        }
      } catch (IOException e) {
        // Below.
      }
      made.remove();
      return null;
    }

    private static void move(Path group) throws IOException {
      Files.writeString(
          group.resolve("cgroup.procs"), Long.toString(ProcessHandle.current().pid()));
    }

    @Override
    public long bytes() throws IOException {
      return Long.parseLong(Files.readString(group.resolve(place.file())).strip());
    }

    @Override
    public String from() {
      return place.file() + " of a control group, kernel memory included";
    }

    @Override
    public void close() {
      try {
        move(place.current());
      } catch (IOException e) {
        // Then the group stays as long as this process.
      }
      remove();
    }

    /** The kernel takes a moment to forget processes that have just ended. */
    private void remove() {
      for (int i = 0; i < REMOVALS_MAX; i++) {
        try {
          Files.deleteIfExists(group);
          return;
        } catch (IOException e) {
          try {
            Thread.sleep(REMOVAL_WAIT_MILLIS);
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return;
          }
        }
      }
    }
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
