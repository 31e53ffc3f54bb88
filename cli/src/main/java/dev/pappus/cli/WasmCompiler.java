package dev.pappus.cli;

import dev.pappus.model.Limits;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.WasmFile;
import dev.pappus.sandbox.WasmInterface;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes native programs of WebAssembly modules: wasm2c writes C, gcc compiles it together with
 * guest/wasm/entry.c and links the runtime.
 */
final class WasmCompiler {
  /** Who checks that accesses stay inside of linear memory. */
  enum Checks {
    /** The code, at each access: such a program runs in every sandbox. */
    EXPLICIT,
    /** The page tables of a virtual machine: such a program runs on KVM alone. */
    HARDWARE
  }

  /** What wasm2c writes depends on its version; this is Debian's. */
  private static final String VERSION = "1.0.32";

  /** Where linear memory stands with hardware checks: above every context, below every limit. */
  private static final long BASE = 1L << 36;

  private static final String HINT_INSTALL = "apt-get install wabt gcc libc6-dev binutils";

  private final Terminal terminal;
  private final CCompiler compiler;
  private final boolean verbose;

  WasmCompiler(Terminal terminal, boolean verbose) {
    this.terminal = terminal;
    this.compiler = new CCompiler(terminal);
    this.verbose = verbose;
  }

  /**
   * Builds {@code binary} of {@code module}.
   *
   * @param flags further options for gcc
   * @throws CliException if the module cannot be a function, or a tool is missing or fails
   */
  void build(Path module, Path binary, Checks checks, List<String> flags)
      throws IOException, InterruptedException {
    WasmFile file;
    WasmInterface wanted;
    try {
      byte[] bytes = SourceFile.readBytes(module);
      file = WasmFile.of(MemorySegment.ofArray(bytes), Limits.DEFAULTS);
      file.note();
      wanted = WasmInterface.of(file);
      wanted.requireFunction();
    } catch (ProblemException e) {
      throw new CliException(
          ExitCode.FAILED, module + ": " + e.problem().detail(), e.problem().hint());
    }
    requireHarmlessNames(module, wanted);
    requireWasm2c();
    Path folder = Files.createTempDirectory("pappus-wasm-");
    try {
      Path source = folder.resolve("module.c");
      run(
          module,
          List.of(
              "wasm2c",
              module.toAbsolutePath().toString(),
              "--module-name=module",
              "-o",
              source.toString()),
          "wabt "
              + VERSION
              + " knows neither SIMD nor threads: compile without -msimd128 and"
              + " -pthread, and without exceptions");
      List<Path> sources = new ArrayList<>(List.of(source, wasm().resolve("entry.c")));
      MemorySegment note = file.noteBytes();
      if (note != null) {
        sources.add(Files.writeString(folder.resolve("note.c"), noteSource(note)));
      }
      run(module, line(wanted, name(module, file), folder, sources, binary, checks, flags), null);
    } finally {
      Folders.delete(folder);
    }
  }

  /**
   * wasm2c copies names of exports into comments as they stand: one that ended its comment would go
   * on as C, which can read files of whoever compiles it.
   */
  private static void requireHarmlessNames(Path module, WasmInterface wanted) {
    for (String name : wanted.exports()) {
      if (name.indexOf('*') >= 0) {
        throw new CliException(
            ExitCode.FAILED,
            module + ": the export '" + ProblemText.printable(name) + "' could end a comment in C",
            "export it by a name without '*', or not at all; or run the module in the sandbox wasm");
      }
    }
  }

  private Path wasm() {
    return terminal.home().resolve("guest").resolve("wasm");
  }

  private void requireWasm2c() throws IOException, InterruptedException {
    CCompiler.Outcome outcome;
    try {
      outcome = CCompiler.run(List.of("wasm2c", "--version"), Path.of("/"), Map.of());
    } catch (CliException e) {
      throw new CliException(ExitCode.FAILED, "wasm2c is not on the PATH", HINT_INSTALL);
    }
    String version = outcome.messages().strip();
    if (!version.equals(VERSION)) {
      throw new CliException(
          ExitCode.FAILED,
          "wasm2c has version " + ProblemText.printable(version) + "; wanted is " + VERSION,
          "use Debian 12's package wabt, or run the module as it is: pappus run");
    }
  }

  private void run(Path module, List<String> line, @Nullable String hint)
      throws IOException, InterruptedException {
    if (verbose) {
      terminal.say(String.join(" ", line));
    }
    CCompiler.Outcome outcome =
        CCompiler.run(
            terminal, "compiling " + module, line, Path.of("").toAbsolutePath(), Map.of());
    if (outcome.exitCode() != 0) {
      terminal.err().print(outcome.messages());
      throw new CliException(
          ExitCode.FAILED, line.getFirst() + " could not compile " + module, hint);
    }
  }

  private List<String> line(
      WasmInterface wanted,
      String name,
      Path folder,
      List<Path> sources,
      Path binary,
      Checks checks,
      List<String> flags) {
    List<String> line = new ArrayList<>(List.of("gcc", "@" + compiler.flags(Target.NATIVE)));
    line.add("@" + wasm().resolve("wasm2c.flags"));
    line.addAll(flags);
    line.addAll(List.of("-isystem", wasm().resolve("include").toString()));
    line.addAll(List.of("-I" + compiler.include(), "-I" + folder));
    line.add("-DWASM_PAGES_INITIAL=" + wanted.initialPages());
    line.add("-DWASM_PAGES_MAX=" + wanted.maximumPages());
    line.add("-DWASM_NAME=\"" + name + "\"");
    if (checks == Checks.HARDWARE) {
      line.add("-DPAPPUS_WASM_BASE=" + BASE + "ul");
    }
    if (wanted.isCommand()) {
      line.add("-DWASM_COMMAND");
    } else if (wanted.exports().contains("_initialize")) {
      line.add("-DWASM_INITIALIZE");
    }
    if (!wanted.imports().isEmpty()) {
      line.add("-DWASM_IMPORTS");
    }
    if (wanted.exports().contains("__pappus_log")) {
      line.add("-DWASM_LOG");
    }
    line.addAll(List.of("-o", binary.toString()));
    sources.forEach(source -> line.add(source.toString()));
    line.add(terminal.guestBuild().resolve("libpappus-wasm.a").toString());
    compiler.runtime(Target.NATIVE).forEach(part -> line.add(part.toString()));
    line.add("-lgcc");
    return line;
  }

  /** What the function is called where the caller gives no arguments. */
  private static String name(Path module, WasmFile file) {
    var note = file.note();
    String name = note != null ? note.name() : String.valueOf(module.getFileName());
    return name.replaceFirst("\\.wasm$", "").replaceAll("[^A-Za-z0-9_.-]", "_");
  }

  /** The module's function note as the note of an ELF file, byte by byte. */
  private static String noteSource(MemorySegment texts) {
    byte[] bytes = texts.toArray(ValueLayout.JAVA_BYTE);
    String list =
        IntStream.range(0, bytes.length)
            .mapToObj(i -> Integer.toString(bytes[i] & 0xFF))
            .collect(Collectors.joining(","));
    return """
    #include <pappus_abi.h>
    static const struct {
      uint32_t owner_size, text_size, type;
      char owner[8];
      unsigned char text[%d];
    } note __attribute__((section(".note.pappus"), used, aligned(4))) = {
      sizeof(PAPPUS_NOTE_OWNER), %d, PAPPUS_NOTE_FUNCTION, PAPPUS_NOTE_OWNER, {%s}};
    """
        .formatted(bytes.length, bytes.length, list);
  }
}
