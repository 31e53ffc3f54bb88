package dev.pappus.sandbox.wasm;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** What is done with an open descriptor. */
final class WasiFiles {
  private static final int FLAG_APPEND = 1;
  private static final int FDSTAT_BYTES = 24;
  private static final int PRESTAT_BYTES = 8;
  private static final int DIRENT_BYTES = 24;
  private static final int ADVICE_MAX = 5;
  private static final byte[] ROOT_NAME = {'/'};

  private WasiFiles() {}

  static void advise(WasiRun run, Guest guest, long[] a) {
    run.descriptors().file(a[0]);
    if (a[3] > ADVICE_MAX) {
      throw Errno.of(Errno.INVAL);
    }
  }

  static void allocate(WasiRun run, Guest guest, long[] a) {
    RegularFile file = run.descriptors().file(a[0]).toWrite();
    if (a[1] < 0 || a[2] <= 0 || a[1] > RegularFile.BYTES_MAX || a[2] > RegularFile.BYTES_MAX) {
      throw Errno.of(Errno.INVAL);
    }
    if (a[1] + a[2] > file.sizeBytes()) {
      file.resize(a[1] + a[2]);
    }
  }

  static void close(WasiRun run, Guest guest, long[] a) {
    run.descriptors().close(a[0]);
  }

  static void sync(WasiRun run, Guest guest, long[] a) {
    run.descriptors().get(a[0]);
  }

  static void fdstatGet(WasiRun run, Guest guest, long[] a) {
    Guest.Fields stat = guest.fields(a[1], FDSTAT_BYTES);
    switch (run.descriptors().get(a[0])) {
      case Descriptors.OpenDirectory _ ->
          stat.u8(0, FileStat.DIRECTORY).u64(8, Rights.ALL).u64(16, Rights.ALL);
      case Descriptors.OpenFile file ->
          stat.u8(0, FileStat.REGULAR)
              .u16(2, file.isAppending() ? FLAG_APPEND : 0)
              .u64(8, Rights.ofFile(file.isReadable(), file.isWritable()));
      case Descriptors.Output _ ->
          stat.u8(0, FileStat.UNKNOWN).u16(2, FLAG_APPEND).u64(8, Rights.ofOutput());
    }
  }

  static void fdstatSetFlags(WasiRun run, Guest guest, long[] a) {
    if (run.descriptors().get(a[0]) instanceof Descriptors.OpenFile file) {
      file.setAppending((a[1] & FLAG_APPEND) != 0);
    }
  }

  static void fdstatSetRights(WasiRun run, Guest guest, long[] a) {
    // Rights could only be given up, and nothing would depend on it.
    run.descriptors().get(a[0]);
  }

  static void filestatGet(WasiRun run, Guest guest, long[] a) {
    switch (run.descriptors().get(a[0])) {
      case Descriptors.OpenDirectory directory ->
          FileStat.write(guest, a[1], directory.directory());
      case Descriptors.OpenFile file -> FileStat.write(guest, a[1], file.file());
      case Descriptors.Output _ -> FileStat.writeUnknown(guest, a[1]);
    }
  }

  static void filestatSetSize(WasiRun run, Guest guest, long[] a) {
    if (a[1] < 0) {
      throw Errno.of(Errno.FBIG);
    }
    run.descriptors().file(a[0]).toWrite().resize(a[1]);
  }

  static void filestatSetTimes(WasiRun run, Guest guest, long[] a) {
    FileTree.Node node =
        switch (run.descriptors().get(a[0])) {
          case Descriptors.OpenDirectory directory -> directory.directory();
          case Descriptors.OpenFile file -> file.file();
          case Descriptors.Output _ -> throw Errno.of(Errno.PERM);
        };
    FileStat.setTimes(run, node, a[1], a[2], a[3]);
  }

  static void prestatGet(WasiRun run, Guest guest, long[] a) {
    requireRoot(run, a[0]);
    guest.fields(a[1], PRESTAT_BYTES).u32(4, ROOT_NAME.length);
  }

  static void prestatDirName(WasiRun run, Guest guest, long[] a) {
    requireRoot(run, a[0]);
    if (a[2] < ROOT_NAME.length) {
      throw Errno.of(Errno.NAMETOOLONG);
    }
    guest.write(a[1], ROOT_NAME);
  }

  private static void requireRoot(WasiRun run, long descriptor) {
    run.descriptors().get(descriptor);
    if (descriptor != Descriptors.ROOT || run.tree() == null) {
      throw Errno.of(Errno.BADF);
    }
  }

  static void read(WasiRun run, Guest guest, long[] a) {
    Descriptors.OpenFile open =
        switch (run.descriptors().get(a[0])) {
          case Descriptors.OpenFile file -> file;
          case Descriptors.OpenDirectory _ -> throw Errno.of(Errno.ISDIR);
          case Descriptors.Output _ -> throw Errno.of(Errno.BADF);
        };
    long count = read(guest, open, a[1], a[2], open.offset());
    open.setOffset(open.offset() + count);
    guest.putU32(a[3], count);
  }

  static void pread(WasiRun run, Guest guest, long[] a) {
    if (a[3] < 0) {
      throw Errno.of(Errno.INVAL);
    }
    guest.putU32(a[4], read(guest, run.descriptors().file(a[0]), a[1], a[2], a[3]));
  }

  private static long read(
      Guest guest, Descriptors.OpenFile open, long buffers, long count, long offset) {
    RegularFile file = open.toRead();
    long done = 0;
    for (MemorySegment buffer : guest.buffers(buffers, count)) {
      Interruption.check();
      done += file.read(offset + done, buffer);
    }
    return done;
  }

  static void write(WasiRun run, Guest guest, long[] a) {
    long count =
        switch (run.descriptors().get(a[0])) {
          case Descriptors.Output output -> print(guest, output.stream(), a[1], a[2]);
          case Descriptors.OpenDirectory _ -> throw Errno.of(Errno.ISDIR);
          case Descriptors.OpenFile open -> {
            long offset = open.isAppending() ? open.file().sizeBytes() : open.offset();
            long written = write(run, guest, open, a[1], a[2], offset);
            open.setOffset(offset + written);
            yield written;
          }
        };
    guest.putU32(a[3], count);
  }

  static void pwrite(WasiRun run, Guest guest, long[] a) {
    if (a[3] < 0) {
      throw Errno.of(Errno.INVAL);
    }
    guest.putU32(a[4], write(run, guest, run.descriptors().file(a[0]), a[1], a[2], a[3]));
  }

  private static long print(Guest guest, StandardStream stream, long buffers, long count) {
    long done = 0;
    for (MemorySegment buffer : guest.buffers(buffers, count)) {
      Interruption.check();
      stream.write(buffer);
      done += buffer.byteSize();
    }
    return done;
  }

  private static long write(
      WasiRun run, Guest guest, Descriptors.OpenFile open, long buffers, long count, long offset) {
    RegularFile file = open.toWrite();
    long done = 0;
    for (MemorySegment buffer : guest.buffers(buffers, count)) {
      Interruption.check();
      file.write(offset + done, buffer);
      done += buffer.byteSize();
    }
    long now = run.clock().now(GuestClock.REALTIME);
    file.setTimes(file.accessedNanos(), now);
    return done;
  }

  static void seek(WasiRun run, Guest guest, long[] a) {
    Descriptors.OpenFile file = run.descriptors().file(a[0]);
    long base =
        switch ((int) a[2]) {
          case 0 -> 0;
          case 1 -> file.offset();
          case 2 -> file.file().sizeBytes();
          default -> throw Errno.of(Errno.INVAL);
        };
    long target = base + a[1];
    // The base is not negative: only a positive step can overflow, and then the sum is negative.
    if (target < 0) {
      throw Errno.of(Errno.INVAL);
    }
    file.setOffset(target);
    guest.putU64(a[3], target);
  }

  static void tell(WasiRun run, Guest guest, long[] a) {
    guest.putU64(a[1], run.descriptors().file(a[0]).offset());
  }

  static void renumber(WasiRun run, Guest guest, long[] a) {
    run.descriptors().renumber(a[0], a[1]);
  }

  /** Fills a buffer with entries; the last may be cut off, which says that there are more. */
  static void readdir(WasiRun run, Guest guest, long[] a) {
    FileTree.Directory directory = run.descriptors().directory(a[0]);
    Listing listing = new Listing(guest.piece(a[1], a[2]));
    long cookie = a[3];
    if (cookie == 0) {
      listing.add(1, directory, ".");
    }
    if (cookie >= 0 && cookie <= 1) {
      listing.add(2, directory.above(), "..");
    }
    if (cookie >= 0) {
      for (FileTree.Directory.Entry entry : directory.entriesAfter(cookie)) {
        if (listing.isFull()) {
          break;
        }
        listing.add(entry.cookie(), entry.node(), entry.name());
      }
    }
    guest.putU32(a[4], listing.used);
  }

  /** The buffer of a directory's entries. */
  private static final class Listing {
    private final MemorySegment buffer;
    private long used;

    Listing(MemorySegment buffer) {
      this.buffer = buffer;
    }

    boolean isFull() {
      return used == buffer.byteSize();
    }

    void add(long next, FileTree.Node node, String text) {
      byte[] name = text.getBytes(StandardCharsets.UTF_8);
      byte[] entry = new byte[DIRENT_BYTES + name.length];
      new Guest.Fields(MemorySegment.ofArray(entry))
          .u64(0, next)
          .u64(8, node.inode())
          .u32(16, name.length)
          .u8(20, FileStat.type(node));
      System.arraycopy(name, 0, entry, DIRENT_BYTES, name.length);
      long count = Math.min(entry.length, buffer.byteSize() - used);
      MemorySegment.copy(MemorySegment.ofArray(entry), 0, buffer, used, count);
      used += count;
    }
  }
}
