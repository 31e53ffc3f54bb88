package dev.pappus.cli;

import dev.pappus.model.Digest;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.BinaryKind;
import dev.pappus.sandbox.FunctionNote;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file that can be deployed. */
final class SourceFile {
  private final Path path;
  private final Kind kind;
  private final byte[] bytes;

  private SourceFile(Path path, Kind kind, byte[] bytes) {
    this.path = path;
    this.kind = kind;
    this.bytes = bytes;
  }

  Path path() {
    return path;
  }

  Kind kind() {
    return kind;
  }

  /** What it holds; not copied. */
  byte[] bytes() {
    return bytes;
  }

  /** What a file is, by its first bytes, not by its name. */
  enum Kind {
    FUNCTION,
    COMPOSITION
  }

  static SourceFile read(Path path) throws IOException {
    return read(path, path);
  }

  /** The same, under the name {@code path} in messages. */
  static SourceFile read(Path path, Path file) throws IOException {
    byte[] bytes = readBytes(file);
    if (isBinary(bytes)) {
      return new SourceFile(path, Kind.FUNCTION, bytes);
    }
    SourceFile text = new SourceFile(path, Kind.COMPOSITION, bytes);
    if (!path.toString().endsWith(".dag") && !text.isText()) {
      throw new CliException(
          ExitCode.FAILED,
          path + " is neither an ELF file, a WebAssembly module nor a composition",
          "build C sources first: pappus build x.c");
    }
    return text;
  }

  /**
   * A binary to run.
   *
   * @throws CliException saying why, if it is something else
   */
  static SourceFile readRunnable(Path path) throws IOException {
    byte[] bytes = readBytes(path);
    if (isBinary(bytes)) {
      return new SourceFile(path, Kind.FUNCTION, bytes);
    }
    if (bytes.length >= 2 && bytes[0] == '#' && bytes[1] == '!') {
      throw new CliException(
          ExitCode.FAILED,
          path + " is a script; a sandbox has no interpreter",
          "write the function in C: pappus new c NAME");
    }
    if (path.toString().endsWith(".dag")) {
      throw new CliException(
          ExitCode.USAGE,
          path + " is a composition, which needs its functions",
          "deploy them together and invoke it: pappus deploy " + path + " FUNCTION.elf…");
    }
    throw new CliException(
        ExitCode.FAILED,
        path + " is neither an ELF file nor a WebAssembly module",
        "build C sources with: pappus build x.c");
  }

  /** All of a file that a person named. */
  static byte[] readBytes(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new CliException(ExitCode.USAGE, path + " is a folder", "name the files in it");
    }
    return Files.readAllBytes(path);
  }

  private static boolean isBinary(byte[] bytes) {
    return BinaryKind.of(MemorySegment.ofArray(bytes)) != null;
  }

  private boolean isText() {
    for (byte each : bytes) {
      if (each == 0) {
        return false;
      }
    }
    return true;
  }

  /** {@code sha256:…} of what it holds. */
  String digest() {
    return Digest.of(MemorySegment.ofArray(bytes)).toString();
  }

  /** The text; what is not UTF-8 is an error, not a question mark. */
  String text() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new CliException(ExitCode.FAILED, path + " is not UTF-8 text", null);
    }
  }

  /**
   * What the binary says of itself, or null; a native program is checked wholly, of a WebAssembly
   * module its sections.
   *
   * @throws ProblemException with BAD_BINARY
   */
  @Nullable FunctionNote checkedNote() {
    return FunctionNote.of(
        MemorySegment.ofArray(bytes), Limit.CONTEXT_DEFAULT.defaultValue(), Limits.DEFAULTS);
  }

  /** Ends the command if it is plain that a node would refuse the binary. */
  void requireFunction() {
    try {
      var _ = checkedNote();
    } catch (ProblemException e) {
      throw new CliException(
          ExitCode.FAILED, path + ": " + e.problem().detail(), e.problem().hint());
    }
  }

  /** The name that the binary gives itself, else the file's name without its ending. */
  String functionName() {
    FunctionNote note = note();
    if (note != null) {
      return note.name();
    }
    String file = String.valueOf(path.getFileName());
    int dot = file.indexOf('.');
    return dot > 0 ? file.substring(0, dot) : file;
  }

  /** What the binary says of itself; null if it says nothing. */
  @Nullable FunctionNote note() {
    try {
      return checkedNote();
    } catch (ProblemException e) {
      // The node says what is wrong with it, under the name of the file.
      return null;
    }
  }
}
