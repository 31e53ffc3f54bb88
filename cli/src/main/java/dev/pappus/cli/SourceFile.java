package dev.pappus.cli;

import dev.pappus.model.Digest;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.BinaryKind;
import dev.pappus.sandbox.FunctionNote;
import dev.pappus.sandbox.LinuxProgram;
import dev.pappus.sandbox.NativeBinary;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file that can be deployed. */
final class SourceFile {
  private static final int NAME_CHARS_MAX = 63;

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

  /** A binary that does not lie in a file of its own; {@code path} is for messages. */
  static SourceFile ofBinary(Path path, byte... bytes) {
    return new SourceFile(path, Kind.FUNCTION, bytes);
  }

  /** A text, whatever it is about; {@code path} is for messages. */
  static SourceFile ofText(Path path, byte... bytes) {
    return new SourceFile(path, Kind.COMPOSITION, bytes);
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
    requireNoScript(path, bytes);
    SourceFile text = new SourceFile(path, Kind.COMPOSITION, bytes);
    if (!path.toString().endsWith(".dag") && !text.isText()) {
      throw new CliException(
          ExitCode.FAILED,
          path + " is neither an ELF file, a WebAssembly module nor a composition",
          "build C sources first: pappus build x.c; with main: pappus deploy x.c --compile");
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
    requireNoScript(path, bytes);
    if (path.toString().endsWith(".dag")) {
      throw new CliException(
          ExitCode.USAGE,
          path + " is a composition, which needs its functions",
          "deploy them together and invoke it: pappus deploy " + path + " FUNCTION.elf…");
    }
    throw new CliException(
        ExitCode.FAILED,
        path + " is neither an ELF file nor a WebAssembly module",
        "build C sources with: pappus build x.c; with main: pappus run x.c --compile");
  }

  private static void requireNoScript(Path path, byte... bytes) {
    if (bytes.length >= 2 && bytes[0] == '#' && bytes[1] == '!') {
      String line = new String(bytes, 0, Math.min(bytes.length, 80), StandardCharsets.UTF_8);
      String first = ProblemText.printable(line.lines().findFirst().orElse(""));
      throw new CliException(
          ExitCode.FAILED,
          path + " is a script for '" + first.substring(2).strip() + "', which is not in a sandbox",
          first.contains("python")
              ? "call it NAME.py, then a Python runtime is its interpreter"
              : first.contains("node") || first.contains("qjs")
                  ? "call it NAME.js, then QuickJS is its interpreter"
                  : "give the interpreter, linked statically, and the script as an item:"
                      + " pappus run ./busybox --set in/SCRIPT=@FILE -- sh /in/in/SCRIPT");
    }
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

  /** Whether it is an ordinary Linux program that a sandbox can run. */
  boolean isProgram() {
    try {
      return kind == Kind.FUNCTION
          && NativeBinary.parse(
                  MemorySegment.ofArray(bytes), Limit.CONTEXT_MAX.defaultValue(), Limits.DEFAULTS)
              instanceof LinuxProgram;
    } catch (ProblemException e) {
      // Whoever is given the binary says what is wrong with it.
      return false;
    }
  }

  /** The name that the binary gives itself, else one that the file's name makes. */
  String functionName() {
    FunctionNote note = note();
    if (note != null) {
      return note.name();
    }
    return identifier(path);
  }

  /** Names of its input sets, as far as it says them. */
  List<String> inputs() {
    FunctionNote note = note();
    return note == null ? List.of() : note.inputs();
  }

  /** The file's name without its ending, as far as a function can be called like that. */
  static String identifier(Path path) {
    String file = String.valueOf(path.getFileName());
    int dot = file.indexOf('.');
    String stem = (dot > 0 ? file.substring(0, dot) : file).replaceAll("[^A-Za-z0-9_]", "_");
    String name = stem.isEmpty() || Character.isDigit(stem.charAt(0)) ? "_" + stem : stem;
    return name.length() > NAME_CHARS_MAX ? name.substring(0, NAME_CHARS_MAX) : name;
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
