package dev.pappus.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A control group of our own: counts page tables, KVM's structures and all. Whoever made it removes
 * it by closing it, when the processes in it have ended; it goes with this process at the latest.
 * One thread at a time uses it.
 */
public final class ControlGroup implements MemoryGauge {
  private static final int REMOVALS_MAX = 50;
  private static final int REMOVAL_WAIT_MILLIS = 20;
  private static final AtomicInteger MADE = new AtomicInteger();

  /**
   * Where a group can be made.
   *
   * @param current this process's group
   * @param parent where the new one goes
   * @param usage the file of the new one that tells its bytes
   */
  private record Place(Path current, Path parent, String usage) {}

  private final Place place;
  private final Path group;
  private final LastWish wish;
  private volatile boolean entered;

  private ControlGroup(Place place, Path group) {
    this.place = place;
    this.group = group;
    this.wish = LastWish.of(LastWish.Turn.GROUPS, this::leave);
  }

  /** Makes a group; null if this host does not let us. */
  public static @Nullable ControlGroup make() throws IOException {
    for (Place place : places()) {
      Path group =
          place
              .parent()
              .resolve(
                  "pappus-bench-%d-%d"
                      .formatted(ProcessHandle.current().pid(), MADE.incrementAndGet()));
      try {
        Files.createDirectory(group);
      } catch (IOException e) {
        continue;
      }
      if (Files.exists(group.resolve(place.usage()))) {
        try {
          return new ControlGroup(place, group);
        } catch (IllegalStateException e) {
          remove(group);
          throw e;
        }
      }
      remove(group);
    }
    return null;
  }

  /** Both versions', if they are mounted where everybody has them. */
  private static List<Place> places() throws IOException {
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

  /** Moves this process into it. */
  void enter() throws IOException {
    move(group);
    entered = true;
  }

  /** The file into which a process writes its number to move here. */
  public Path processes() {
    return group.resolve("cgroup.procs");
  }

  private static void move(Path group) throws IOException {
    Files.writeString(group.resolve("cgroup.procs"), Long.toString(ProcessHandle.current().pid()));
  }

  @Override
  public long bytes() throws IOException {
    return number(group.resolve(place.usage()));
  }

  /**
   * What the kernel could not take back by dropping copies of files and, where it tells how much
   * that is, what it remembers of them.
   *
   * @param bytes all of it, the rest of kernel memory included
   * @param sharedBytes the part that is shared memory without a file, as that of virtual machines
   *     is
   * @param kernelBytes the part that is the kernel's own; groups of the first version count what it
   *     remembers of files here, too
   */
  public record Committed(long bytes, long sharedBytes, long kernelBytes) {
    /**
     * What a group says.
     *
     * @param statistics the lines of {@code memory.stat}
     * @param usageBytes all that is counted
     * @param kernelBytes what a group of the first version says of that; empty for the second,
     *     whose statistics tell (Documentation/admin-guide/cgroup-v2.rst)
     */
    static Committed of(List<String> statistics, long usageBytes, OptionalLong kernelBytes) {
      long shared = 0;
      long droppable = 0;
      long kernel = 0;
      for (String line : statistics) {
        int blank = Math.max(0, line.indexOf(' '));
        long value = Long.parseLong(line.substring(blank).strip());
        switch (line.substring(0, blank)) {
          case "shmem" -> shared = value;
          case "inactive_file", "active_file", "slab_reclaimable" -> droppable += value;
          case "slab_unreclaimable",
              "kernel_stack",
              "pagetables",
              "sec_pagetables",
              "percpu",
              "sock",
              "vmalloc" ->
              kernel += value;
          default -> {
            // Not about this.
          }
        }
      }
      return new Committed(
          Math.max(shared, usageBytes - droppable), shared, kernelBytes.orElse(kernel));
    }
  }

  /** What is committed now. */
  public Committed committed() throws IOException {
    Path ofFirstVersion = group.resolve("memory.kmem.usage_in_bytes");
    return Committed.of(
        Files.readAllLines(group.resolve("memory.stat")),
        bytes(),
        Files.exists(ofFirstVersion)
            ? OptionalLong.of(number(ofFirstVersion))
            : OptionalLong.empty());
  }

  private static long number(Path file) throws IOException {
    return Long.parseLong(Files.readString(file).strip());
  }

  @Override
  public String from() {
    return place.usage() + " of a control group, kernel memory included";
  }

  @Override
  public void close() {
    wish.forget();
    leave();
  }

  private void leave() {
    if (entered) {
      try {
        move(place.current());
      } catch (IOException e) {
        // Then the group stays as long as this process.
      }
    }
    remove(group);
  }

  /** The kernel takes a moment to forget processes that have just ended. */
  private static void remove(Path group) {
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
