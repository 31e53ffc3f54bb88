package dev.pappus.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes an archive of this build. */
@Command(
    name = "dist",
    description = {
      "Make one archive that starts on a machine with only a JDK 25: unpack it, run ./pappus.",
      "gcc is needed there for 'pappus build' alone. The same sources give the same archive."
    })
final class DistCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The archive (default: pappus-VERSION.tar.gz).")
  private @Nullable Path output;

  DistCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    String top = "pappus-" + ProductVersion.read();
    Path file = terminal.folder().resolve(output == null ? Path.of(top + ".tar.gz") : output);
    Distribution distribution =
        Distribution.of(terminal, System.getProperty("java.class.path", ""));
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    ProgressBar bar = new ProgressBar(terminal);
    try {
      try (OutputStream out = Files.newOutputStream(fresh)) {
        distribution.write(out, top, count -> show(bar, count, distribution.size()));
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      bar.erase();
      Files.deleteIfExists(fresh);
    }
    terminal.say(
        file + ": " + distribution.size() + " files, " + (Files.size(file) >> 10) + " KiB");
    terminal.say(
        "next: tar -xzf " + DemoNext.quote(file.toString()) + " && " + top + "/pappus demo");
    return ExitCode.OK;
  }

  private void show(ProgressBar bar, int count, int total) {
    if (terminal.showsProgress()) {
      bar.show("packing", 100 * count / total, " of " + total + " files");
    }
  }
}
