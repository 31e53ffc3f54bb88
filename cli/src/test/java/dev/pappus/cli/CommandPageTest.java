package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Keeps docs/cli.md true. */
class CommandPageTest {
  private static final List<String> EVERYWHERE =
      List.of(
          "--help",
          "--quiet",
          "--verbose",
          "--no-color",
          "--server",
          "--namespace",
          "--timeout",
          "--output");

  private static CommandLine commands() {
    Terminal terminal = Terminal.ofProcess();
    CommandLine commands = PappusCommand.of(terminal);
    PappusCommand.addCommands(commands, terminal);
    return commands;
  }

  @Test
  void everyCommandAndOptionIsOnThePage() throws IOException {
    String page = Files.readString(CommandRun.ROOT.resolve("docs/cli.md"));
    List<String> missing = new ArrayList<>();
    look(commands(), "", page, missing);
    assertThat(missing).as("missing in docs/cli.md").isEmpty();
    assertThat(page).contains(EVERYWHERE);
  }

  private static void look(CommandLine command, String path, String page, List<String> missing) {
    for (Map.Entry<String, CommandLine> each : command.getSubcommands().entrySet()) {
      String name = path + each.getKey();
      if (each.getValue().getCommandSpec().usageMessage().hidden()) {
        continue;
      }
      int start = page.indexOf("\n| `" + name + " ");
      int bare = page.indexOf("\n| `" + name + "`");
      if (start < 0 && bare < 0) {
        missing.add(name);
        continue;
      }
      String row = page.substring((start < 0 ? bare : start) + 1);
      row = row.substring(0, row.indexOf('\n'));
      for (OptionSpec option : each.getValue().getCommandSpec().options()) {
        if (!option.hidden()
            && !EVERYWHERE.contains(option.longestName())
            && !row.contains(option.longestName())) {
          missing.add(name + " " + option.longestName());
        }
      }
      look(each.getValue(), name + " ", page, missing);
    }
  }
}
