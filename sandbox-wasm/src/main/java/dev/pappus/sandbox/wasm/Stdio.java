package dev.pappus.sandbox.wasm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The set {@code stdio}: as an input what the program is given, as an output what it prints. */
final class Stdio {
  static final String SET = "stdio";

  private static final String STDIN = "stdin";
  private static final String ARGUMENTS = "argv";
  private static final String ENVIRONMENT = "environ";

  /** Largest text that is split into words: each word costs the Java heap ten times its bytes. */
  static final long TEXT_BYTES_MAX = 1 << 20;

  private Stdio() {}

  static MemorySegment input(List<DataSet> inputs) {
    return item(inputs, STDIN);
  }

  /**
   * Checks what will be split into words.
   *
   * @throws ProblemException with PAYLOAD_TOO_LARGE
   */
  static void requireModest(List<DataSet> inputs) {
    for (String name : List.of(ARGUMENTS, ENVIRONMENT)) {
      Item item = find(inputs, name);
      long bytes = item == null ? 0 : item.sizeBytes();
      if (bytes > TEXT_BYTES_MAX) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    "item '%s' of set '%s' has %d bytes; at most %d are split into words",
                    name,
                    SET,
                    bytes,
                    TEXT_BYTES_MAX)
                .withHint("give the program large data as 'stdin', or as an item of another set"));
      }
    }
  }

  static List<byte[]> arguments(List<DataSet> inputs, String functionName) {
    List<byte[]> words = Words.split(item(inputs, ARGUMENTS).toArray(JAVA_BYTE));
    return words.isEmpty() ? List.of(functionName.getBytes(StandardCharsets.UTF_8)) : words;
  }

  static List<byte[]> environment(List<DataSet> inputs) {
    return Words.split(item(inputs, ENVIRONMENT).toArray(JAVA_BYTE));
  }

  private static MemorySegment item(List<DataSet> inputs, String name) {
    Item item = find(inputs, name);
    return item == null ? MemorySegment.ofArray(new byte[0]) : item.data();
  }

  private static @Nullable Item find(List<DataSet> inputs, String name) {
    for (DataSet set : inputs) {
      if (set.name().equals(SET)) {
        for (Item item : set.items()) {
          if (item.name().equals(name)) {
            return item;
          }
        }
      }
    }
    return null;
  }

  /** Both items, stderr first, even if nothing was printed. */
  static List<Item> output(RegularFile stdout, RegularFile stderr) {
    return List.of(
        new Item("stderr", Key.ZERO, stderr.content()),
        new Item("stdout", Key.ZERO, stdout.content()));
  }
}
