package dev.pappus.sandbox.process;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.linux.Errno;
import dev.pappus.linux.FileDescriptor;
import dev.pappus.linux.Mapping;
import dev.pappus.linux.MemoryFile;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The pages that an engine shares with its zygote and all children of that: how runs begin, and
 * what is told of their ends. Belongs to the engine's thread; children write when they run, one at
 * a time, and nothing of that can be trusted.
 */
final class SharedPages implements AutoCloseable {
  private final MemoryFile file;
  private final Mapping mapping;
  private final MemorySegment memory;

  /**
   * Zeroed ones.
   *
   * @throws dev.pappus.linux.LinuxException if the host has no memory for them
   */
  SharedPages() {
    file = MemoryFile.create("pappus-exit", ZygoteProtocol.MEMORY_BYTES);
    try {
      mapping = file.map();
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
    memory = mapping.segment();
  }

  /** To be mapped by the zygote. */
  FileDescriptor descriptor() {
    return file.descriptor();
  }

  /**
   * Says how the next run begins.
   *
   * @param calls where system calls of a program go on; 0 if they end the run
   * @param restores whether what the kernel keeps of the child may differ from how runs begin
   */
  void setStart(long entry, long stackPointer, long calls, boolean restores) {
    int ask = restores ? ZygoteProtocol.ASK_RESTORE : ZygoteProtocol.ASK_BEGIN;
    memory.set(JAVA_INT, ZygoteProtocol.REPORT_ASKED, ask);
    memory.set(JAVA_LONG, ZygoteProtocol.START_ENTRY, entry);
    memory.set(JAVA_LONG, ZygoteProtocol.START_STACK_POINTER, stackPointer);
    memory.set(JAVA_LONG, ZygoteProtocol.START_CALLS, calls);
  }

  /** Lets the next run end as soon as it has begun. */
  void setStartThatLeaves() {
    setStart(memory.get(JAVA_LONG, ZygoteProtocol.START_WAY_OUT), 0, 0, true);
  }

  /** What the run has left about its end; nothing in it can be trusted. */
  ExitReport report() {
    return ExitReport.read(memory);
  }

  /** Removes what the run has left. */
  void clean() {
    memory.asSlice(ZygoteProtocol.EXIT_PAGES, ZygoteProtocol.EXIT_BYTES).fill((byte) 0);
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

  @Override
  public void close() {
    mapping.close();
    file.close();
  }
}
