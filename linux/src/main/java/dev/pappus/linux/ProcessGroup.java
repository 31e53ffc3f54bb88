package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.linux.struct.Sigaction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A program that this process has started, the leader, and the children that it makes in this
 * process's name (CLONE_PARENT): all in one process group, all waited for here, so that none is
 * left as a zombie. Belongs to the thread that starts it: where a member has asked to die with its
 * parent (PR_SET_PDEATHSIG), that is the thread.
 */
public final class ProcessGroup implements AutoCloseable {
  /** Ends a process at once. */
  public static final int SIGKILL = 9;

  /** The first descriptor that a program is given; below are standard input and outputs. */
  public static final int FIRST_DESCRIPTOR = 3;

  private static final int SIGCHLD = 17;

  static {
    // A parent may leave SIGCHLD ignored; then the kernel forgets children before they are waited
    // for. No flags and no handler: the default.
    try (Arena arena = Arena.ofConfined()) {
      LibC.check(LibC.sigaction(SIGCHLD, arena.allocate(Sigaction.LAYOUT)), "sigaction", "SIGCHLD");
    }
  }

  private final int leader;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment status = arena.allocate(JAVA_INT);

  /** The leader has been waited for, so that the group's number may be given to others. */
  private boolean gone;

  private boolean open = true;

  private ProcessGroup(int leader) {
    this.leader = leader;
  }

  /**
   * How a member ended.
   *
   * @param process its number
   * @param exitCode what it left with, or -1
   * @param signal what killed it, or 0
   */
  public record Ended(int process, int exitCode, int signal) {
    static Ended of(int process, int status) {
      int signal = status & 0x7F;
      return new Ended(process, signal == 0 ? status >> 8 & 0xFF : -1, signal);
    }
  }

  /**
   * Starts a program with an empty environment, no arguments, and in a group of its own.
   *
   * @param descriptors what it gets as descriptors 3, 4 and so on
   * @throws LinuxException if it cannot be started; not if it ends at once
   */
  public static ProcessGroup start(Path program, List<FileDescriptor> descriptors) {
    try (Arena arena = Arena.ofConfined();
        SpawnPlan plan = new SpawnPlan()) {
      // In two steps, so that no target hits a source; a copy onto a new number stays open in exec.
      int[] moved = between(descriptors);
      for (int i = 0; i < moved.length; i++) {
        plan.duplicate(descriptors.get(i).number(), moved[i]);
      }
      for (int i = 0; i < moved.length; i++) {
        plan.duplicate(moved[i], FIRST_DESCRIPTOR + i);
      }
      MemorySegment path = arena.allocateFrom(program.toString());
      MemorySegment arguments = arena.allocate(JAVA_LONG, 2);
      arguments.set(JAVA_LONG, 0, LibC.pointer(path));
      return new ProcessGroup(plan.spawn(path, arguments, arena.allocate(JAVA_LONG)));
    }
  }

  /** The lowest numbers that are neither sources nor targets, one for each descriptor. */
  private static int[] between(List<FileDescriptor> descriptors) {
    Set<Integer> sources = new HashSet<>();
    for (FileDescriptor descriptor : descriptors) {
      sources.add(descriptor.number());
    }
    return IntStream.iterate(FIRST_DESCRIPTOR + descriptors.size(), number -> number + 1)
        .filter(number -> !sources.contains(number))
        .limit(descriptors.size())
        .toArray();
  }

  /** The number of the program and of its group. */
  public int leader() {
    return leader;
  }

  /**
   * A descriptor of a member that has not been waited for, which can be read from once that has
   * ended; the caller's to close.
   */
  public static FileDescriptor open(int process) {
    String name = "process " + process;
    return new FileDescriptor(
        LibC.check(LibC.pidfdOpen(process), "pidfd_open", name), "descriptor of " + name);
  }

  /**
   * Waits until a member has ended, whatever signals come, and takes it off the kernel's books.
   *
   * @param process its number; the leader's only when nobody else is left, since then the group's
   *     number is free for others
   */
  public Ended await(int process) {
    int awaited;
    do {
      awaited = LibC.waitpid(process, status, 0);
    } while (awaited == -Errno.EINTR);
    LibC.check(awaited, "waitpid", "process " + process);
    gone |= process == leader;
    return Ended.of(process, status.get(JAVA_INT, 0));
  }

  /** Sends a signal to a member that has not been waited for; if it has ended, nothing happens. */
  public void signal(int process, int signal) {
    LibC.check(LibC.kill(process, signal), "kill", "signal " + signal);
  }

  /** Ends and awaits whoever is left. */
  @Override
  public void close() {
    if (open) {
      open = false;
      if (!gone) {
        int _ = LibC.kill(-leader, SIGKILL);
        int process;
        do {
          process = LibC.waitpid(-leader, status, 0);
        } while (process >= 0 || process == -Errno.EINTR);
      }
      arena.close();
    }
  }
}
