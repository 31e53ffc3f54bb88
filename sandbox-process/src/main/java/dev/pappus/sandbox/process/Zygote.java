package dev.pappus.sandbox.process;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.linux.Errno;
import dev.pappus.linux.LinuxException;
import dev.pappus.linux.Mapping;
import dev.pappus.linux.MemoryFile;
import dev.pappus.linux.MessageSocket;
import dev.pappus.linux.ProcessGroup;
import dev.pappus.sandbox.LibosPlace;
import dev.pappus.sandbox.PageRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A running zygote (guest/process/zygote.c) and the child that it has made last. Children are this
 * process's own: their ends are noticed here, whatever becomes of the zygote. Belongs to the thread
 * that starts it.
 */
final class Zygote implements AutoCloseable {
  /** Most contexts that it knows at a time. */
  static final int SLOTS_MAX = ZygoteProtocol.SLOTS_MAX;

  /** More pieces of memory than these are left for the child to fault in. */
  static final int WARM_MAX = 16;

  /** Asks a function where it is; its handler answers and ends it. */
  private static final int SIGXCPU = 24;

  private static final int MADV_POPULATE_READ = 22;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment request = arena.allocate(ZygoteProtocol.REQUEST_BYTES, 8);
  private final MemoryFile file;
  private final Mapping mapping;
  private final MemorySegment memory;
  private final MessageSocket socket;
  private final ProcessGroup group;
  private boolean open = true;
  private boolean alive = true;

  private Zygote(MemoryFile file, Mapping mapping, MessageSocket socket, ProcessGroup group) {
    this.file = file;
    this.mapping = mapping;
    this.memory = mapping.segment();
    this.socket = socket;
    this.group = group;
  }

  /**
   * Starts one.
   *
   * @throws LinuxException if the host does not let it be started
   */
  static Zygote start(Path program) {
    MemoryFile file = MemoryFile.create("pappus-exit", ZygoteProtocol.MEMORY_BYTES);
    try {
      Mapping mapping = file.map();
      try {
        return start(program, file, mapping);
      } catch (LinuxException e) {
        mapping.close();
        throw e;
      }
    } catch (LinuxException e) {
      file.close();
      throw e;
    }
  }

  private static Zygote start(Path program, MemoryFile file, Mapping mapping) {
    MessageSocket socket = MessageSocket.pair();
    try {
      ProcessGroup group =
          ProcessGroup.start(program, List.of(socket.otherEnd(), file.descriptor()));
      socket.keepOwnEnd();
      return new Zygote(file, mapping, socket, group);
    } catch (LinuxException e) {
      socket.close();
      throw e;
    }
  }

  /** The number of its process. */
  int process() {
    return group.leader();
  }

  /** Whether it can still make children. */
  boolean isAlive() {
    return alive;
  }

  /**
   * Makes a context known under a slot.
   *
   * @return false if the zygote is gone
   */
  boolean attach(int slot, ContextFile context) {
    return send(ZygoteProtocol.OPERATION_ATTACH, slot, 0, context);
  }

  /** Gives a slot up. */
  boolean detach(int slot) {
    return send(ZygoteProtocol.OPERATION_DETACH, slot, 0, null);
  }

  /**
   * Has a child made that runs the function which is bound to the context in a slot.
   *
   * @return false if the zygote is gone
   */
  boolean run(int slot, ProcessFunction function, List<PageRange> warm) {
    memory.set(JAVA_INT, ZygoteProtocol.STATUS_CHILD, 0);
    request.set(JAVA_LONG, ZygoteProtocol.REQUEST_ENTRY, function.image().entry());
    request.set(JAVA_LONG, ZygoteProtocol.REQUEST_STACK, function.layout().entryStackPointer());
    LibosPlace libos = function.image().libos();
    request.set(JAVA_LONG, ZygoteProtocol.REQUEST_LIBOS_BEGIN, libos == null ? 0 : libos.begin());
    request.set(JAVA_LONG, ZygoteProtocol.REQUEST_LIBOS_END, libos == null ? 0 : libos.end());
    request.set(JAVA_LONG, ZygoteProtocol.REQUEST_CALLS, libos == null ? 0 : libos.signal());
    List<MappedRange> ranges = function.ranges();
    int warmCount = Math.min(warm.size(), WARM_MAX);
    int count = 0;
    for (int i = 0; i < ranges.size(); i++) {
      MappedRange range = ranges.get(i);
      setRange(count++, range.start(), range.end(), range.protection());
    }
    for (int i = 0; i < warmCount; i++) {
      setRange(count++, warm.get(i).start(), warm.get(i).end(), MADV_POPULATE_READ);
    }
    request.set(JAVA_INT, ZygoteProtocol.REQUEST_RANGE_COUNT, ranges.size());
    request.set(JAVA_INT, ZygoteProtocol.REQUEST_WARM_COUNT, warmCount);
    return send(ZygoteProtocol.OPERATION_RUN, slot, count, null);
  }

  private void setRange(int index, long start, long end, int protection) {
    long at = ZygoteProtocol.REQUEST_RANGES + (long) index * ZygoteProtocol.RANGE_BYTES;
    request.set(JAVA_LONG, at + ZygoteProtocol.RANGE_START, start);
    request.set(JAVA_LONG, at + ZygoteProtocol.RANGE_END, end);
    request.set(JAVA_INT, at + ZygoteProtocol.RANGE_PROTECTION, protection);
  }

  private boolean send(int operation, int slot, int ranges, @Nullable ContextFile passed) {
    request.set(JAVA_INT, ZygoteProtocol.REQUEST_OPERATION, operation);
    request.set(JAVA_INT, ZygoteProtocol.REQUEST_SLOT, slot);
    long bytes = ZygoteProtocol.REQUEST_RANGES + (long) ranges * ZygoteProtocol.RANGE_BYTES;
    try {
      socket.send(request.asSlice(0, bytes), passed == null ? null : passed.descriptor());
      return true;
    } catch (LinuxException e) {
      if (e.errno() == Errno.EPIPE || e.errno() == Errno.ECONNRESET) {
        alive = false;
        return false;
      }
      throw e;
    }
  }

  /** The child that runs, or 0 while there is none yet. */
  int child() {
    return memory.get(JAVA_INT, ZygoteProtocol.STATUS_CHILD);
  }

  /**
   * Waits until the child has ended, or the zygote.
   *
   * @return null if a signal came first
   */
  ProcessGroup.@Nullable Ended await() {
    ProcessGroup.Ended ended = group.await();
    if (ended != null && ended.process() == group.leader()) {
      alive = false;
    }
    return ended;
  }

  /** Asks the child where it is, which ends it. */
  void probe(int child) {
    group.signal(child, SIGXCPU);
  }

  /** Ends the child. */
  void kill(int child) {
    group.signal(child, ProcessGroup.SIGKILL);
  }

  /**
   * What the child, or the zygote, could not do before the function began; null if nothing, or if
   * it has been asked before.
   */
  @Nullable String trouble() {
    int step = memory.get(JAVA_INT, ZygoteProtocol.STATUS_STEP);
    memory.set(JAVA_INT, ZygoteProtocol.STATUS_STEP, 0);
    int error = memory.get(JAVA_INT, ZygoteProtocol.STATUS_ERROR);
    return switch (step) {
      case 0 -> null;
      case ZygoteProtocol.STEP_START -> "the zygote could not lock itself in: " + Errno.name(error);
      case ZygoteProtocol.STEP_CLONE -> "no child process could be made: " + Errno.name(error);
      case ZygoteProtocol.STEP_MAP ->
          "the function's memory could not be mapped in its process: " + Errno.name(error);
      case ZygoteProtocol.STEP_FILTER ->
          "the system call filter could not be installed: " + Errno.name(error);
      case ZygoteProtocol.STEP_ATTACH ->
          "a context could not be handed to the zygote: " + Errno.name(error);
      default -> "the zygote failed at step " + step + ": " + Errno.name(error);
    };
  }

  /** What the dead child has left about its end; nothing in it can be trusted. */
  ExitReport report() {
    return ExitReport.read(memory);
  }

  /** Removes what the dead child has left in the pages that the next one gets, too. */
  void clean() {
    memory.asSlice(ZygoteProtocol.EXIT_PAGES).fill((byte) 0);
  }

  /** Ends it and its child, and awaits both. */
  @Override
  public void close() {
    if (open) {
      open = false;
      alive = false;
      group.close();
      socket.close();
      mapping.close();
      file.close();
      arena.close();
    }
  }
}
