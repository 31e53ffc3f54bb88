package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildCommandTest {
  private static final String GREET =
      """
      #include <pappus.h>
      PAPPUS_FUNCTION(greet, IN(names), OUT(greetings)) {
        pappus_each(name, in.names) {
          pappus_put_text(out.greetings, name, "Hello, %s!", pappus_string(name));
        }
        return 0;
      }
      """;

  @TempDir private Path folder;

  @Test
  void buildsAFunctionBesideItsSource() throws IOException {
    Path source = Files.writeString(folder.resolve("greet.c"), GREET);
    CommandRun run = CommandRun.of("build", "-v", source.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("gcc @", "built");
    assertThat(SourceFile.read(folder.resolve("greet.elf")).functionName()).isEqualTo("greet");
  }

  @Test
  void theCompilersErrorsReachTheUser() throws IOException {
    Path source = Files.writeString(folder.resolve("bad.c"), "#include <pappus.h>\nint x = ;\n");
    CommandRun run = CommandRun.of("build", source.toString(), "-o", folder + "/bad");
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("bad.c:2:", "hint:");
    assertThat(folder.resolve("bad")).doesNotExist();
  }

  @Test
  void aMissingSourceIsNotFound() {
    CommandRun run = CommandRun.of("build", folder + "/absent.c");
    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.err()).contains("absent.c: no such file");
  }
}
