package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionCommandTest {
  @TempDir Path folder;

  @Test
  void bashCompletesCommandsAndOptions() throws IOException, InterruptedException {
    Path script = Files.writeString(folder.resolve("c"), CommandRun.of("completion", "bash").out());
    assertThat(complete(script, "pappus depl")).contains("deploy");
    assertThat(complete(script, "pappus deploy --dry")).contains("--dry-run");
  }

  private static String complete(Path script, String line)
      throws IOException, InterruptedException {
    Process bash =
        new ProcessBuilder(
                "bash",
                "--norc",
                "-c",
                "source "
                    + script
                    + "; COMP_LINE=\"$1\"; COMP_POINT=${#1}; read -ra COMP_WORDS <<< \"$1\";"
                    + " COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _complete_pappus;"
                    + " printf '%s\\n' \"${COMPREPLY[@]}\"",
                "bash",
                line)
            .redirectErrorStream(true)
            .start();
    String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  @Test
  void zshTakesTheSameScript() {
    assertThat(CommandRun.of("completion", "zsh").out())
        .isEqualTo(CommandRun.of("completion", "bash").out())
        .contains("bashcompinit");
  }

  @Test
  void fishGetsALineForEachCommandAndOption() {
    String script = CommandRun.of("completion", "fish").out();
    assertThat(script.lines()).allMatch(line -> line.startsWith("complete -c pappus"));
    assertThat(script)
        .contains("-f -a deploy -d ")
        .contains("-n '__fish_seen_subcommand_from deploy' -l dry-run -d ")
        .contains("-n '__fish_seen_subcommand_from explain' ")
        .contains("-f -a 'table wide json'");
  }

  @Test
  void anUnknownShellIsAUsageError() {
    assertThat(CommandRun.of("completion", "tcsh").exitCode()).isEqualTo(ExitCode.USAGE);
  }
}
