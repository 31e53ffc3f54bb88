package dev.pappus.cli;

import dev.pappus.model.DataSet;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** A folder that gets a result's items. Names come from guests: nothing is written outside it. */
final class OutputFolder {
  private OutputFolder() {}

  /** Ends the command if {@code folder} is there and not empty, unless {@code force} allows it. */
  static void requireRoom(Path folder, boolean force) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new CliException(ExitCode.USAGE, folder + " is no folder", "name another one");
    }
    try (Stream<Path> children = Files.list(folder)) {
      if (!force && children.findAny().isPresent()) {
        throw new CliException(
            ExitCode.USAGE,
            folder + " is not empty",
            "name another folder, or write into this one with --force");
      }
    }
  }

  /**
   * Writes all items as files {@code SET[:KEY]/ITEM}. A new folder appears at once and whole;
   * otherwise each file does.
   *
   * @return how many there are
   */
  static int write(Path folder, List<DataSet> sets, boolean force) throws IOException {
    requireRoom(folder, force);
    Map<String, byte[]> items = ItemTree.items(sets);
    Path absolute = folder.toAbsolutePath().normalize();
    Path parent = Objects.requireNonNullElse(absolute.getParent(), absolute);
    Files.createDirectories(parent);
    Path fresh = Files.createTempDirectory(parent, ".pappus-out-");
    boolean done = false;
    try {
      for (Map.Entry<String, byte[]> item : items.entrySet()) {
        create(fresh, item.getKey(), item.getValue());
      }
      if (isEmptyOrAbsent(absolute)) {
        // Permissions as a folder has that anybody makes; those of a temporary one are narrower.
        Path opened = Files.createDirectory(parent.resolve(fresh.getFileName() + ".d"));
        Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(opened));
        Files.delete(opened);
        Files.move(fresh, absolute, StandardCopyOption.ATOMIC_MOVE);
      } else {
        for (String path : items.keySet()) {
          replace(absolute, path, fresh.resolve(path));
        }
      }
      done = true;
    } finally {
      if (!done || Files.exists(fresh)) {
        Folders.delete(fresh);
      }
    }
    return items.size();
  }

  private static boolean isEmptyOrAbsent(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    try (Stream<Path> children = Files.list(folder)) {
      return children.findAny().isEmpty();
    }
  }

  private static void create(Path root, String path, byte[] bytes) throws IOException {
    Path file = root.resolve(path);
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new CliException(
          ExitCode.FAILED,
          "the item '" + ProblemText.printable(path) + "' is a file and a folder at once",
          "look at the items with -o json");
    }
  }

  private static void replace(Path root, String path, Path fresh) throws IOException {
    Path file = root.resolve(path);
    for (Path each = file.getParent();
        each != null && !each.equals(root);
        each = each.getParent()) {
      if (Files.isSymbolicLink(each)) {
        throw new CliException(
            ExitCode.FAILED, each + " is a link; nothing is written through it", null);
      }
    }
    Files.createDirectories(file.getParent());
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
