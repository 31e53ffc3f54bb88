package dev.pappus.sandbox;

import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The guest programs that {@code make -C guest} builds. */
public final class Guests {
  /** Context of functions that need no other. */
  public static final long CONTEXT_BYTES = 128L << 20;

  private Guests() {}

  /** A file of guest/build. */
  public static Path file(String name) {
    return Path.of(System.getProperty("pappus.guest.build", "../guest/build"), name);
  }

  /** The bytes of {@code name.elf}. */
  public static MemorySegment binary(String name) {
    try {
      return MemorySegment.ofArray(Files.readAllBytes(file(name + ".elf")));
    } catch (IOException e) {
      throw new UncheckedIOException("build the guests first: make -C guest", e);
    }
  }

  /** {@code name.elf} taken apart. */
  public static ElfImage image(String name) {
    return ElfImage.parse(binary(name), CONTEXT_BYTES, Limits.DEFAULTS);
  }

  /** What {@code name.elf} says of itself. */
  public static FunctionSpec spec(String name) {
    FunctionNote note = image(name).note();
    if (note == null) {
      throw new IllegalArgumentException(name + " has no note; name its sets");
    }
    return spec(note.name(), note.inputs(), note.outputs(), CONTEXT_BYTES);
  }

  /** A function with these sets. */
  public static FunctionSpec spec(
      String name, List<String> inputs, List<String> outputs, long contextBytes) {
    return new FunctionSpec(
        name, inputs.stream().map(InputSet::dynamic).toList(), outputs, contextBytes, List.of());
  }
}
