package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The main job against grep, the tool that defines its result. */
class DemoCommandTest {
  /** Real logs that lie beside the project where its owners work; not part of it. */
  private static final Path REAL_LOGS = CommandRun.ROOT.resolve("../shared/data/logs");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"error", "ERROR", "unfinished", "Failed password for alice", " ", "", "no such"})
  void countsWhatGrepCountsInGeneratedLogs(String pattern) throws Exception {
    for (DemoLog log : SampleLogs.generate()) {
      Files.write(folder.resolve(log.name()), log.bytes());
    }
    requireSameAsGrep(folder, pattern);
  }

  @ParameterizedTest
  @ValueSource(strings = {"last", "a", "ä", "\r", "line\r", "-e", "a\nb", "."})
  void countsWhatGrepCountsInAwkwardBytes(String pattern) throws Exception {
    Files.writeString(folder.resolve("no-newline"), "first\nsecond line\r\nthe last line");
    Files.write(folder.resolve("bytes"), new byte[] {'a', 0, '\n', (byte) 0xC3, (byte) 0xA4, -1});
    Files.writeString(folder.resolve("blank lines"), "\n\n-e b.\n\n");
    List<String> arguments = new ArrayList<>(List.of("demo", "--logs"));
    try (Stream<Path> files = Files.list(folder)) {
      files.sorted().map(Path::toString).forEach(arguments::add);
    }
    requireSameAsGrep(arguments, files(folder), pattern);
  }

  @Test
  void countsWhatGrepCountsInRealLogs() throws Exception {
    if (!Files.isDirectory(REAL_LOGS)) {
      System.out.println("test with real logs NOT RUN: " + REAL_LOGS + " is absent");
      return;
    }
    for (String pattern : List.of("error", "INFO", "Invalid user", "\r", "unknown")) {
      requireSameAsGrep(REAL_LOGS, pattern);
    }
  }

  @Test
  @NeedsKvm
  void countsTheSameInVirtualMachines() throws Exception {
    requireSameIn("kvm");
  }

  @Test
  void countsTheSameInProcesses() throws Exception {
    requireSameIn("process");
  }

  @Test
  @NeedsWabt
  void countsTheSameInWebAssembly() throws Exception {
    requireSameIn("wasm");
  }

  private void requireSameIn(String sandbox) throws Exception {
    for (DemoLog log : SampleLogs.generate()) {
      Files.write(folder.resolve(log.name()), log.bytes());
    }
    requireSameAsGrep(
        List.of("demo", "--sandbox", sandbox, "--logs", folder.toString()), files(folder), "error");
  }

  @Test
  void anUnknownSandboxIsAUsageError() {
    CommandRun run = CommandRun.of("demo", "--sandbox", "docker");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("no sandbox 'docker'", "kvm, process, wasm");
    assertThat(CommandRun.of("server", "--sandbox", "docker").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void endsWithLinesThatWork() throws Exception {
    Path log = Files.writeString(folder.resolve("it's a log"), "one error\ntwo\n");
    CommandRun run = CommandRun.of("demo", "--logs", log.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("lines with 'error'", "SERVER", "BYTES");
    List<String> next =
        run.out()
            .lines()
            .filter(line -> line.startsWith("next: "))
            .map(l -> l.substring(6))
            .toList();
    assertThat(next).hasSize(3);
    Process grep = new ProcessBuilder("sh", "-c", next.getFirst()).start();
    assertThat(new String(grep.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip())
        .isEqualTo("1");
    assertThat(next.subList(1, 3)).allMatch(line -> line.contains("pappus"));
  }

  @Test
  void aNodeThatIsKeptWatchesItsHeap() throws Exception {
    OldGeneration.letGrow();
    Path log = Files.writeString(folder.resolve("log"), "one error\n");
    Screen screen = new Screen();
    Terminal terminal = CommandRun.terminal(folder, Map.of(), screen, screen);
    Thread demo =
        Thread.ofPlatform()
            .start(() -> Main.run(terminal, "demo", "--keep", "--logs", log.toString()));
    try {
      screen.await("the node is up until Ctrl-C");
      assertThat(OldGeneration.isWatched()).isTrue();
    } finally {
      demo.interrupt();
      demo.join();
    }
  }

  @Test
  void logsThatAreNotThereAreAnError() {
    CommandRun run = CommandRun.of("demo", "--logs", folder.resolve("absent").toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.err()).contains("absent");
    assertThat(CommandRun.of("demo", "--logs", folder.toString()).exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
  }

  private static void requireSameAsGrep(Path folder, String pattern) throws Exception {
    requireSameAsGrep(List.of("demo", "--logs", folder.toString()), files(folder), pattern);
  }

  private static void requireSameAsGrep(List<String> demo, List<Path> files, String pattern)
      throws Exception {
    List<String> arguments = new ArrayList<>(demo);
    arguments.addAll(List.of("--pattern=" + pattern, "-o", "json"));
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    List<Long> expected = new ArrayList<>();
    for (Path file : files) {
      expected.add(grep(pattern, file));
    }
    JsonObject json = run.json();
    assertThat(json.text("pattern")).isEqualTo(pattern);
    assertThat(json.objects("servers").stream().map(row -> row.integer("count")))
        .as("counts of %s in %s", pattern, files)
        .isEqualTo(expected);
    assertThat(json.integer("total")).isEqualTo(expected.stream().mapToLong(Long::longValue).sum());
    for (int i = 0; i < files.size(); i++) {
      JsonObject row = json.objects("servers").get(i);
      assertThat(row.integer("bytes")).isEqualTo(Files.size(files.get(i)));
      assertThat(row.text("start")).matches("(bound|loaded|file|disk)(\\+vm)?");
      assertThat(String.valueOf(row.number("runMicros"))).matches("[0-9]+[.][0-9]+");
      assertThat(row.fields().keySet().stream().map(Object::toString))
          .containsExactly(
              "name",
              "count",
              "bytes",
              "queueMicros",
              "loadMicros",
              "runMicros",
              "replyMicros",
              "start");
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static long grep(String pattern, Path file) throws Exception {
    ProcessBuilder grep = new ProcessBuilder("grep", "-acF", "-e", pattern, "--", file.toString());
    grep.environment().put("LC_ALL", "C");
    Process process = grep.start();
    String count = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isLessThan(2);
    return Long.parseLong(count.strip());
  }
}
