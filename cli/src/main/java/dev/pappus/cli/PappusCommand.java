package dev.pappus.cli;

import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/** The command without a verb: prints what there is. */
final class PappusCommand implements Runnable {
  /** All commands, in the order of the help. */
  static final List<String> NAMES =
      List.of(
          "bench",
          "build",
          "cancel",
          "check",
          "completion",
          "config",
          "demo",
          "deploy",
          "describe",
          "dev",
          "dist",
          "doctor",
          "explain",
          "fmt",
          "graph",
          "help",
          "invoke",
          "logs",
          "ls",
          "new",
          "ps",
          "rm",
          "rollback",
          "run",
          "runtime",
          "server",
          "test",
          "token",
          "version",
          "versions");

  /** Commands that tell of the others. */
  private static final Set<String> KNOW_ALL = Set.of("completion", "help");

  private final Terminal terminal;

  private final CommandSpec spec;

  /** Described in code, because reading annotations takes each command a tenth of its start. */
  private PappusCommand(Terminal terminal) {
    this.terminal = terminal;
    spec = CommandSpec.wrapWithoutInspection(this).name("pappus");
    spec.usageMessage()
        .description(
            "Functions as functions: run compositions of native functions in bare sandboxes.")
        .synopsisSubcommandLabel("COMMAND")
        .footer(
            "",
            "In the source tree of Pappus, outside of projects: ./pappus test [--all]",
            "Start with: pappus demo",
            "Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 forbidden, 5 node unreachable,"
                + " 6 over a limit, 124 timeout, 130 interrupted.");
  }

  /** The command line, which understands no command yet. */
  static CommandLine of(Terminal terminal) {
    return new CommandLine(new PappusCommand(terminal).spec);
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
        DescribedOption.of(
                Boolean.class,
                given -> {
                  if (given) {
                    set.run();
                  }
                },
                description,
                names)
            .arity("0")
            .build());
  }

  /**
   * The commands that running {@code arguments} needs: reading what is written on all of them takes
   * longer than most of them do.
   */
  private static List<String> names(String... arguments) {
    boolean one =
        arguments.length > 0 && NAMES.contains(arguments[0]) && !KNOW_ALL.contains(arguments[0]);
    return one ? List.of(arguments[0]) : NAMES;
  }

  private static Object command(String name, Terminal terminal) {
    return switch (name) {
      case "bench" -> new BenchCommand(terminal);
      case "build" -> new BuildCommand(terminal);
      case "cancel" -> new CancelCommand(terminal);
      case "check" -> new CheckCommand(terminal);
      case "completion" -> new CompletionCommand(terminal);
      case "config" -> new ConfigCommand(terminal);
      case "demo" -> new DemoCommand(terminal);
      case "deploy" -> new DeployCommand(terminal);
      case "describe" -> new DescribeCommand(terminal);
      case "dev" -> new DevCommand(terminal);
      case "dist" -> new DistCommand(terminal);
      case "doctor" -> new DoctorCommand(terminal);
      case "explain" -> new ExplainCommand(terminal);
      case "fmt" -> new FmtCommand(terminal);
      case "graph" -> new GraphCommand(terminal);
      case "help" -> new HelpCommand(terminal);
      case "invoke" -> new InvokeCommand(terminal);
      case "logs" -> new LogsCommand(terminal);
      case "ls" -> new LsCommand(terminal).spec();
      case "new" -> new NewCommand(terminal);
      case "ps" -> new PsCommand(terminal);
      case "rm" -> new RmCommand(terminal);
      case "rollback" -> new RollbackCommand(terminal);
      case "run" -> new RunCommand(terminal);
      case "runtime" -> new RuntimeCommand(terminal);
      case "server" -> new ServerCommand(terminal).spec();
      case "test" -> new TestCommand(terminal);
      case "token" -> new TokenCommand(terminal);
      case "version" -> new VersionCommand(terminal).spec();
      case "versions" -> new VersionsCommand(terminal);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** Makes {@code commands} understand {@code arguments}. */
  static void addCommands(CommandLine commands, Terminal terminal, String... arguments) {
    commands
        .getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .scopeType(ScopeType.INHERIT)
                .description("Show this help.")
                .build());
    names(arguments).forEach(name -> commands.addSubcommand(command(name, terminal)));
    addTalkOptions(commands.getCommandSpec(), terminal.talk());
    commands
        .getCommandSpec()
        .addOption(
            OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Show the version.")
                .build())
        .versionProvider(() -> new String[] {"pappus " + ProductVersion.read()});
  }

  @Override
  public void run() {
    spec.commandLine().usage(terminal.out());
  }
}
