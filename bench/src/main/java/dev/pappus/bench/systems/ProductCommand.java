package dev.pappus.bench.systems;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
    Stream<String> command =
        Stream.of(
                Stream.of(Path.of(System.getProperty("java.home"), "bin/java").toString()),
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(
                        option -> !option.startsWith("-agent") && !option.startsWith("-javaagent"))
                    .filter(option -> !option.startsWith("-Dpappus.")),
                Stream.of(
                    "-Dpappus.home=" + home.toAbsolutePath(),
                    "-Dpappus.guest.build=" + guestBuild.toAbsolutePath(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    MAIN))
            .flatMap(words -> words);
    String line = command.map(ProductCommand::quoted).collect(Collectors.joining(" "));
    Path program = folder.resolve("pappus");
    Files.writeString(program, "#!/bin/sh\nexec " + line + " \"$@\"\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return program;
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
