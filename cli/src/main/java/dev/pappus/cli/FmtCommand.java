package dev.pappus.cli;

import dev.pappus.language.Formatter;
import dev.pappus.model.Diagnostic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Formats compositions. */
@Command(name = "fmt", description = "Format compositions; prints them unless told otherwise.")
final class FmtCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Texts.")
  private final List<Path> files = new ArrayList<>();

  @ArgGroup(exclusive = true)
  private final Mode mode = new Mode();

  /** What to do with the result. */
  static final class Mode {
    @Option(names = "--check", description = "Only tell which files are not formatted; exit 1.")
    private boolean check;

    @Option(
        names = {"-w", "--write"},
        description = "Write the files.")
    private boolean write;
  }

  FmtCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    boolean failed = false;
    for (Path file : files) {
      failed |= !format(SourceFile.read(file));
    }
    return failed ? ExitCode.FAILED : ExitCode.OK;
  }

  private boolean format(SourceFile source) throws IOException {
    if (source.kind() != SourceFile.Kind.COMPOSITION) {
      throw new CliException(ExitCode.USAGE, source.path() + " is a binary", null);
    }
    String text = source.text();
    Formatter.Formatted formatted = Formatter.format(text);
    Optional<String> result = formatted.text();
    if (result.isEmpty()) {
      for (Diagnostic each : formatted.diagnostics()) {
        terminal.say(source.path() + ":" + ProblemText.printableLines(each.render()));
      }
      return false;
    }
    boolean same = result.get().equals(text);
    if (mode.check) {
      if (!same) {
        terminal.out().println(source.path());
      }
      return same;
    }
    if (!mode.write) {
      terminal.out().print(result.get());
      terminal.out().flush();
    } else if (!same) {
      replace(source.path(), result.get());
      terminal.say(source.path() + ": formatted");
    }
    return true;
  }

  /** A crash in the middle leaves the old text. */
  private static void replace(Path file, String text) throws IOException {
    Path real = file.toRealPath();
    Path temporary = Files.createTempFile(real.getParent(), "." + real.getFileName(), ".tmp");
    try {
      Files.write(temporary, text.getBytes(StandardCharsets.UTF_8));
      Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(real));
      Files.move(temporary, real, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
