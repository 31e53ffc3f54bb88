package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
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

  // SAFETY: as in LibC; a short is the low part of its register like an int. What these functions
  // are given lies in confined arenas of this thread, which are open until they have returned.
  private static final MethodHandle ACTIONS_INIT = LibC.function("posix_spawn_file_actions_init");
  private static final MethodHandle ACTIONS_DUPLICATE =
      LibC.function("posix_spawn_file_actions_adddup2");
  private static final MethodHandle ACTIONS_DESTROY =
      LibC.function("posix_spawn_file_actions_destroy");
  private static final MethodHandle ATTRIBUTES_INIT = LibC.function("posix_spawnattr_init");
  private static final MethodHandle ATTRIBUTES_FLAGS = LibC.function("posix_spawnattr_setflags");
  private static final MethodHandle SPAWN = LibC.function("posix_spawn");

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment actions = arena.allocate(STRUCTURE_BYTES, 16);
  private final MemorySegment attributes = arena.allocate(STRUCTURE_BYTES, 16);

  /** Nothing inherited but what is not closed in exec; a process group of its own. */
  SpawnPlan() {
    check(
        LibC.call(ACTIONS_INIT, LibC.pointer(actions), 0, 0, 0, 0, 0),
        "posix_spawn_file_actions_init",
        "");
    check(
        LibC.call(ATTRIBUTES_INIT, LibC.pointer(attributes), 0, 0, 0, 0, 0),
        "posix_spawnattr_init",
        "");
    check(
        LibC.call(ATTRIBUTES_FLAGS, LibC.pointer(attributes), POSIX_SPAWN_SETPGROUP, 0, 0, 0, 0),
        "posix_spawnattr_setflags",
        "");
  }

  // These functions return their error instead of setting errno.
  private static void check(int error, String operation, String operands) {
    LibC.check(-error, operation, operands);
  }

  /** Gives the program a copy of a descriptor. */
  void duplicate(int from, int to) {
    check(
        LibC.call(ACTIONS_DUPLICATE, LibC.pointer(actions), from, to, 0, 0, 0),
        "posix_spawn_file_actions_adddup2",
        "");
  }

  /**
   * Starts the program; its number.
   *
   * @param path of a confined arena of this thread, as the others
   */
  int spawn(MemorySegment path, MemorySegment arguments, MemorySegment environment) {
    MemorySegment process = arena.allocate(JAVA_INT);
    check(
        LibC.call(
            SPAWN,
            LibC.pointer(process),
            LibC.pointer(path),
            LibC.pointer(actions),
            LibC.pointer(attributes),
            LibC.pointer(arguments),
            LibC.pointer(environment)),
        "posix_spawn",
        path.getString(0));
    return process.get(JAVA_INT, 0);
  }

  @Override
  public void close() {
    LibC.call(ACTIONS_DESTROY, LibC.pointer(actions), 0, 0, 0, 0, 0);
    arena.close();
  }
}
