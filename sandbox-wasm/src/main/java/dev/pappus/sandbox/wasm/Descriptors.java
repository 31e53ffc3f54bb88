package dev.pappus.sandbox.wasm;

import org.jspecify.annotations.Nullable;

/** The descriptors of a run: 0 to 2 are the standard streams, 3 is the root where there is one. */
final class Descriptors {
  /** Most that are open at once. */
  static final int OPEN_MAX = 1024;

  static final int ROOT = 3;

  private final @Nullable Open[] open = new Open[OPEN_MAX];

  /** What a descriptor stands for. */
  sealed interface Open {}

  /** Where a standard stream goes. */
  record Output(StandardStream stream) implements Open {}

  /** An open directory. */
  record OpenDirectory(FileTree.Directory directory) implements Open {}

  /** An open file and where reading or writing goes on. */
  static final class OpenFile implements Open {
    private final RegularFile file;
    private final boolean readable;
    private final boolean writable;
    private boolean appending;
    private long offset;

    OpenFile(RegularFile file, boolean readable, boolean writable, boolean appending) {
      this.file = file;
      this.readable = readable;
      this.writable = writable;
      this.appending = appending;
      file.opened();
    }

    RegularFile file() {
      return file;
    }

    RegularFile toRead() {
      if (!readable) {
        throw Errno.of(Errno.BADF);
      }
      return file;
    }

    RegularFile toWrite() {
      if (!writable) {
        throw Errno.of(Errno.BADF);
      }
      return file;
    }

    boolean isReadable() {
      return readable;
    }

    boolean isWritable() {
      return writable;
    }

    boolean isAppending() {
      return appending;
    }

    void setAppending(boolean on) {
      appending = on;
    }

    long offset() {
      return offset;
    }

    void setOffset(long newOffset) {
      offset = newOffset;
    }
  }

  void set(int descriptor, Open what) {
    open[descriptor] = what;
  }

  /** Gives the lowest free number. */
  int add(Open what) {
    for (int i = 0; i < OPEN_MAX; i++) {
      if (open[i] == null) {
        open[i] = what;
        return i;
      }
    }
    throw Errno.of(Errno.MFILE);
  }

  /** Fails unless {@link #add} would succeed. */
  void requireRoom() {
    for (Open each : open) {
      if (each == null) {
        return;
      }
    }
    throw Errno.of(Errno.MFILE);
  }

  Open get(long descriptor) {
    Open found = descriptor < 0 || descriptor >= OPEN_MAX ? null : open[(int) descriptor];
    if (found == null) {
      throw Errno.of(Errno.BADF);
    }
    return found;
  }

  OpenFile file(long descriptor) {
    return switch (get(descriptor)) {
      case OpenFile file -> file;
      case OpenDirectory _ -> throw Errno.of(Errno.ISDIR);
      case Output _ -> throw Errno.of(Errno.SPIPE);
    };
  }

  FileTree.Directory directory(long descriptor) {
    return switch (get(descriptor)) {
      case OpenDirectory found -> found.directory();
      case OpenFile _, Output _ -> throw Errno.of(Errno.NOTDIR);
    };
  }

  void close(long descriptor) {
    Open was = get(descriptor);
    open[(int) descriptor] = null;
    if (was instanceof OpenFile file) {
      file.file().closed();
    }
  }

  void renumber(long from, long to) {
    Open moved = get(from);
    get(to);
    if (from != to) {
      close(to);
      open[(int) from] = null;
      open[(int) to] = moved;
    }
  }
}
