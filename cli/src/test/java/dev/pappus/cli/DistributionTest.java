package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.linux.KvmAvailability;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The archive, unpacked into an empty folder, on a PATH without Maven and compilers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DistributionTest {
  private static final String TOP = "pappus-" + ProductVersion.read();

  private Path folder = Path.of("");
  private Path archive = Path.of("");
  private Path home = Path.of("");

  @BeforeAll
  void unpack(@TempDir Path given) throws Exception {
    folder = given;
    archive = make("first.tar.gz");
    Path unpacked = Files.createDirectory(folder.resolve("not in the source tree"));
    Run tar = run(Map.of(), List.of("tar", "-xzf", archive.toString(), "-C", unpacked.toString()));
    assertThat(tar.exitCode()).as(tar.text()).isZero();
    assertThat(tar.text()).isEmpty();
    home = unpacked.resolve(TOP);
  }

  @Test
  void theSameBuildGivesTheSameArchive() throws Exception {
    assertThat(make("second.tar.gz")).hasSameBinaryContentAs(archive);
  }

  @Test
  void versionAndDoctorRun() throws Exception {
    Run version = pappus("version");
    assertThat(version.exitCode()).as(version.text()).isZero();
    assertThat(version.text()).contains("pappus " + ProductVersion.read());
    Run doctor = pappus("doctor");
    assertThat(doctor.text()).contains("CHECK", "java", "compiler");
    assertThat(doctor.exitCode()).as(doctor.text()).isEqualTo(kvmIsThere() ? 0 : 1);
  }

  @Test
  void theDemoRunsWhereThereIsKvm() throws Exception {
    Run demo = pappus("demo", "--pattern", "error");
    if (kvmIsThere()) {
      assertThat(demo.exitCode()).as(demo.text()).isZero();
      assertThat(demo.text()).contains("lines with 'error'", "SERVER");
    } else {
      assertThat(demo.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(demo.text()).contains("compute functions cannot run here");
    }
  }

  @Test
  void aProjectIsMadeFromItAndBuildingSaysWhatIsMissing() throws Exception {
    Run made = pappus("new", "c", "tried");
    assertThat(made.exitCode()).as(made.text()).isZero();
    assertThat(made.text()).contains(home.resolve("pappus") + "' test");
    Run build = pappus("build", "--project", "tried");
    assertThat(build.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(build.text()).contains("gcc cannot be run", "apt-get install gcc");
  }

  @Test
  void itIsNoSourceTree() throws Exception {
    Run dist = pappus("dist");
    assertThat(dist.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(dist.text()).contains("is no source tree");
  }

  @Test
  void whatItHoldsIsWhatItNeeds() throws IOException {
    List<String> files;
    try (Stream<Path> all = Files.walk(home)) {
      files =
          all.filter(Files::isRegularFile).map(each -> home.relativize(each).toString()).toList();
    }
    assertThat(files)
        .contains("pappus", "LICENSE", "README.md", "docs/abi.md", "guest/include/pappus.h")
        .contains("guest/build/libpappus.a", "guest/build/greet.elf", "guest/examples/greet.c")
        .noneMatch(each -> each.contains("hostile") || each.endsWith(".java"));
    assertThat(home.resolve("pappus")).isExecutable();
  }

  private static boolean kvmIsThere() {
    return !(KvmAvailability.probe() instanceof KvmAvailability.Absent);
  }

  private Path make(String name) throws Exception {
    Path file = folder.resolve(name);
    Run run =
        run(
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

  private record Run(int exitCode, String text) {}

  /** With a PATH that holds nothing but what the launcher calls. */
  private Run pappus(String... arguments) throws Exception {
    Path bin = folder.resolve("bin");
    if (Files.notExists(bin)) {
      Files.createDirectory(bin);
      for (String tool : List.of("sh", "readlink", "dirname")) {
        Files.createSymbolicLink(bin.resolve(tool), Path.of("/usr/bin", tool));
      }
    }
    List<String> line = new ArrayList<>(List.of(home.resolve("pappus").toString()));
    line.addAll(List.of(arguments));
    return run(
        Map.of(
            "PATH", bin.toString(),
            "HOME", folder.toString(),
            "JAVA_HOME", System.getProperty("java.home")),
        line);
  }

  private Run run(Map<String, String> environment, List<String> line) throws Exception {
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
