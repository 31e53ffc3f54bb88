package dev.pappus.sandbox.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the kernel's books say of processes. */
final class Books {
  private static final Path PROC = Path.of("/proc");

  private Books() {}

  /**
   * What a process holds.
   *
   * @param descriptors open files, but for those of children
   * @param memoryFiles those of them that are memory files
   * @param mappings mapped memory files
   */
  record Holdings(long descriptors, long memoryFiles, long mappings) {}

  /** What this process holds. */
  static Holdings own() {
    try (Stream<Path> files = Files.list(PROC.resolve("self/fd"));
        Stream<String> maps = Files.lines(PROC.resolve("self/maps"))) {
      List<String> targets = new ArrayList<>();
      files.forEach(file -> {
        try {
          targets.add(Files.readSymbolicLink(file).toString());
        } catch (IOException e) {
          // The folder's own descriptor is gone by now.
        }
      });
      // As many as there are children, which come and go.
      targets.removeIf(target -> target.contains("[pidfd]"));
      long memoryFiles = targets.stream().filter(target -> target.contains("memfd:")).count();
      return new Holdings(
          targets.size(), memoryFiles, maps.filter(line -> line.contains("memfd:")).count());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Address space of another process, which anybody may see. */
  static long addressKibibytes(int process) {
    try (Stream<String> lines = Files.lines(PROC.resolve(process + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmSize:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Living and dead processes of a process group. */
  static List<Integer> group(int leader) {
    List<Integer> members = new ArrayList<>();
    for (int process : processes()) {
      String[] fields = stat(process);
      if (fields.length > 2 && fields[2].equals(Integer.toString(leader))) {
        members.add(process);
      }
    }
    return members;
  }

  /** How many processes of a group are not dead. */
  static long living(int leader) {
    return group(leader).stream()
        .map(Books::stat)
        .filter(fields -> fields.length > 0 && !fields[0].equals("Z") && !fields[0].equals("X"))
        .count();
  }

  /** A process's nice value; 0 if it is gone. */
  static int nice(int process) {
    String[] fields = stat(process);
    return fields.length > 16 ? Integer.parseInt(fields[16]) : 0;
  }

  /** How long a process has computed outside of the kernel, in ticks of 10 ms; 0 if it is gone. */
  static long ticks(int process) {
    String[] fields = stat(process);
    return fields.length > 11 ? Long.parseLong(fields[11]) : 0;
  }

  /** Children of this process that nobody has waited for. */
  static List<Integer> zombies() {
    String own = Long.toString(ProcessHandle.current().pid());
    List<Integer> zombies = new ArrayList<>();
    for (int process : processes()) {
      String[] fields = stat(process);
      if (fields.length > 2 && fields[0].equals("Z") && fields[1].equals(own)) {
        zombies.add(process);
      }
    }
    return zombies;
  }

  private static List<Integer> processes() {
    try (Stream<Path> files = Files.list(PROC)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.matches("\\d+"))
          .map(Integer::valueOf)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** State, parent, group and so on; nothing if the process is gone. */
  private static String[] stat(int process) {
    try {
      String text = Files.readString(PROC.resolve(process + "/stat"));
      return text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
    } catch (IOException e) {
      return new String[0];
    }
  }
}
