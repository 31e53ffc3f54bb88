package dev.pappus.cli;

import dev.pappus.model.Limit;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** What options of benchmarks have in common. */
final class BenchTimes {
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  private BenchTimes() {}

  /** A time in nanoseconds; what was not given is {@code otherwise}. */
  static long nanos(String option, @Nullable String text, long otherwise) {
    if (text == null) {
      return otherwise;
    }
    try {
      return Limit.INVOCATION_WALL.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, option + ": " + e.getMessage(), null);
    }
  }

  /** As it is written on a command line: exactly. */
  static String text(long nanos) {
    if (nanos % 1_000_000 == 0) {
      return nanos / 1_000_000 + "ms";
    }
    return nanos % 1000 == 0 ? nanos / 1000 + "us" : nanos + "ns";
  }

  /** A run folder: what was given, or a new one in the working folder. */
  static Path folder(Terminal terminal, @Nullable Path given, String bench) {
    return terminal
        .folder()
        .resolve(
            given != null
                ? given
                : Path.of(bench + "-" + LocalDateTime.now(ZoneId.systemDefault()).format(STAMP)));
  }
}
