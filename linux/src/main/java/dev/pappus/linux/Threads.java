package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Placement and priority of platform threads, and the kernel's clocks. */
public final class Threads {
  private static final int MAX_CPUS = 8192;
  private static final int PRIO_PROCESS = 0;

  /** What the kernel answers for nice value 0, getpriority(2). */
  private static final int KERNEL_NICE_ZERO = 20;

  /** {@code <sched.h>}. */
  private static final int SCHED_OTHER = 0;

  private static final int SCHED_FIFO = 1;
  private static final int SCHED_IDLE = 5;

  /** A flag beside the policy: children begin without it. */
  private static final int SCHED_RESET_ON_FORK = 0x4000_0000;

  private Threads() {}

  /** The kernel's number of the calling thread. */
  public static int currentTid() {
    return LibC.gettid();
  }

  /** The kernel's numbers of this process's threads. */
  public static int[] all() {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.mapToInt(task -> Integer.parseInt(task.getFileName().toString())).toArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The kernel's numbers of this process's threads whose names begin so.
   *
   * @param prefix of the name that the kernel has, which are the first 15 bytes of Java's
   */
  public static int[] named(String prefix) {
    return IntStream.of(all()).filter(thread -> name(thread).startsWith(prefix)).toArray();
  }

  private static String name(int thread) {
    try {
      return Files.readString(Path.of("/proc/self/task/" + thread + "/comm"));
    } catch (IOException e) {
      return ""; // It has ended.
    }
  }

  /** The processors that the calling thread may run on. */
  public static BitSet affinity() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(MAX_CPUS / 8);
      LibC.check(LibC.schedGetaffinity(0, mask), "sched_getaffinity", "");
      return BitSet.valueOf(mask.toArray(JAVA_BYTE));
    }
  }

  /**
   * Confines the calling thread to {@code cpus}. Threads that it starts inherit this.
   *
   * @throws LinuxException with EINVAL if none of them may be used
   */
  public static void setAffinity(BitSet cpus) {
    setAffinity(0, cpus);
  }

  /**
   * Confines another thread of this process to {@code cpus}.
   *
   * @param thread the kernel's number of it
   * @throws LinuxException with EINVAL if none of them may be used, ESRCH if it has ended
   */
  public static void setAffinity(int thread, BitSet cpus) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(MAX_CPUS / 8);
      byte[] bytes = cpus.toByteArray();
      MemorySegment.copy(bytes, 0, mask, JAVA_BYTE, 0, Math.min(bytes.length, MAX_CPUS / 8));
      LibC.check(LibC.schedSetaffinity(thread, mask), "sched_setaffinity", cpus.toString());
    }
  }

  /**
   * Sets a thread's nice value.
   *
   * @param thread the kernel's number of it
   * @param nice from -20 (first) to 19 (last); lowering it needs privileges
   */
  public static void setNice(int thread, int nice) {
    LibC.check(LibC.setpriority(PRIO_PROCESS, thread, nice), "setpriority", "nice " + nice);
  }

  /**
   * Lets a thread run whenever it wants to, before all ordinary ones (SCHED_FIFO, sched(7)). It
   * must sleep nearly always: others get nothing while it runs.
   *
   * @param thread the kernel's number of it
   * @throws LinuxException with EPERM without the privilege
   */
  public static void runFirst(int thread) {
    setPolicy(thread, SCHED_FIFO, 1);
  }

  /**
   * Lets a thread run where no ordinary one wants to, and nearly nowhere else (SCHED_IDLE,
   * sched(7)): whoever wakes up takes the processor from it at once.
   *
   * @param thread the kernel's number of it
   * @throws LinuxException with ESRCH if it has ended
   */
  public static void runLast(int thread) {
    setPolicy(thread, SCHED_IDLE, 0);
  }

  /**
   * Makes a thread an ordinary one again (SCHED_OTHER).
   *
   * @param thread the kernel's number of it
   * @throws LinuxException with EPERM if it runs last and {@code RLIMIT_NICE} does not let it have
   *     its nice value, without CAP_SYS_NICE; with ESRCH if it has ended
   */
  public static void runNormally(int thread) {
    setPolicy(thread, SCHED_OTHER, 0);
  }

  /**
   * Whether {@link #runLast} holds for a thread.
   *
   * @param thread the kernel's number of it, 0 is the calling one
   * @throws LinuxException with ESRCH if it has ended
   */
  public static boolean runsLast(int thread) {
    return policy(thread) == SCHED_IDLE;
  }

  /**
   * Whether a thread is an ordinary one (SCHED_OTHER).
   *
   * @param thread the kernel's number of it, 0 is the calling one
   * @throws LinuxException with ESRCH if it has ended
   */
  public static boolean runsNormally(int thread) {
    return policy(thread) == SCHED_OTHER;
  }

  private static int policy(int thread) {
    int policy = LibC.check(LibC.schedGetscheduler(thread), "sched_getscheduler", "");
    return policy & ~SCHED_RESET_ON_FORK;
  }

  private static void setPolicy(int thread, int policy, int priority) {
    try (Arena arena = Arena.ofConfined()) {
      // struct sched_param of <bits/types/struct_sched_param.h>: int sched_priority, 1 to 99 for
      // SCHED_FIFO and 0 for others.
      MemorySegment parameter = arena.allocateFrom(JAVA_INT, priority);
      LibC.check(
          LibC.schedSetscheduler(thread, policy, parameter),
          "sched_setscheduler",
          "policy " + policy);
    }
  }

  /** The calling thread's nice value, from -20 (first) to 19 (last). */
  public static int ownNice() {
    return nice(0);
  }

  /**
   * A thread's nice value, from -20 (first) to 19 (last).
   *
   * @param thread the kernel's number of it, 0 is the calling one
   * @throws LinuxException with ESRCH if it has ended
   */
  public static int nice(int thread) {
    return KERNEL_NICE_ZERO - LibC.check(LibC.getpriority(PRIO_PROCESS, thread), "getpriority", "");
  }
}
