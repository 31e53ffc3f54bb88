package dev.pappus.bench.systems;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program that starts {@code pappus} from the classes and with the JVM options of this process.
 */
public final class ProductCommand {
  private static final String MAIN = "dev.pappus.cli.Main";

  private ProductCommand() {}

  /**
   * Writes one: adapters start what is measured with it, so that nothing is built in between.
   *
   * @param home root of the source tree
   * @param guestBuild folder of built programs
   */
  public static Path write(Path folder, Path home, Path guestBuild) throws IOException {
    String line =
        words(home, guestBuild).stream()
            .map(ProductCommand::quoted)
            .collect(Collectors.joining(" "));
    Path program = folder.resolve("pappus");
    Files.writeString(program, "#!/bin/sh\nexec " + line + " \"$@\"\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return program;
  }

  /** The words of {@code pappus}, to which its arguments are added. */
  public static List<String> words(Path home, Path guestBuild) {
    return java(
        jvmOptions(),
        List.of(
            "-Dpappus.home=" + home.toAbsolutePath(),
            "-Dpappus.guest.build=" + guestBuild.toAbsolutePath()),
        MAIN);
  }

  /** Options of this JVM that shape how fast another one is. */
  public static List<String> jvmOptions() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-agent") && !option.startsWith("-javaagent"))
        .filter(option -> !option.startsWith("-Dpappus."))
        .toList();
  }

  /** The words that start a class of this build in a JVM of its own. */
  public static List<String> java(List<String> options, List<String> properties, String main) {
    return Stream.of(
            List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()),
            options,
            properties,
            List.of("-cp", System.getProperty("java.class.path"), main))
        .flatMap(List::stream)
        .toList();
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
