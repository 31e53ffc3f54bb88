package dev.pappus.sandbox.wasm;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file system in memory, which is all the files that a run can reach. Files and directories that
 * the guest makes count against its {@link MemorySpace}. Belongs to one run and its thread; errors
 * are {@link Errno}s.
 */
final class FileTree {
  /** Directories and files that a guest may have made at once. */
  static final int NODES_MAX = 65_536;

  /** Longest name of one component in UTF-8 bytes. */
  static final int NAME_BYTES_MAX = 255;

  private static final int PATH_CHARACTERS_MAX = 4096;

  /** What a node costs besides its bytes. */
  private static final int NODE_BYTES = 512;

  private final MemorySpace space;
  private final Directory root;
  private long nextInode = 1;
  private int made;

  FileTree(MemorySpace space) {
    this.space = space;
    root = new Directory(this, null, false, null);
  }

  Directory root() {
    return root;
  }

  MemorySpace space() {
    return space;
  }

  /** A file that no name leads to; it costs what is in it. */
  RegularFile unnamedFile() {
    return new RegularFile(this, root);
  }

  /** A file that nobody can write and no name leads to. */
  RegularFile unnamedInput(MemorySegment content) {
    return new RegularFile(this, root, content);
  }

  /** A file or a directory. */
  abstract static sealed class Node permits Directory, RegularFile {
    private final long inode;
    private final boolean readOnly;
    private long modifiedNanos = GuestClock.REALTIME_START_NANOS;
    private long accessedNanos = GuestClock.REALTIME_START_NANOS;
    @Nullable Directory parent;
    int names = 1;

    Node(FileTree tree, @Nullable Directory parent, boolean readOnly) {
      this.inode = tree.nextInode++;
      this.parent = parent;
      this.readOnly = readOnly;
    }

    final long inode() {
      return inode;
    }

    final boolean isReadOnly() {
      return readOnly;
    }

    final long modifiedNanos() {
      return modifiedNanos;
    }

    final long accessedNanos() {
      return accessedNanos;
    }

    final void setTimes(long accessed, long modified) {
      accessedNanos = accessed;
      modifiedNanos = modified;
    }

    final void requireWritable() {
      if (readOnly) {
        throw Errno.of(Errno.ROFS);
      }
    }

    abstract long sizeBytes();
  }

  /** A directory; entries keep the order in which they were made. */
  static final class Directory extends Node {
    /** Cookies 1 and 2 are those after {@code .} and {@code ..}. */
    private static final long FIRST_COOKIE = 3;

    private final FileTree tree;
    private final Map<String, Entry> byName = new HashMap<>();
    private final TreeMap<Long, Entry> byCookie = new TreeMap<>();
    private @Nullable Consumer<Directory> filling;
    private long nextCookie = FIRST_COOKIE;

    /** An entry; {@code cookie} says where reading goes on after it. */
    record Entry(String name, Node node, long cookie) {}

    private Directory(
        FileTree tree,
        @Nullable Directory parent,
        boolean readOnly,
        @Nullable Consumer<Directory> filling) {
      super(tree, parent, readOnly);
      this.tree = tree;
      this.filling = filling;
    }

    private void fill() {
      if (filling != null) {
        Consumer<Directory> once = filling;
        filling = null;
        once.accept(this);
      }
    }

    /** The node of that name, or null. */
    @Nullable Node child(String name) {
      fill();
      Entry entry = byName.get(name);
      return entry == null ? null : entry.node();
    }

    /** Entries whose cookie is larger than {@code cookie}, in the order of their making. */
    Iterable<Entry> entriesAfter(long cookie) {
      fill();
      return byCookie.tailMap(cookie, false).values();
    }

    boolean isEmpty() {
      fill();
      return byName.isEmpty();
    }

    /** The directory above; the root is its own. */
    Directory above() {
      return parent == null ? this : parent;
    }

    private void put(String name, Node node) {
      tree.space.hold(NODE_BYTES);
      Entry entry = new Entry(name, node, nextCookie++);
      byName.put(name, entry);
      byCookie.put(entry.cookie(), entry);
      node.parent = this;
    }

    private void take(String name) {
      byCookie.remove(Objects.requireNonNull(byName.remove(name)).cookie());
      tree.space.letGo(NODE_BYTES);
    }

    /**
     * Adds what the platform provides; it costs the node's memory but not the guest's, and replaces
     * nothing.
     *
     * @param inside called with the new directory when it is first looked into
     */
    Directory provideDirectory(
        String name, boolean asReadOnly, @Nullable Consumer<Directory> inside) {
      Directory directory = new Directory(tree, this, asReadOnly, inside);
      put(name, directory);
      return directory;
    }

    /** Adds a file that nobody can write. */
    void provideFile(String name, MemorySegment content) {
      put(name, new RegularFile(tree, this, content));
    }

    @Override
    long sizeBytes() {
      return 0;
    }
  }

  /** What a path leads to: the directory that holds its last component, and the node if there. */
  record Place(Directory directory, String name, @Nullable Node node, boolean mustBeDirectory) {
    Node required() {
      if (node == null) {
        throw Errno.of(Errno.NOENT);
      }
      if (mustBeDirectory && !(node instanceof Directory)) {
        throw Errno.of(Errno.NOTDIR);
      }
      return node;
    }
  }

  /** Resolves a path that the guest gave; nothing leads above the root. */
  static Place resolve(Directory start, byte[] path) {
    String text = decode(path);
    if (text.isEmpty()) {
      throw Errno.of(Errno.NOENT);
    }
    if (text.length() > PATH_CHARACTERS_MAX) {
      throw Errno.of(Errno.NAMETOOLONG);
    }
    Directory directory = start;
    while (directory.parent != null && text.startsWith("/")) {
      directory = directory.parent;
    }
    List<String> components = components(text);
    boolean mustBeDirectory = text.endsWith("/") || text.endsWith("/.");
    for (int i = 0; i < components.size(); i++) {
      String name = components.get(i);
      boolean last = i == components.size() - 1;
      if (name.equals("..")) {
        directory = directory.above();
      } else if (last) {
        return new Place(directory, name, directory.child(name), mustBeDirectory);
      } else {
        Node node = directory.child(name);
        if (node == null) {
          throw Errno.of(Errno.NOENT);
        }
        if (!(node instanceof Directory inner)) {
          throw Errno.of(Errno.NOTDIR);
        }
        directory = inner;
      }
    }
    return new Place(directory.above(), "", directory, true);
  }

  private static List<String> components(String text) {
    List<String> components = new ArrayList<>();
    for (String component : text.split("/", -1)) {
      if (component.isEmpty() || component.equals(".")) {
        continue;
      }
      if (component.getBytes(StandardCharsets.UTF_8).length > NAME_BYTES_MAX) {
        throw Errno.of(Errno.NAMETOOLONG);
      }
      components.add(component);
    }
    return components;
  }

  private static String decode(byte[] path) {
    String text = new String(path, StandardCharsets.UTF_8);
    if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), path)) {
      throw Errno.of(Errno.ILSEQ);
    }
    if (text.indexOf('\0') >= 0) {
      throw Errno.of(Errno.INVAL);
    }
    return text;
  }

  private void count() {
    if (made >= NODES_MAX || !space.take(NODE_BYTES)) {
      throw Errno.of(Errno.NOSPC);
    }
    made++;
  }

  private void uncount() {
    made--;
    space.giveBack(NODE_BYTES);
  }

  void makeDirectory(Place place) {
    if (place.node() != null) {
      throw Errno.of(Errno.EXIST);
    }
    place.directory().requireWritable();
    count();
    place.directory().put(place.name(), new Directory(this, place.directory(), false, null));
  }

  RegularFile makeFile(Place place) {
    if (place.mustBeDirectory()) {
      throw Errno.of(Errno.ISDIR);
    }
    place.directory().requireWritable();
    count();
    RegularFile file = new RegularFile(this, place.directory());
    place.directory().put(place.name(), file);
    return file;
  }

  void removeDirectory(Place place) {
    Node node = place.required();
    if (!(node instanceof Directory directory)) {
      throw Errno.of(Errno.NOTDIR);
    }
    if (place.name().isEmpty()) {
      throw Errno.of(Errno.INVAL);
    }
    place.directory().requireWritable();
    if (!directory.isEmpty()) {
      throw Errno.of(Errno.NOTEMPTY);
    }
    place.directory().take(place.name());
    uncount();
  }

  void removeFile(Place place) {
    Node node = place.required();
    if (!(node instanceof RegularFile file)) {
      throw Errno.of(Errno.ISDIR);
    }
    place.directory().requireWritable();
    place.directory().take(place.name());
    forget(file);
  }

  private void forget(RegularFile file) {
    uncount();
    file.names--;
    file.freeIfUnused();
  }

  void rename(Place from, Place to) {
    Node node = from.required();
    if (from.name().isEmpty() || to.name().isEmpty()) {
      throw Errno.of(Errno.INVAL);
    }
    from.directory().requireWritable();
    to.directory().requireWritable();
    node.requireWritable();
    if (node instanceof Directory moved) {
      for (Directory each = to.directory(); ; each = each.above()) {
        if (each == moved) {
          throw Errno.of(Errno.INVAL);
        }
        if (each.parent == null) {
          break;
        }
      }
    } else if (to.mustBeDirectory()) {
      throw Errno.of(Errno.NOTDIR);
    }
    if (to.node() == node) {
      return;
    }
    switch (to.node()) {
      case null -> {}
      case Directory target -> {
        if (!(node instanceof Directory)) {
          throw Errno.of(Errno.ISDIR);
        }
        if (!target.isEmpty()) {
          throw Errno.of(Errno.NOTEMPTY);
        }
        to.directory().take(to.name());
        uncount();
      }
      case RegularFile target -> {
        if (node instanceof Directory) {
          throw Errno.of(Errno.NOTDIR);
        }
        target.requireWritable();
        to.directory().take(to.name());
        forget(target);
      }
    }
    from.directory().take(from.name());
    to.directory().put(to.name(), node);
  }
}
