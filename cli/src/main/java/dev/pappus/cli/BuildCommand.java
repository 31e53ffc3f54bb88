package dev.pappus.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compiles a C function. */
@Command(name = "build", description = "Compile a function written in C against pappus.h.")
final class BuildCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "C sources, the first names it.")
  private final List<Path> sources = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The binary (default: that of the first source, ending in .elf).")
  private @Nullable Path output;

  @Option(
      names = "--flag",
      paramLabel = "FLAG",
      description = "A further option for gcc, e.g. --flag=-O3; may be repeated.")
  private final List<String> flags = new ArrayList<>();

  @Option(
      names = {"-v", "--verbose"},
      description = "Print the line that is run.")
  private boolean verbose;

  BuildCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    for (Path source : sources) {
      if (!Files.isRegularFile(source)) {
        throw new CliException(ExitCode.USAGE, source + ": no such file", null);
      }
    }
    Path binary = output == null ? defaultOutput() : output;
    List<String> line = compilerLine(binary);
    if (verbose) {
      terminal.say(String.join(" ", line));
    }
    Process compiler = start(line);
    try (var messages = compiler.getInputStream()) {
      messages.transferTo(terminal.err());
    }
    if (compiler.waitFor() != 0) {
      throw new CliException(
          ExitCode.FAILED,
          "gcc could not build " + sources.getFirst(),
          "a function has no operating system and no C library: pappus.h lists what there is");
    }
    SourceFile built = SourceFile.read(binary);
    built.requireFunction();
    terminal.say(
        sources.getFirst() + ": built " + binary + " (" + built.bytes().length + " bytes)");
    return ExitCode.OK;
  }

  private Path defaultOutput() {
    Path first = sources.getFirst();
    String name = String.valueOf(first.getFileName());
    if (!name.endsWith(".c") || name.length() == 2) {
      throw new CliException(
          ExitCode.USAGE, first + " is not a C source", "name the binary with -o");
    }
    return first.resolveSibling(name.substring(0, name.length() - 2) + ".elf");
  }

  private List<String> compilerLine(Path binary) {
    Path guest = terminal.home().resolve("guest");
    List<String> line = new ArrayList<>(List.of("gcc", "@" + guest.resolve("pappus.flags")));
    line.addAll(flags);
    line.addAll(List.of("-I" + guest.resolve("include"), "-o", binary.toString()));
    sources.forEach(source -> line.add(source.toString()));
    line.add(terminal.guestBuild().resolve("libpappus.a").toString());
    line.add("-lgcc");
    return line;
  }

  private static Process start(List<String> line) {
    try {
      return new ProcessBuilder(line)
          .redirectErrorStream(true)
          .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
          .start();
    } catch (IOException e) {
      throw new CliException(
          ExitCode.FAILED, "gcc cannot be run: " + e.getMessage(), "apt-get install gcc libc6-dev");
    }
  }
}
