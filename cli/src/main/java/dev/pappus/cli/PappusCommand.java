package dev.pappus.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command without a verb: prints what there is. */
@Command(
    name = "pappus",
    description = "Functions as functions: run compositions of native functions in bare sandboxes.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "In the source tree of Pappus, outside of projects: ./pappus test [--all]",
      "Start with: pappus demo",
      "Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 forbidden, 5 node unreachable,"
          + " 6 over a limit, 124 timeout, 130 interrupted."
    })
final class PappusCommand implements Runnable {
  private final Terminal terminal;

  @Spec private @Nullable CommandSpec spec;

  PappusCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * Adds {@code -q}, {@code -v} and {@code --no-color} to every command that uses them for nothing
   * else.
   */
  private static void addTalkOptions(CommandSpec command, Terminal.Talk talk) {
    addTalkOption(command, talk::setQuiet, "Say nothing but errors.", "-q", "--quiet");
    addTalkOption(command, talk::setVerbose, "Say more.", "-v", "--verbose");
    addTalkOption(command, talk::setPlain, "No colours, as with $NO_COLOR.", "--no-color");
    command.subcommands().values().forEach(each -> addTalkOptions(each.getCommandSpec(), talk));
  }

  private static void addTalkOption(
      CommandSpec command, Runnable set, String description, String... names) {
    for (String name : names) {
      if (command.findOption(name) != null) {
        return;
      }
    }
    command.addOption(
        OptionSpec.builder(names)
            .type(boolean.class)
            .arity("0")
            .setter(
                new ISetter() {
                  @Override
                  public <T> @Nullable T set(@Nullable T value) {
                    if (Boolean.TRUE.equals(value)) {
                      set.run();
                    }
                    return null;
                  }
                })
            .description(description)
            .build());
  }

  static void addCommands(CommandLine commands, Terminal terminal) {
    commands
        .getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .scopeType(ScopeType.INHERIT)
                .description("Show this help.")
                .build());
    commands.addSubcommand(new BenchCommand(terminal));
    commands.addSubcommand(new BuildCommand(terminal));
    commands.addSubcommand(new CancelCommand(terminal));
    commands.addSubcommand(new CheckCommand(terminal));
    commands.addSubcommand(new CompletionCommand(terminal));
    commands.addSubcommand(new ConfigCommand(terminal));
    commands.addSubcommand(new DemoCommand(terminal));
    commands.addSubcommand(new DeployCommand(terminal));
    commands.addSubcommand(new DescribeCommand(terminal));
    commands.addSubcommand(new DevCommand(terminal));
    commands.addSubcommand(new DistCommand(terminal));
    commands.addSubcommand(new DoctorCommand(terminal));
    commands.addSubcommand(new ExplainCommand(terminal));
    commands.addSubcommand(new FmtCommand(terminal));
    commands.addSubcommand(new GraphCommand(terminal));
    commands.addSubcommand(new HelpCommand(terminal));
    commands.addSubcommand(new InvokeCommand(terminal));
    commands.addSubcommand(new LogsCommand(terminal));
    commands.addSubcommand(new LsCommand(terminal));
    commands.addSubcommand(new NewCommand(terminal));
    commands.addSubcommand(new PsCommand(terminal));
    commands.addSubcommand(new RmCommand(terminal));
    commands.addSubcommand(new RollbackCommand(terminal));
    commands.addSubcommand(new RunCommand(terminal));
    commands.addSubcommand(new ServerCommand(terminal));
    commands.addSubcommand(new TestCommand(terminal));
    commands.addSubcommand(new TokenCommand(terminal));
    commands.addSubcommand(new VersionCommand(terminal));
    commands.addSubcommand(new VersionsCommand(terminal));
    addTalkOptions(commands.getCommandSpec(), terminal.talk());
    commands
        .getCommandSpec()
        .addOption(
            OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Show the version.")
                .build())
        .version("pappus " + ProductVersion.read());
  }

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(terminal.out());
    }
  }
}
