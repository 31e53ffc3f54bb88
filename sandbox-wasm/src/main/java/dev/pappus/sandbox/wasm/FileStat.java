package dev.pappus.sandbox.wasm;

/** The record that describes a file, and how its times are set. */
final class FileStat {
  static final int UNKNOWN = 0;
  static final int DIRECTORY = 3;
  static final int REGULAR = 4;

  private static final int BYTES = 64;
  private static final int SET_ACCESSED = 1;
  private static final int SET_ACCESSED_NOW = 2;
  private static final int SET_MODIFIED = 4;
  private static final int SET_MODIFIED_NOW = 8;

  private FileStat() {}

  static int type(FileTree.Node node) {
    return switch (node) {
      case FileTree.Directory _ -> DIRECTORY;
      case RegularFile _ -> REGULAR;
    };
  }

  static void write(Guest guest, long address, FileTree.Node node) {
    guest
        .fields(address, BYTES)
        .u64(0, 1)
        .u64(8, node.inode())
        .u8(16, type(node))
        .u64(24, 1)
        .u64(32, node.sizeBytes())
        .u64(40, node.accessedNanos())
        .u64(48, node.modifiedNanos())
        .u64(56, node.modifiedNanos());
  }

  /** That of a standard output. */
  static void writeUnknown(Guest guest, long address) {
    guest.fields(address, BYTES).u64(24, 1);
  }

  static void setTimes(WasiRun run, FileTree.Node node, long accessed, long modified, long flags) {
    boolean both =
        isSet(flags, SET_ACCESSED | SET_ACCESSED_NOW)
            || isSet(flags, SET_MODIFIED | SET_MODIFIED_NOW);
    if (both || flags >= 16) {
      throw Errno.of(Errno.INVAL);
    }
    node.requireWritable();
    long now = run.clock().now(GuestClock.REALTIME);
    node.setTimes(
        (flags & SET_ACCESSED) != 0
            ? accessed
            : (flags & SET_ACCESSED_NOW) != 0 ? now : node.accessedNanos(),
        (flags & SET_MODIFIED) != 0
            ? modified
            : (flags & SET_MODIFIED_NOW) != 0 ? now : node.modifiedNanos());
  }

  private static boolean isSet(long flags, int all) {
    return (flags & all) == all;
  }
}
