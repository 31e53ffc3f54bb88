package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.bench.result.FinishedRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The archive, unpacked into an empty folder, on a PATH without Maven and compilers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DistributionTest {
  private Path folder = Path.of("");
  private Path home = Path.of("");
  private UnpackedArchive archive = new UnpackedArchive(folder, folder, home);

  @BeforeAll
  void unpack(@TempDir Path given) throws Exception {
    folder = given;
    archive = UnpackedArchive.in(folder);
    home = archive.home();
  }

  @Test
  void theSameBuildGivesTheSameArchive() throws Exception {
    assertThat(UnpackedArchive.make(folder, "second.tar.gz"))
        .hasSameBinaryContentAs(archive.file());
  }

  @Test
  void versionAndDoctorRun() throws Exception {
    UnpackedArchive.Run version = archive.pappus("version");
    assertThat(version.exitCode()).as(version.text()).isZero();
    assertThat(version.text()).contains("pappus " + ProductVersion.read());
    UnpackedArchive.Run doctor = archive.pappus("doctor");
    assertThat(doctor.text()).contains("CHECK", "java", "compiler");
    assertThat(doctor.exitCode()).as(doctor.text()).isZero();
    assertThat(doctor.text()).contains("native functions can run here");
  }

  @Test
  void theCacheIsUsedWhereItFitsAndDoesNoHarmElsewhere() throws Exception {
    Path own = folder.resolve("with a cache");
    UnpackedArchive.Run copied =
        UnpackedArchive.run(folder, Map.of(), List.of("cp", "-a", home.toString(), own.toString()));
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
    UnpackedArchive.Run made = archive.pappus(own, more, "version");
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
    assertThat(cache.resolve("org/sqlite/native/Linux/x86_64/libsqlitejdbc.so")).isNotEmptyFile();
    assertThat(cache.resolve("META-INF/native/libnetty_transport_native_epoll_x86_64.so"))
        .isNotEmptyFile();
    assertThat(cache.resolve("tmp")).doesNotExist();

    UnpackedArchive.Run start =
        archive.pappus(
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
    assertNodeIsReadyWithoutReadingTheJar(own, more, loaded);

    Path commands = cache.resolve("command.aot");
    byte[] whole = Files.readAllBytes(commands);
    FileTime madeAt = Files.getLastModifiedTime(commands);
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, whole.length / 4, whole.length / 4 + 65536, (byte) 0x55);
    for (byte[] broken :
        List.of(new byte[0], new byte[100_000], Arrays.copyOf(whole, whole.length / 2), damaged)) {
      Files.write(commands, broken);
      assertThat(archive.pappus(own, more, "version"))
          .as("%d bytes", broken.length)
          .isEqualTo(made);
      assertThat(loaded).content().doesNotContain("VersionCommand source: shared objects");
    }
    Files.write(commands, whole);
    Files.setLastModifiedTime(commands, madeAt);
    assertThat(archive.pappus(own, more, "version")).as("as it was").isEqualTo(made);
    assertThat(loaded).content().contains("VersionCommand source: shared objects");
    Path jar = own.resolve("lib").toFile().listFiles()[0].toPath();
    Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
    Path failed = Files.createFile(Path.of(cache + ".failed")); // so that none are made behind it
    Map<String, String> asUsual = new HashMap<>(more);
    asUsual.put("PAPPUS_CACHE", "on");
    assertThat(archive.pappus(own, asUsual, "version")).as("another jar").isEqualTo(made);
    assertThat(loaded).content().doesNotContain("VersionCommand source: shared objects");
    Files.delete(failed);
    assertThat(archive.pappus(own, more, "version")).as("made anew").isEqualTo(made);
    assertThat(loaded).content().contains("VersionCommand source: shared objects");
  }

  /** To open it takes as long as a twentieth of the start. */
  private void assertNodeIsReadyWithoutReadingTheJar(
      Path own, Map<String, String> environment, Path loaded) throws Exception {
    String greet = own.resolve("guest/build/greet.elf").toString();
    whileReadyWithoutReadingTheJar(
        own,
        environment,
        loaded,
        administration -> {
          Map<String, String> known =
              Map.of("PATH", System.getenv("PATH"), "PAPPUS_SERVER", administration.toString());
          UnpackedArchive.Run deployed = archive.pappus(own, known, "deploy", greet);
          assertThat(deployed.exitCode()).as(deployed.text()).isZero();
        });
    whileReadyWithoutReadingTheJar(own, environment, loaded, _ -> {});
  }

  /** Something that is done with a node that is ready. */
  private interface Use {
    void with(URI administration) throws Exception;
  }

  private void whileReadyWithoutReadingTheJar(
      Path own, Map<String, String> environment, Path loaded, Use use) throws Exception {
    Process node =
        archive.start(
            own,
            environment,
            "server",
            "--sandbox=process",
            "--port=0",
            "--admin-port=0",
            "--data=started");
    try (BufferedReader out = node.inputReader();
        HttpClient client = HttpClient.newHttpClient()) {
      URI administration = URI.create(out.readLine().replaceFirst(".* admin=", ""));
      HttpRequest question = HttpRequest.newBuilder(administration.resolve("/readyz")).build();
      assertThat(client.send(question, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
      assertThat(loaded)
          .content()
          .contains("dev.pappus.cli.ServerCommand source: shared objects")
          .doesNotContain(" source: file:");
      use.with(administration);
    } finally {
      node.destroyForcibly();
      node.waitFor();
    }
  }

  @Test
  void whatBenchmarksCompareComesAlong() throws Exception {
    assertThat(home.resolve("bench/systems/crun/check")).isExecutable();
    assertThat(home.resolve("bench/systems/lib.sh")).isRegularFile();
    UnpackedArchive.Run trial =
        archive.pappus("bench", "serve", "--kind", "fork-exec", "--size", "8", "--try");
    assertThat(trial.exitCode()).as(trial.text()).isZero();
  }

  @Test
  void aNodeSaysWhereItListensAndLogsNothingButJson() throws Exception {
    Process node =
        archive.start(
            Map.of("PATH", System.getenv("PATH"), "PAPPUS_CACHE", "off"),
            "server",
            "--sandbox=wasm",
            "--port=0",
            "--admin-port=0",
            "--data=data");
    try (BufferedReader out = node.inputReader();
        BufferedReader err = node.errorReader()) {
      assertThat(out.readLine()).startsWith("listening invoke=http://127.0.0.1:");
      node.toHandle().destroy(); // SIGTERM; Process.destroy would close the streams too
      assertThat(err.lines())
          .isNotEmpty()
          .allMatch(line -> line.startsWith("{\"ts\":\"") && line.endsWith("}"));
      assertThat(out.readLine()).isNull();
      assertThat(node.waitFor()).isZero();
    } finally {
      node.destroyForcibly();
    }
  }

  @Test
  void theDemoRuns() throws Exception {
    UnpackedArchive.Run demo = archive.pappus("demo", "--pattern", "error");
    assertThat(demo.exitCode()).as(demo.text()).isZero();
    assertThat(demo.text()).contains("lines with 'error'", "SERVER");
  }

  @Test
  void aProjectIsMadeFromItAndBuildingSaysWhatIsMissing() throws Exception {
    UnpackedArchive.Run made = archive.pappus("new", "c", "tried");
    assertThat(made.exitCode()).as(made.text()).isZero();
    assertThat(made.text()).contains(home.resolve("pappus") + "' test");
    UnpackedArchive.Run build = archive.pappus("build", "--project", "tried");
    assertThat(build.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(build.text()).contains("gcc cannot be run", "apt-get install gcc");
  }

  @Test
  void itIsNoSourceTree() throws Exception {
    UnpackedArchive.Run dist = archive.pappus("dist");
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
}
