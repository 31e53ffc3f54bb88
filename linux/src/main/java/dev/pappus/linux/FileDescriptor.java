package dev.pappus.linux;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An open file. Whoever opened it closes it; any thread may use it meanwhile. */
public final class FileDescriptor implements AutoCloseable {
  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_CLOEXEC = 0x80000;

  /** {@code <linux/openat2.h>}. */
  private static final long RESOLVE_CACHED = 0x20;

  private static final int INTERRUPTIONS_MAX = 100;

  private final int number;
  private final String name;
  private boolean open = true;

  FileDescriptor(int number, String name) {
    this.number = number;
    this.name = name;
  }

  /** Opens a file for reading. */
  public static FileDescriptor openReadOnly(Path path) {
    return open(path.toString(), O_RDONLY);
  }

  /**
   * Opens a file for reading if that needs no disk; null if it does, or the kernel cannot tell
   * (Linux 5.12 can, where a filter of system calls does not keep it from that).
   */
  static @Nullable FileDescriptor tryOpenFromMemory(Path path) {
    String name = path.toString();
    try (Arena arena = Arena.ofConfined()) {
      int number = LibC.openat2(arena.allocateFrom(name), O_RDONLY | O_CLOEXEC, RESOLVE_CACHED);
      if (number == -Errno.EAGAIN || number == -Errno.ENOSYS || number == -Errno.EPERM) {
        return null;
      }
      return new FileDescriptor(LibC.check(number, "openat2", name), name);
    }
  }

  /** Opens a file for reading and writing. */
  public static FileDescriptor openReadWrite(Path path) {
    return open(path.toString(), O_RDWR);
  }

  private static FileDescriptor open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      int number = LibC.open(arena.allocateFrom(path), flags | O_CLOEXEC);
      return new FileDescriptor(LibC.check(number, "open", path), path);
    }
  }

  /** Calls ioctl and returns its result, {@code -errno} if it failed. */
  int tryIoctl(long request, long argument) {
    return LibC.ioctl(number, request, argument);
  }

  /** Calls ioctl, again if a signal interrupts it, and throws if it failed. */
  int ioctl(String request, long code, long argument) {
    int result = LibC.ioctl(number, code, argument);
    for (int i = 0; result == -Errno.EINTR && i < INTERRUPTIONS_MAX; i++) {
      result = LibC.ioctl(number, code, argument);
    }
    if (result < 0) {
      throw new LinuxException("ioctl(" + request + ")", -result, name);
    }
    return result;
  }

  int number() {
    return number;
  }

  @Override
  public String toString() {
    return name;
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      // Linux releases the number even when close reports an error, so there is nothing to retry.
      int _ = LibC.close(number);
    }
  }
}
