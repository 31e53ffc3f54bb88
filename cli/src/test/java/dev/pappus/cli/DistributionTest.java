package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.bench.result.FinishedRun;
import dev.pappus.linux.KvmAvailability;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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
  void theCacheIsUsedWhereItFitsAndDoesNoHarmElsewhere() throws Exception {
    Path own = folder.resolve("with a cache");
    Run copied = run(Map.of(), List.of("cp", "-a", home.toString(), own.toString()));
    assertThat(copied.exitCode()).isZero();
    Path loaded = folder.resolve("loaded");
    Map<String, String> more =
        Map.of(
            "PATH",
            System.getenv("PATH"),
            "PAPPUS_CACHE",
            "now",
            "PAPPUS_JAVA_OPTS",
            "-Xlog:class+load:file=" + loaded);
    Run made = pappus(own, more, "version");
    assertThat(made.exitCode()).as(made.text()).isZero();
    assertThat(loaded).content().contains("dev.pappus.cli.VersionCommand source: shared objects");
    Path cache;
    try (Stream<Path> files = Files.list(own)) {
      cache =
          files
              .filter(each -> each.getFileName().toString().matches("aot-.*[0-9]"))
              .findFirst()
              .orElseThrow();
    }
    assertThat(cache.resolve("node.aot")).isNotEmptyFile();
    assertThat(cache.resolve("tmp")).doesNotExist();

    Run start =
        pappus(
            own,
            Map.of("PATH", System.getenv("PATH")),
            "bench",
            "start",
            "--sandbox",
            "process",
            "--reps",
            "1",
            "--out",
            "start");
    assertThat(start.exitCode()).as(start.text()).isZero();
    assertThat(FinishedRun.read(folder.resolve("start")).measures())
        .as("a node and a bare server, each with a cache of its own")
        .containsKeys("empty_ratio", "restart_ratio", "invoke_ratio");

    Path commands = cache.resolve("command.aot");
    byte[] whole = Files.readAllBytes(commands);
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, whole.length / 4, whole.length / 4 + 65536, (byte) 0x55);
    for (byte[] broken :
        List.of(new byte[0], new byte[100_000], Arrays.copyOf(whole, whole.length / 2), damaged)) {
      Files.write(commands, broken);
      assertThat(pappus(own, more, "version")).as("%d bytes", broken.length).isEqualTo(made);
      assertThat(loaded).content().doesNotContain("VersionCommand source: shared objects");
    }
    Files.write(commands, whole);
    Path jar = own.resolve("lib").toFile().listFiles()[0].toPath();
    Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
    assertThat(pappus(own, more, "version")).as("another jar").isEqualTo(made);
    assertThat(loaded).content().doesNotContain("VersionCommand source: shared objects");
  }

  @Test
  void whatBenchmarksCompareComesAlong() throws Exception {
    assertThat(home.resolve("bench/systems/crun/check")).isExecutable();
    assertThat(home.resolve("bench/systems/lib.sh")).isRegularFile();
    Run trial = pappus("bench", "serve", "--kind", "fork-exec", "--size", "8", "--try");
    assertThat(trial.exitCode()).as(trial.text()).isZero();
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
    return pappus(home, Map.of("PATH", bin.toString()), arguments);
  }

  private Run pappus(Path at, Map<String, String> more, String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of(at.resolve("pappus").toString()));
    line.addAll(List.of(arguments));
    Map<String, String> environment = new HashMap<>(more);
    environment.put("HOME", folder.toString());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    return run(environment, line);
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
