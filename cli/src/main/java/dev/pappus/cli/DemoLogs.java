package dev.pappus.cli;

import dev.pappus.model.Limit;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds the logs that the demo works on. */
final class DemoLogs {
  /** A real machine has hundreds; this many make the point, the largest first. */
  private static final int LOGS_MAX = 8;

  private static final int LOGS_MIN = 3;
  private static final int PROBE_BYTES = 8192;

  /** A log travels as one HTTP response. */
  private static final long BYTES_MAX = Limit.HTTP_RESPONSE.defaultValue();

  private static final long ALL_BYTES_MAX = 2 * BYTES_MAX;

  private final Terminal terminal;

  DemoLogs(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The files and folders that the user named; every one must be good. */
  List<DemoLog> named(List<Path> paths) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        files.addAll(textFilesBelow(path));
      } else if (Files.isReadable(path)) {
        files.add(path);
      } else {
        throw new CliException(ExitCode.NOT_FOUND, path + " cannot be read", null);
      }
    }
    List<DemoLog> logs = read(files);
    if (logs.isEmpty()) {
      throw new CliException(
          ExitCode.NOT_FOUND, "there is no readable, non-empty log in --logs", null);
    }
    return logs;
  }

  /** Those of the machine below {@code folder} if it has enough, else made-up ones. */
  List<DemoLog> ofMachine(Path folder) throws IOException {
    List<Path> found = textFilesBelow(folder);
    if (found.size() < LOGS_MIN) {
      terminal.say(
          folder
              + " has fewer than "
              + LOGS_MIN
              + " readable text logs; using generated sample logs (others: --logs PATH)");
      return SampleLogs.generate();
    }
    List<Path> largest = found;
    if (found.size() > LOGS_MAX) {
      terminal.say("taking the " + LOGS_MAX + " largest of " + found.size() + " logs in " + folder);
      largest =
          found.stream()
              .sorted(Comparator.comparingLong(DemoLogs::size).reversed())
              .limit(LOGS_MAX)
              .sorted()
              .toList();
    }
    return read(largest);
  }

  private List<DemoLog> read(List<Path> files) throws IOException {
    List<DemoLog> logs = new ArrayList<>();
    Set<String> names = new HashSet<>();
    long all = 0;
    for (Path file : files) {
      long size = size(file);
      if (size > BYTES_MAX || size > ALL_BYTES_MAX - all) {
        terminal.say(
            "leaving out " + file + ": at most " + BYTES_MAX + " bytes a log, twice that in all");
        continue;
      }
      all += size;
      logs.add(new DemoLog(name(file, names), Files.readAllBytes(file), file.toAbsolutePath()));
    }
    return logs;
  }

  /** The file's name; with a number where another log has it, without what a list cannot hold. */
  private static String name(Path file, Set<String> taken) {
    String plain = String.valueOf(file.getFileName()).replaceAll("[\\s\\p{Cntrl}#/]", "_");
    String name = plain;
    for (int i = 2; !taken.add(name); i++) {
      name = plain + "-" + i;
    }
    return name;
  }

  private static List<Path> textFilesBelow(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return found;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && attributes.size() <= BYTES_MAX && isText(file)) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
          }
        });
    found.sort(Comparator.naturalOrder());
    return found;
  }

  /** Readable, not empty, no control characters but blanks near its start: journals are not. */
  private static boolean isText(Path file) {
    try (var in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(PROBE_BYTES);
      for (byte each : start) {
        if (each >= 0 && each < ' ' && each != '\n' && each != '\r' && each != '\t' && each != 27) {
          return false;
        }
      }
      return start.length > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }
}
