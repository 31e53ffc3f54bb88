package dev.pappus.bench;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A guest program of this tree with what a registry would know of it.
 *
 * @param file the binary
 * @param spec its sets
 */
record BenchFunction(Path file, FunctionSpec spec) {
  static final long CONTEXT_BYTES = Limit.CONTEXT_DEFAULT.defaultValue();

  /** The native program {@code name}. */
  static BenchFunction of(Path guestBuild, String name, String input, List<String> outputs) {
    return new BenchFunction(guestBuild.resolve(name + ".elf"), spec(name, input, outputs));
  }

  /**
   * The function of a case, for a sandbox.
   *
   * @throws Unavailable if it is not built
   */
  static BenchFunction of(Path guestBuild, SandboxKind sandbox, BenchCase work) throws Unavailable {
    Path file = sandbox.file(guestBuild, work.function());
    Unavailable.requireBuilt(file);
    return new BenchFunction(file, spec(work.function(), work.input(), List.of("checksum")));
  }

  private static FunctionSpec spec(String name, String input, List<String> outputs) {
    return new FunctionSpec(
        name, List.of(InputSet.dynamic(input)), outputs, CONTEXT_BYTES, List.of());
  }

  /** One item with this text in the one input set. */
  List<DataSet> input(String text) {
    String set = spec.inputs().getFirst().name();
    return List.of(new DataSet(set, List.of(Item.ofText(set, text))));
  }

  /** Maps the file: its bytes come from the page cache. */
  MemorySegment map(Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }
}
