package dev.pappus.sandbox.wasm;

/** What is done with a path. */
final class WasiPaths {
  private static final long PATH_BYTES_MAX = 4096;
  private static final int OPEN_CREATE = 1;
  private static final int OPEN_DIRECTORY = 2;
  private static final int OPEN_EXCLUSIVE = 4;
  private static final int OPEN_TRUNCATE = 8;
  private static final int FLAG_APPEND = 1;

  private WasiPaths() {}

  private static FileTree.Place place(
      WasiRun run, Guest guest, long descriptor, long path, long length) {
    FileTree.Directory directory = run.descriptors().directory(descriptor);
    if (length > PATH_BYTES_MAX) {
      throw Errno.of(Errno.NAMETOOLONG);
    }
    return FileTree.resolve(directory, guest.bytes(path, length));
  }

  /** The tree; whoever has a directory to start from has one. */
  private static FileTree tree(WasiRun run) {
    FileTree tree = run.tree();
    if (tree == null) {
      throw Errno.of(Errno.BADF);
    }
    return tree;
  }

  static void createDirectory(WasiRun run, Guest guest, long[] a) {
    tree(run).makeDirectory(place(run, guest, a[0], a[1], a[2]));
  }

  static void removeDirectory(WasiRun run, Guest guest, long[] a) {
    tree(run).removeDirectory(place(run, guest, a[0], a[1], a[2]));
  }

  static void unlinkFile(WasiRun run, Guest guest, long[] a) {
    tree(run).removeFile(place(run, guest, a[0], a[1], a[2]));
  }

  static void rename(WasiRun run, Guest guest, long[] a) {
    tree(run).rename(place(run, guest, a[0], a[1], a[2]), place(run, guest, a[3], a[4], a[5]));
  }

  static void readlink(WasiRun run, Guest guest, long[] a) {
    place(run, guest, a[0], a[1], a[2]).required();
    throw Errno.of(Errno.INVAL);
  }

  static void filestatGet(WasiRun run, Guest guest, long[] a) {
    FileStat.write(guest, a[4], place(run, guest, a[0], a[2], a[3]).required());
  }

  static void filestatSetTimes(WasiRun run, Guest guest, long[] a) {
    FileTree.Node node = place(run, guest, a[0], a[2], a[3]).required();
    FileStat.setTimes(run, node, a[4], a[5], a[6]);
  }

  static void open(WasiRun run, Guest guest, long[] a) {
    FileTree.Place place = place(run, guest, a[0], a[2], a[3]);
    int how = (int) a[4];
    guest.piece(a[8], Integer.BYTES);
    run.descriptors().requireRoom();
    FileTree.Node node = place.node();
    if (node != null && (how & OPEN_CREATE) != 0 && (how & OPEN_EXCLUSIVE) != 0) {
      throw Errno.of(Errno.EXIST);
    }
    if (node == null && (how & OPEN_CREATE) != 0) {
      if ((how & OPEN_DIRECTORY) != 0) {
        throw Errno.of(Errno.INVAL);
      }
      node = tree(run).makeFile(place);
    } else {
      node = place.required();
    }
    Descriptors.Open open =
        switch (node) {
          case FileTree.Directory directory -> openDirectory(directory, how, a[5]);
          case RegularFile file -> openFile(file, how, a[5], a[7]);
        };
    guest.putU32(a[8], run.descriptors().add(open));
  }

  private static Descriptors.Open openDirectory(
      FileTree.Directory directory, int how, long rights) {
    boolean askedFor = (how & OPEN_DIRECTORY) != 0;
    if ((how & OPEN_TRUNCATE) != 0 || (!askedFor && (rights & Rights.WRITE) != 0)) {
      throw Errno.of(Errno.ISDIR);
    }
    return new Descriptors.OpenDirectory(directory);
  }

  private static Descriptors.Open openFile(RegularFile file, int how, long rights, long flags) {
    if ((how & OPEN_DIRECTORY) != 0) {
      throw Errno.of(Errno.NOTDIR);
    }
    boolean writes = (rights & Rights.WRITE) != 0;
    if (writes || (how & OPEN_TRUNCATE) != 0) {
      file.requireWritable();
    }
    if ((how & OPEN_TRUNCATE) != 0) {
      file.resize(0);
    }
    return new Descriptors.OpenFile(
        file, (rights & Rights.READ) != 0, writes, (flags & FLAG_APPEND) != 0);
  }
}
