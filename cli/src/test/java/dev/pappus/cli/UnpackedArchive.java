package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The archive of this build, unpacked.
 *
 * @param folder everything is below it
 * @param file the archive
 * @param home what it holds
 */
record UnpackedArchive(Path folder, Path file, Path home) {
  private static final String TOP = "pappus-" + ProductVersion.read();

  /** What a command gave. */
  record Run(int exitCode, String text) {}

  /** Makes and unpacks it in an empty folder. */
  static UnpackedArchive in(Path folder) throws Exception {
    Path archive = make(folder, "first.tar.gz");
    Path unpacked = Files.createDirectory(folder.resolve("not in the source tree"));
    List<String> line = List.of("tar", "-xzf", archive.toString(), "-C", unpacked.toString());
    Run tar = run(folder, Map.of(), line);
    assertThat(tar.exitCode()).as(tar.text()).isZero();
    assertThat(tar.text()).isEmpty();
    return new UnpackedArchive(folder, archive, unpacked.resolve(TOP));
  }

  /** Makes an archive. */
  static Path make(Path folder, String name) throws Exception {
    Path file = folder.resolve(name);
    Run run =
        run(
            folder,
            Map.of(),
            List.of(
                java(),
                "-Dpappus.home=" + CommandRun.ROOT,
                "-Dpappus.guest.build=" + CommandRun.GUEST_BUILD,
                "-cp",
                productClassPath(),
                "dev.pappus.cli.Main",
                "dist",
                "-o",
                file.toString()));
    assertThat(run.exitCode()).as(run.text()).isZero();
    assertThat(run.text()).contains("next: tar -xzf");
    return file;
  }

  /** Without what only tests need. */
  private static String productClassPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(each ->
            !each.matches(
                ".*(/test-classes|junit|surefire|assertj|archunit|opentest4j|apiguardian"
                    + "|byte-buddy).*"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** With a PATH that holds nothing but what the launcher calls. */
  Run pappus(String... arguments) throws Exception {
    Path bin = folder.resolve("bin");
    if (Files.notExists(bin)) {
      Files.createDirectory(bin);
      for (String tool : List.of("sh", "readlink", "dirname")) {
        Files.createSymbolicLink(bin.resolve(tool), Path.of("/usr/bin", tool));
      }
    }
    return pappus(home, Map.of("PATH", bin.toString()), arguments);
  }

  /** Runs a command of the archive that lies at {@code at}, in an environment of its own. */
  Run pappus(Path at, Map<String, String> environment, String... arguments) throws Exception {
    return run(folder, with(environment), line(at, arguments));
  }

  /** Starts a command of the archive, in an environment of its own. */
  Process start(Map<String, String> environment, String... arguments) throws IOException {
    return start(home, environment, arguments);
  }

  /** Starts a command of the archive that lies at {@code at}, in an environment of its own. */
  Process start(Path at, Map<String, String> environment, String... arguments) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(line(at, arguments)).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(with(environment));
    return builder.start();
  }

  private static List<String> line(Path at, String... arguments) {
    List<String> line = new ArrayList<>(List.of(at.resolve("pappus").toString()));
    line.addAll(List.of(arguments));
    return line;
  }

  private Map<String, String> with(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("HOME", folder.toString());
    all.put("JAVA_HOME", System.getProperty("java.home"));
    return all;
  }

  /** Runs any program; with this process's environment where none is given. */
  static Run run(Path folder, Map<String, String> environment, List<String> line) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true);
    if (!environment.isEmpty()) {
      builder.environment().clear();
      builder.environment().putAll(environment);
    }
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), text);
  }
}
