package dev.pappus.cli;

import dev.pappus.bench.TemporaryFolder;
import dev.pappus.bench.Unavailable;
import dev.pappus.bench.systems.FrontEnd;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pappus bench serve}: what adapters start. */
@Command
final class BenchServeOptions {
  @Option(
      names = "--kind",
      paramLabel = "KIND",
      required = true,
      description = "in-process, echo, fork-exec, crun, runc or gvisor.")
  private String kind = "";

  @Option(names = "--port", paramLabel = "N", description = "0 is a free one (default: 0).")
  private int port;

  @Option(names = "--size", paramLabel = "N", description = "Rows of the matrices (default: 128).")
  private int size = 128;

  @Option(names = "--try", description = "Say whether this host can, and end.")
  private boolean trial;

  int run(Terminal terminal) throws IOException, InterruptedException {
    FrontEnd.Kind wanted =
        Arrays.stream(FrontEnd.Kind.values())
            .filter(each -> each.text().equals(kind))
            .findFirst()
            .orElseThrow(() ->
                new CliException(
                    ExitCode.USAGE,
                    "--kind: '"
                        + kind
                        + "' is none of "
                        + Arrays.stream(FrontEnd.Kind.values())
                            .map(FrontEnd.Kind::text)
                            .collect(Collectors.joining(", ")),
                    null));
    try {
      if (trial) {
        try (TemporaryFolder scratch = new TemporaryFolder();
            FrontEnd _ = start(terminal, wanted, scratch)) {
          return ExitCode.OK;
        }
      }
      serve(terminal, wanted);
      return ExitCode.OK;
    } catch (Unavailable e) {
      throw new CliException(ExitCode.FAILED, e.reason(), null);
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, "--size: " + e.getMessage(), null);
    }
  }

  private FrontEnd start(Terminal terminal, FrontEnd.Kind wanted, TemporaryFolder scratch)
      throws IOException, Unavailable {
    return FrontEnd.start(wanted, port, size, terminal.guestBuild(), scratch.path());
  }

  /** Until SIGTERM, which ends the process. */
  private void serve(Terminal terminal, FrontEnd.Kind wanted)
      throws IOException, Unavailable, InterruptedException {
    // It goes with the process. Programs that still run do not mind: what they were started from is
    // open.
    TemporaryFolder scratch = new TemporaryFolder();
    FrontEnd frontEnd = start(terminal, wanted, scratch);
    terminal.out().println("listening " + frontEnd.url());
    terminal.out().flush();
    new CountDownLatch(1).await();
  }
}
