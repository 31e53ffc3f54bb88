package dev.pappus.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Linux programs on the command line: run, deploy, invoke. */
class ProgramCommandsTest {
  private static final String PROBE =
      CommandRun.GUEST_BUILD.resolve("programs/probe-glibc").toString();

  @TempDir private Path folder;

  private CommandRun run(String in, String... arguments) {
    return CommandRun.in(
        folder,
        Map.of(
            "PAPPUS_SANDBOX_BACKEND",
            "process",
            "XDG_DATA_HOME",
            folder.resolve("data").toString()),
        in.getBytes(UTF_8),
        arguments);
  }

  @Test
  void aProgramRunsAsInAShell() throws IOException {
    CommandRun count = run("a b\nc\n", "run", PROBE, "--", "count");
    assertThat(count.exitCode()).as(count.err()).isZero();
    assertThat(count.out()).isEqualTo("2 3 6\n");
    CommandRun words = run("", "run", PROBE, "--", "words", "-l", "--", "a b");
    assertThat(words.out())
        .as(words.err())
        .isEqualTo("[probe_glibc]\n[words]\n[-l]\n[--]\n[a b]\n");
    assertThat(words.err()).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void itsExitCodeAndItsStderrAreTheCommands() {
    CommandRun failed = run("", "run", PROBE, "--", "exit", "42", "why");
    assertThat(failed.exitCode()).isEqualTo(42);
    assertThat(failed.err())
        .contains("stdout:\nout why\nstderr:\nerror why\n", "exit code 42")
        .doesNotContain("hint");
    CommandRun ended = run("", "run", PROBE, "--", "exit", "0", "fine");
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out()).isEqualTo("out fine\n");
    assertThat(ended.err()).isEqualTo("error fine\n");
    CommandRun faulted = run("", "run", PROBE, "--", "fault", "null_read");
    assertThat(faulted.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(faulted.err()).contains("error:");
  }

  @Test
  void filesComeAndGoAsItems() throws IOException {
    Files.writeString(folder.resolve("f"), "content");
    CommandRun copied =
        run(
            "",
            "run",
            PROBE,
            "--set",
            "data/x=@f",
            "--out",
            "result",
            "--",
            "copy",
            "/in/data",
            "/out/result");
    assertThat(copied.exitCode()).as(copied.err()).isZero();
    assertThat(copied.out()).isEmpty();
    assertThat(copied.err()).contains("made result/x (7 bytes)", "--out-dir");
    CommandRun kept =
        run(
            "",
            "run",
            PROBE,
            "--set=data/x=@f",
            "--out=result",
            "--out-dir=made",
            "--",
            "copy",
            "/in/data",
            "/out/result");
    assertThat(kept.exitCode()).as(kept.err()).isZero();
    assertThat(folder.resolve("made/result/x")).hasContent("content");
    assertThat(folder.resolve("made/stdio")).as("was printed").doesNotExist();
    CommandRun json = run("", "run", PROBE, "-o", "json", "--", "words");
    assertThat(json.out()).contains("\"stdout\",\"key\":0,\"text\":\"[probe_glibc]\\n");
    CommandRun picked = run("", "run", PROBE, "--output", "stdio/stdout", "--", "words");
    assertThat(picked.out()).isEqualTo("[probe_glibc]\n[words]\n");
    CommandRun given = run("not this", "run", PROBE, "-d", "a b", "--", "count");
    assertThat(given.out()).isEqualTo("0 2 3\n");
  }

  @Test
  void whatCannotRunTeaches() throws IOException {
    Files.writeString(folder.resolve("s.sh"), "#!/bin/sh\necho\n");
    assertThat(run("", "run", "s.sh").err()).contains("'/bin/sh'", "busybox");
    assertThat(run("", "deploy", "s.sh").err()).contains("'/bin/sh'");
    assertThat(run("", "run", "/bin/sh").err()).contains("gcc -static");
    CommandRun dynamic = run("", "run", "/bin/sh");
    assertThat(dynamic.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(dynamic.err()).contains("dynamically linked", "musl-gcc");
    CommandRun option = run("", "run", PROBE, "-l");
    assertThat(option.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(option.err()).contains("-l").contains("--");
  }

  @ParameterizedTest
  @CsvSource({
    "18, 183, built for AArch64",
    "18, 3, built for 32-bit x86",
    "4, 1, not a 64-bit ELF file",
    "5, 2, not a little-endian ELF file",
    "16, 1, an object file"
  })
  void filesForOtherMachinesSayWhatTheyAre(int at, int value, String expected) throws IOException {
    byte[] program = Files.readAllBytes(Path.of(PROBE));
    program[at] = (byte) value;
    Files.write(folder.resolve("tool"), program);
    CommandRun refused = run("", "run", "tool");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.err()).contains(expected, "hint:", "static x86-64");
  }

  @Test
  void whatIsNoFileSaysSo() throws IOException {
    CommandRun missing = run("", "run", "nothing");
    assertThat(missing.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(missing.err()).contains("nothing: no such file");
    Files.createDirectory(folder.resolve("tools"));
    CommandRun directory = run("", "run", "tools");
    assertThat(directory.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(directory.err()).contains("tools is a folder", "name the files in it");
    Files.write(folder.resolve("empty"), new byte[0]);
    CommandRun empty = run("", "run", "empty");
    assertThat(empty.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(empty.err()).contains("empty is neither an ELF file", "hint:");
    Files.writeString(folder.resolve("s"), "#!/usr/bin/env python3\nprint(1)\n");
    assertThat(run("", "run", "s").err()).contains("call it NAME.py");
  }

  @ParameterizedTest
  @CsvSource({"fork, processes", "socket, network", "exec, processes"})
  void whatAFunctionHasNotIsNamed(String call, String purpose) {
    CommandRun failed = run("", "run", PROBE, "--", "want", call);
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.err()).contains(purpose, "exit code 1");
  }

  @Test
  void deployedProgramsTakeTheirWordsFromTheCommandLine() throws IOException {
    Files.copy(Path.of(PROBE), folder.resolve("2-count.x86"));
    try (DemoNode node = DemoNode.start("127.0.0.1:1", dev.pappus.model.SandboxChoice.PROCESS)) {
      Map<String, String> environment = Map.of("PAPPUS_SERVER", node.adminAddress().toString());
      CommandRun deployed = in(environment, "deploy", "2-count.x86", "--", "count");
      assertThat(deployed.exitCode()).as(deployed.err()).isZero();
      assertThat(deployed.err()).contains("2-count.x86: function _2_count created");
      assertThat(in(environment, "ls").out()).containsPattern("_2_count +program +stdio +stdio");
      Files.writeString(folder.resolve("book.txt"), "to be\nor not\n");
      assertThat(in(environment, "invoke", "_2_count", "-d", "@book.txt").out())
          .isEqualTo("2 4 13\n");
      Files.writeString(
          folder.resolve("w.toml"),
          "name = \"w\"\nbinary = \"2-count.x86\"\narguments = [\"words\", \"a b\"]\n"
              + "snapshot = false\n");
      CommandRun described = in(environment, "deploy", "w.toml", "-o", "json");
      assertThat(described.out())
          .as(described.err())
          .contains("\"arguments\":[\"words\",\"a b\"]", "\"snapshot\":false");
      assertThat(in(environment, "invoke", "w").out()).isEqualTo("[w]\n[words]\n[a b]\n");
      CommandRun anew =
          in(environment, "deploy", "2-count.x86", "--no-snapshot", "-o", "json", "--", "count");
      assertThat(anew.out()).as(anew.err()).contains("\"snapshot\":false");
      CommandRun again =
          in(environment, "deploy", "w.toml", "--static", "more/x=y", "--", "show", "/in/more/x");
      assertThat(again.exitCode()).as(again.err()).isZero();
      assertThat(in(environment, "invoke", "w").out()).contains("y");
      CommandRun two = in(environment, "deploy", "w.toml", "2-count.x86", "--", "x");
      assertThat(two.exitCode()).isEqualTo(ExitCode.USAGE);
      assertThat(two.err()).contains("one file");
    }
  }

  private CommandRun in(Map<String, String> environment, String... arguments) {
    return CommandRun.in(folder, environment, new byte[0], arguments);
  }
}
