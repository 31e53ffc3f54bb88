package dev.pappus.sandbox.wasm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import run.endive.wasm.types.MemoryLimits;

/** The functions of WASI as a command calls them, without a command. */
final class Wasi {
  /** Where texts and results are put; tests may use the memory from here on. */
  static final int FREE = 8192;

  private static final int PATH = 1024;
  private static final int RESULT = 64;
  private static final int BUFFERS = 128;
  private static final int BUFFER = FREE;

  final FlatMemory memory;
  final Guest guest;
  final WasiRun run;
  final FileTree tree;
  final List<DataSet> inputs;
  final List<String> outputs;
  final MemorySpace.NodeMemory node;
  final MemorySpace space;

  Wasi(List<DataSet> inputs, List<String> outputs) {
    this(inputs, outputs, 16 << 20);
  }

  Wasi(List<DataSet> inputs, List<String> outputs, long contextBytes) {
    this(inputs, outputs, contextBytes, 1L << 30);
  }

  Wasi(List<DataSet> inputs, List<String> outputs, long contextBytes, long nodeBytes) {
    this.inputs = inputs;
    this.outputs = outputs;
    node = new MemorySpace.NodeMemory(nodeBytes);
    space = new MemorySpace(contextBytes, node);
    tree = new FileTree(space);
    InputFiles.provide(tree, inputs, outputs);
    run =
        WasiRun.of(
            Stdio.arguments(inputs, "function"),
            Stdio.environment(inputs),
            tree,
            true,
            tree.unnamedInput(Stdio.input(inputs)),
            new StandardStream(tree.unnamedFile()),
            new StandardStream(null));
    memory = new FlatMemory(new MemoryLimits(8, 100), space, run);
    guest = new Guest(memory);
  }

  /** Calls a function by name and returns its error number. */
  int call(String name, long... arguments) {
    try {
      Objects.requireNonNull(Objects.requireNonNull(WasiFunction.of(name)).implementation())
          .call(run, guest, arguments);
      return Errno.SUCCESS;
    } catch (Errno e) {
      return e.number();
    }
  }

  private int place(int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    guest.write(at, bytes);
    return bytes.length;
  }

  int result() {
    return guest.u32(RESULT);
  }

  /** path_open from the root; the descriptor, or minus the error number. */
  int open(String path, int how, long rights) {
    int errno = call("path_open", 3, 0, PATH, place(PATH, path), how, rights, rights, 0, RESULT);
    return errno == 0 ? result() : -errno;
  }

  int read(String path) {
    return open(path, 0, Rights.READ);
  }

  /** Create and cut off. */
  int create(String path) {
    return open(path, 1 | 8, Rights.WRITE | Rights.READ);
  }

  int path(String name, String path) {
    return call(name, 3, PATH, place(PATH, path));
  }

  int rename(String from, String to) {
    int fromBytes = place(PATH, from);
    int toBytes = place(2 * PATH, to);
    return call("path_rename", 3, PATH, fromBytes, 3, 2 * PATH, toBytes);
  }

  int write(int descriptor, byte[] bytes) {
    guest.write(BUFFER, bytes);
    guest.putU32(BUFFERS, BUFFER);
    guest.putU32(BUFFERS + 4, bytes.length);
    return call("fd_write", descriptor, BUFFERS, 1, RESULT);
  }

  int write(int descriptor, String text) {
    return write(descriptor, text.getBytes(StandardCharsets.UTF_8));
  }

  byte[] readAll(int descriptor) {
    guest.putU32(BUFFERS, BUFFER);
    guest.putU32(BUFFERS + 4, 200_000);
    if (call("fd_read", descriptor, BUFFERS, 1, RESULT) != 0) {
      throw new AssertionError("fd_read");
    }
    return guest.bytes(BUFFER, result());
  }

  /** What is in a file. */
  String text(String path) {
    int descriptor = read(path);
    if (descriptor < 0) {
      throw new AssertionError(path + ": " + -descriptor);
    }
    String text = new String(readAll(descriptor), StandardCharsets.UTF_8);
    call("fd_close", descriptor);
    return text;
  }

  /** Writes a whole file; the error number. */
  int put(String path, String text) {
    int descriptor = create(path);
    if (descriptor < 0) {
      return -descriptor;
    }
    int errno = write(descriptor, text);
    return errno == 0 ? call("fd_close", descriptor) : errno;
  }

  /** Names in a directory, read with a buffer of so many bytes. */
  List<String> list(String path, int bufferBytes) {
    int descriptor = open(path, 2, Rights.READ);
    if (descriptor < 0) {
      throw new AssertionError(path + ": " + -descriptor);
    }
    List<String> names = new ArrayList<>();
    long cookie = 0;
    while (true) {
      if (call("fd_readdir", descriptor, BUFFER, bufferBytes, cookie, RESULT) != 0) {
        throw new AssertionError("fd_readdir");
      }
      int used = result();
      int at = 0;
      while (used - at >= 24 && used - at >= 24 + guest.u32(BUFFER + at + 16)) {
        int length = guest.u32(BUFFER + at + 16);
        names.add(new String(guest.bytes(BUFFER + at + 24, length), StandardCharsets.UTF_8));
        cookie = guest.u64(BUFFER + at);
        at += 24 + length;
      }
      if (used < bufferBytes) {
        call("fd_close", descriptor);
        return names;
      }
    }
  }

  /** Outputs as the platform reads them. */
  List<DataSet> outputs(Limits limits) {
    List<Item> printed = List.of(Item.ofText("stderr", "e"), Item.ofText("stdout", "o"));
    return OutputFiles.read(tree, inputs, outputs, printed, limits);
  }

  byte[] memory(long address, int length) {
    return guest.piece(address, length).toArray(JAVA_BYTE);
  }

  static DataSet set(String name, Item... items) {
    return new DataSet(name, List.of(items));
  }

  static MemorySegment segment(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
  }
}
