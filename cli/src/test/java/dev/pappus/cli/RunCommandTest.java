package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** run: a file once, without a node. */
class RunCommandTest {
  private static final String CRASH =
      """
      #include <pappus.h>

      PAPPUS_FUNCTION(crash, IN(a), OUT(b)) {
        pappus_print("about to crash\\n");
        volatile int *nowhere = (int *)(unsigned long)in.a.count;
        *nowhere = 1;
        return 0;
      }
      """;

  @TempDir private Path folder;

  private CommandRun run(String... arguments) {
    return run(new byte[0], arguments);
  }

  private CommandRun run(byte[] in, String... arguments) {
    return CommandRun.in(
        folder, Map.of("XDG_DATA_HOME", folder.resolve("data").toString()), in, arguments);
  }

  private static String elf(String name) {
    return CommandRun.GUEST_BUILD.resolve(name + ".elf").toString();
  }

  @Test
  void aBinaryRunsOnceAndLeavesNothing() throws IOException {
    CommandRun run = run("run", elf("greet"), "-d", "World", "-v");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo("Hello, World!\n");
    assertThat(run.err()).contains("start: ");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void itemsComeFromOptionsFoldersAndStdin() throws IOException {
    Files.writeString(folder.resolve("f"), "File");
    CommandRun run =
        run(
            "Pipe".getBytes(StandardCharsets.UTF_8),
            "run",
            elf("greet"),
            "--set",
            "names:3/text=a=b",
            "--set",
            "names/file=@f",
            "--set",
            "names:9/in=-",
            "-o",
            "json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("{\"name\":\"greetings\"", "Hello, a=b!", "Hello, File!", "Hello, Pipe!")
        .contains("\"key\":9");
    CommandRun tree = run("run", elf("greet"), "--set", "names:3/x=X", "--out-dir", "in");
    assertThat(tree.exitCode()).as(tree.err()).isZero();
    assertThat(folder.resolve("in/greetings:3/x")).hasContent("Hello, X!\n");
    Files.move(folder.resolve("in/greetings:3"), folder.resolve("in/names:4"));
    CommandRun again = run("run", elf("greet"), "--in-dir", "in", "--output", "greetings:4/x");
    assertThat(again.out()).as(again.err()).isEqualTo("Hello, Hello, X!\n!\n");
  }

  @Test
  void aFailureShowsTheLineOfTheSource() throws IOException {
    Files.writeString(folder.resolve("crash.c"), CRASH);
    CommandRun run = run("run", "crash.c");
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err())
        .contains("guest_fault", "about to crash", "at pappus_main", "source: ", "crash.c:6")
        .contains("pappus explain guest_fault");
  }

  @Test
  void whatCannotRunSaysWhy() throws IOException {
    Files.write(folder.resolve("w.wasm"), new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
    Files.writeString(folder.resolve("s"), "#!/bin/sh\n");
    Files.writeString(folder.resolve("x.dag"), "composition c (a) => (b) {}");
    assertThat(run("run", "w.wasm").err()).contains("does not say which sets it writes");
    assertThat(run("run", "w.wasm", "--out", "x").err()).contains("bad_binary", "no memory");
    assertThat(run("run", "s").err()).contains("is a script");
    assertThat(run("run", "x.dag").err()).contains("is a composition", "pappus deploy");
    CommandRun dynamic = run("run", "/bin/sh");
    assertThat(dynamic.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(dynamic.err()).contains("-static");
    assertThat(run("run", "absent").err()).contains("absent: no such file");
    assertThat(run("run", elf("greet"), "--", "x").err()).contains("--set");
  }

  @Test
  void contradictionsAreUsageErrors() throws IOException {
    assertThat(run("run", elf("greet"), "--set", "names").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("run", elf("greet"), "-o", "json", "--output", "a/b").exitCode())
        .isEqualTo(ExitCode.USAGE);
    Files.writeString(Files.createDirectory(folder.resolve("out")).resolve("x"), "x");
    assertThat(run("run", elf("greet"), "--out-dir", "out").err()).contains("is not empty");
  }
}
