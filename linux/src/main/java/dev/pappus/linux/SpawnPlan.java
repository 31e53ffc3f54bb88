package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * How a program is to be started, by posix_spawn: without a copy of this process's address space,
 * which fork would make. One thread uses it.
 */
final class SpawnPlan implements AutoCloseable {
  /** More than the C library's structures have: 80 and 336 bytes. */
  private static final long STRUCTURE_BYTES = 1024;

  private static final short POSIX_SPAWN_SETPGROUP = 2;

  private static final MethodHandle ACTIONS_INIT =
      link("posix_spawn_file_actions_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle ACTIONS_DUPLICATE =
      link(
          "posix_spawn_file_actions_adddup2",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle ACTIONS_DESTROY =
      link("posix_spawn_file_actions_destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle ATTRIBUTES_INIT =
      link("posix_spawnattr_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle ATTRIBUTES_FLAGS =
      link("posix_spawnattr_setflags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_SHORT));
  private static final MethodHandle SPAWN =
      link(
          "posix_spawn",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment actions = arena.allocate(STRUCTURE_BYTES, 16);
  private final MemorySegment attributes = arena.allocate(STRUCTURE_BYTES, 16);

  /** Nothing inherited but what is not closed in exec; a process group of its own. */
  SpawnPlan() {
    try {
      check((int) ACTIONS_INIT.invokeExact(actions), "posix_spawn_file_actions_init", "");
      check((int) ATTRIBUTES_INIT.invokeExact(attributes), "posix_spawnattr_init", "");
      check(
          (int) ATTRIBUTES_FLAGS.invokeExact(attributes, POSIX_SPAWN_SETPGROUP),
          "posix_spawnattr_setflags",
          "");
    } catch (Throwable t) {
      throw LibC.failed(t);
    }
  }

  // SAFETY: each descriptor above states the C prototype; the structures are opaque to us and large
  // enough. Linking alone touches no memory.
  @SuppressWarnings("restricted")
  private static MethodHandle link(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }

  // These functions return their error instead of setting errno.
  private static void check(int error, String operation, String operands) {
    LibC.check(-error, operation, operands);
  }

  /** Gives the program a copy of a descriptor. */
  void duplicate(int from, int to) {
    try {
      check(
          (int) ACTIONS_DUPLICATE.invokeExact(actions, from, to),
          "posix_spawn_file_actions_adddup2",
          "");
    } catch (Throwable t) {
      throw LibC.failed(t);
    }
  }

  /** Starts the program; its number. */
  int spawn(MemorySegment path, MemorySegment arguments, MemorySegment environment) {
    MemorySegment process = arena.allocate(JAVA_INT);
    try {
      check(
          (int) SPAWN.invokeExact(process, path, actions, attributes, arguments, environment),
          "posix_spawn",
          path.getString(0));
    } catch (Throwable t) {
      throw LibC.failed(t);
    }
    return process.get(JAVA_INT, 0);
  }

  @Override
  public void close() {
    try {
      int _ = (int) ACTIONS_DESTROY.invokeExact(actions);
    } catch (Throwable t) {
      throw LibC.failed(t);
    }
    arena.close();
  }
}
