package dev.pappus.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compiles a C function, or all functions of a project. */
@Command(
    name = "build",
    description =
        "Compile a function written in C against pappus.h, or a WebAssembly module to native code"
            + " (--native); without FILE, what has changed of all functions of the project.")
final class BuildCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final ProjectOption projectOption = new ProjectOption();

  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      description = "C sources, the first names it; or a module.")
  private final List<Path> sources = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The binary (default: that of the first source, ending in .elf).")
  private @Nullable Path output;

  @Option(
      names = "--sandbox",
      paramLabel = "KIND",
      description = "What it is to run in; wasm makes a WebAssembly module, with clang.")
  private @Nullable String sandbox;

  @Option(
      names = "--flag",
      paramLabel = "FLAG",
      description = "A further option for the compiler, e.g. --flag=-O3; may be repeated.")
  private final List<String> flags = new ArrayList<>();

  @Option(
      names = "--native",
      description = "FILE is a WebAssembly module; make a native program of it (wants wasm2c).")
  private boolean nativeCode;

  @Option(
      names = "--checks",
      paramLabel = "WHO",
      description =
          "Who checks the bounds of the module's memory: explicit (the code; runs in every sandbox)"
              + " or hardware (faster; runs on KVM only). The default is explicit, or hardware with"
              + " --sandbox kvm.")
  private WasmCompiler.@Nullable Checks checks;

  @Option(
      names = {"-v", "--verbose"},
      description = "Print the line that is run.")
  private boolean verbose;

  BuildCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (sources.isEmpty()) {
      return buildProject();
    }
    for (Path source : sources) {
      if (!Files.isRegularFile(source)) {
        throw new CliException(ExitCode.NOT_FOUND, source + ": no such file", null);
      }
    }
    Target target = Target.of(sandbox);
    Path binary = output == null ? defaultOutput(target) : output;
    if (nativeCode) {
      buildNative(binary);
    } else {
      compile(target, binary);
    }
    SourceFile built = SourceFile.read(binary);
    built.requireFunction();
    terminal.say(
        sources.getFirst() + ": built " + binary + " (" + built.bytes().length + " bytes)");
    return ExitCode.OK;
  }

  private void buildNative(Path binary) throws IOException, InterruptedException {
    if (sources.size() > 1) {
      throw new CliException(ExitCode.USAGE, "--native takes one module", null);
    }
    WasmCompiler.Checks wanted =
        Objects.requireNonNullElse(
            checks,
            "kvm".equals(sandbox) ? WasmCompiler.Checks.HARDWARE : WasmCompiler.Checks.EXPLICIT);
    new WasmCompiler(terminal, verbose).build(sources.getFirst(), binary, wanted, flags);
  }

  private void compile(Target target, Path binary) throws IOException, InterruptedException {
    List<String> line = new CCompiler(terminal).line(target, sources, flags, binary);
    if (verbose) {
      terminal.say(String.join(" ", line));
    }
    CCompiler.Outcome outcome =
        CCompiler.run(
            terminal,
            "compiling " + sources.getFirst(),
            line,
            Path.of("").toAbsolutePath(),
            Map.of());
    terminal.err().print(outcome.messages());
    if (outcome.exitCode() != 0) {
      throw new CliException(
          ExitCode.FAILED,
          line.getFirst() + " could not build " + sources.getFirst(),
          FunctionBuilder.HINT);
    }
  }

  /** All functions of the project; those that fail do not keep others from being built. */
  private Integer buildProject() throws IOException, InterruptedException {
    if (output != null || !flags.isEmpty() || sandbox != null) {
      throw new CliException(
          ExitCode.USAGE,
          "-o, --flag and --sandbox go with a FILE",
          "in a project, say it with build = or sandbox = of the function in pappus.toml");
    }
    Project project = projectOption.find(terminal);
    FunctionBuilder builder = new FunctionBuilder(terminal, project, verbose);
    boolean failed = false;
    for (ProjectFunction function : project.functions()) {
      failed |= builder.build(function) instanceof FunctionBuild.Failed;
    }
    return failed ? ExitCode.FAILED : ExitCode.OK;
  }

  private Path defaultOutput(Target target) {
    String ending = nativeCode ? ".wasm" : ".c";
    Path first = sources.getFirst();
    String name = String.valueOf(first.getFileName());
    if (!name.endsWith(ending) || name.length() == ending.length()) {
      String kind = nativeCode ? "WebAssembly module" : "C source";
      throw new CliException(
          ExitCode.USAGE, first + " is not a " + kind, "name the binary with -o");
    }
    return first.resolveSibling(
        name.substring(0, name.length() - ending.length())
            + (nativeCode ? ".elf" : target.ending()));
  }
}
