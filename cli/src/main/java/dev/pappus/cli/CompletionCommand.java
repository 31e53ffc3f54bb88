package dev.pappus.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes what makes a shell complete our commands and options. */
@Command(
    name = "completion",
    description = "Print a completion script.",
    footer = {
      "",
      "bash: source <(pappus completion bash)",
      "zsh:  source <(pappus completion zsh)",
      "fish: pappus completion fish | source"
    })
final class CompletionCommand implements Runnable {
  private final Terminal terminal;

  @Spec private @Nullable CommandSpec spec;

  /** Shells that we know. */
  enum Shell {
    BASH,
    ZSH,
    FISH
  }

  @Parameters(paramLabel = "bash|zsh|fish", description = "The shell.")
  private Shell shell = Shell.BASH;

  CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    CommandSpec own = spec;
    if (own != null) {
      CommandLine root = own.root().commandLine();
      terminal
          .out()
          .print(
              switch (shell) {
                // One script: under zsh it loads zsh's emulation of bash's completion.
                case BASH, ZSH -> AutoComplete.bash("pappus", root);
                case FISH -> fish(root);
              });
      terminal.out().flush();
    }
  }

  private static String fish(CommandLine root) {
    StringBuilder script = new StringBuilder("complete -c pappus -e\n");
    fish(root, List.of(), script);
    return script.toString();
  }

  private static void fish(CommandLine command, List<String> path, StringBuilder script) {
    Map<String, CommandLine> subcommands = new TreeMap<>(command.getSubcommands());
    String at = condition(path, subcommands.keySet());
    subcommands.forEach((name, sub) ->
        line(
            script, at, "-f -a " + name, first(sub.getCommandSpec().usageMessage().description())));
    for (OptionSpec option : command.getCommandSpec().options()) {
      StringBuilder flags = new StringBuilder();
      for (String name : option.names()) {
        flags.append(
            name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
      }
      line(
          script,
          at,
          flags.substring(1) + (option.arity().max() > 0 ? " -r" + values(option) : ""),
          first(option.description()));
    }
    subcommands.forEach((name, sub) -> {
      List<String> longer = new ArrayList<>(path);
      longer.add(name);
      fish(sub, longer, script);
    });
  }

  private static String condition(List<String> path, Collection<String> subcommands) {
    StringBuilder condition = new StringBuilder();
    for (String name : path) {
      condition.append(condition.isEmpty() ? "" : "; and ");
      condition.append("__fish_seen_subcommand_from ").append(name);
    }
    if (!subcommands.isEmpty()) {
      condition.append(condition.isEmpty() ? "" : "; and ");
      condition.append("not __fish_seen_subcommand_from ").append(String.join(" ", subcommands));
    }
    return condition.toString();
  }

  private static void line(StringBuilder script, String condition, String what, String text) {
    script.append("complete -c pappus");
    if (!condition.isEmpty()) {
      script.append(" -n ").append(quoted(condition));
    }
    script.append(' ').append(what).append(" -d ").append(quoted(text)).append('\n');
  }

  private static String values(ArgSpec argument) {
    return argument.type().isEnum()
        ? " -f -a "
            + quoted(
                String.join(
                    " ",
                    Arrays.stream(argument.type().getEnumConstants())
                        .map(each -> each.toString().toLowerCase(Locale.ROOT))
                        .toList()))
        : "";
  }

  private static String first(String... description) {
    return description.length == 0 ? "" : description[0];
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
