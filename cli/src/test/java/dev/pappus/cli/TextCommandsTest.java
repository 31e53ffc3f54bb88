package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** check and fmt. */
class TextCommandsTest {
  private static final String UGLY = "function f(a)=>(b);composition c(x)=>(y){f(a=all x)=>(y=b);}";

  @TempDir private Path folder;

  @Test
  void theDemosCompositionIsCorrectAndFormatted() throws IOException {
    Path file = write("count_events.dag", DemoFunctions.composition());
    assertThat(CommandRun.of("check", file.toString()).out()).contains("ok", "count_events");
    assertThat(CommandRun.of("fmt", "--check", file.toString()))
        .isEqualTo(new CommandRun(ExitCode.OK, "", ""));
  }

  @Test
  void checkReportsEveryErrorWithItsPlaceAndACaret() throws IOException {
    Path file =
        write("broken.dag", "composition c(x)=>(y){\n  f(a = all x) => (y = b);\n  g() => ;\n}\n");
    CommandRun run = CommandRun.of("check", file.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out())
        .contains(file + ":2:", file + ":3:", "error:", "^")
        .doesNotContain("Exception");
    CommandRun json = CommandRun.of("check", "-o", "json", file.toString());
    assertThat(json.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(json.out()).contains("\"line\":2", "\"severity\":\"error\"");
  }

  @Test
  void checkTellsWhatABinaryIs() throws IOException {
    Path good = CommandRun.GUEST_BUILD.resolve("count_lines.elf");
    assertThat(CommandRun.of("check", good.toString()).out())
        .contains("function count_lines", "log", "pattern", "counts");
    Path cut = folder.resolve("cut");
    Files.write(cut, java.util.Arrays.copyOf(Files.readAllBytes(good), 200));
    CommandRun run = CommandRun.of("check", cut.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out()).contains(cut + ": error:");
  }

  @Test
  void whatIsNeitherIsRefused() throws IOException {
    Path file = folder.resolve("data.bin");
    Files.write(file, new byte[] {1, 0, 2});
    CommandRun run = CommandRun.of("check", file.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("neither", "pappus build");
    CommandRun missing = CommandRun.of("check", folder.resolve("absent.dag").toString());
    assertThat(missing.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(missing.err()).contains("absent.dag: no such file");
  }

  @Test
  void fmtPrintsChecksAndWrites() throws IOException {
    Path file = write("c.dag", UGLY);
    CommandRun printed = CommandRun.of("fmt", file.toString());
    assertThat(printed.exitCode()).isZero();
    assertThat(printed.out()).isNotEqualTo(UGLY).contains("composition c");
    assertThat(file).hasContent(UGLY);

    CommandRun checked = CommandRun.of("fmt", "--check", file.toString());
    assertThat(checked.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(checked.out().strip()).isEqualTo(file.toString());

    assertThat(CommandRun.of("fmt", "-w", file.toString()).exitCode()).isZero();
    assertThat(Files.readString(file)).isEqualTo(printed.out());
    assertThat(CommandRun.of("fmt", "--check", file.toString()).exitCode()).isZero();
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void fmtLeavesAloneWhatItCannotParse() throws IOException {
    Path file = write("c.dag", "composition ( {");
    CommandRun run = CommandRun.of("fmt", "-w", file.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains(file + ":1:");
    assertThat(file).hasContent("composition ( {");
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
