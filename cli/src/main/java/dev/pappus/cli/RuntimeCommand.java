package dev.pappus.cli;

import dev.pappus.model.Suggestion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Builds, lists and removes what runs scripts and compiles C in a sandbox. */
@Command(
    name = "runtime",
    description =
        "Build, list and remove the runtimes of functions in Python and JavaScript, and the C"
            + " compiler for deploy --compile.",
    synopsisSubcommandLabel = "add|ls|rm")
final class RuntimeCommand {
  private static final String NAMES = "NAME: python, micropython, quickjs or tcc.";

  private final Terminal terminal;

  RuntimeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(
      name = "add",
      description = {
        "Build runtimes from Debian's sources, without root; minutes for python, less for the"
            + " others.",
        "What this host lacks for that, 'pappus doctor' says."
      })
  int add(
      @Parameters(paramLabel = "NAME", arity = "1..*", description = NAMES) List<String> names,
      @Option(names = "--force", description = "Build it though it is there.") boolean force)
      throws IOException, InterruptedException {
    Runtimes runtimes = Runtimes.of(terminal);
    for (RuntimeRecipe recipe : recipes(names)) {
      InstalledRuntime there = force ? null : runtimes.find(recipe);
      InstalledRuntime runtime =
          there == null ? new RuntimeBuild(terminal, runtimes).run(recipe) : there;
      terminal.say(
          "%s %s %s %s"
              .formatted(
                  runtime.name(),
                  runtime.version(),
                  there == null ? "is built:" : "is there already:",
                  runtime.folder()));
    }
    return ExitCode.OK;
  }

  @Command(name = "ls", description = "List the runtimes that there are, built or not.")
  int list(@Mixin OutputOption output) {
    Runtimes runtimes = Runtimes.of(terminal);
    if (output.json()) {
      Json.write(
          terminal.out(),
          json -> {
            json.writeStartArray();
            for (InstalledRuntime each : runtimes.installed()) {
              json.writeStartObject();
              json.writeStringProperty("name", each.name());
              json.writeStringProperty("version", each.version());
              json.writeStringProperty("folder", each.folder().toString());
              json.writeEndObject();
            }
            json.writeEndArray();
          });
      return ExitCode.OK;
    }
    TextTable table = new TextTable("NAME", "VERSION", "WHAT IT IS", "FOLDER");
    for (RuntimeRecipe recipe : RuntimeRecipe.values()) {
      InstalledRuntime found = runtimes.find(recipe);
      table.row(
          recipe.text(),
          found == null ? "-" : found.version(),
          recipe.description(),
          found == null ? "pappus runtime add " + recipe.text() : found.folder().toString());
    }
    terminal.out().print(table);
    terminal.out().flush();
    return ExitCode.OK;
  }

  @Command(
      name = "rm",
      description = "Remove runtimes from this machine; functions that use them keep theirs.")
  int remove(
      @Parameters(paramLabel = "NAME", arity = "1..*", description = NAMES) List<String> names)
      throws IOException {
    Runtimes runtimes = Runtimes.of(terminal);
    int exitCode = ExitCode.OK;
    for (RuntimeRecipe recipe : recipes(names)) {
      if (runtimes.remove(recipe) == 0) {
        terminal.sayError("there is no runtime " + recipe.text() + " here");
        exitCode = ExitCode.NOT_FOUND;
      } else {
        terminal.say(recipe.text() + " is removed");
      }
    }
    return exitCode;
  }

  private static List<RuntimeRecipe> recipes(List<String> names) {
    List<RuntimeRecipe> recipes = new ArrayList<>();
    List<String> known = Stream.of(RuntimeRecipe.values()).map(RuntimeRecipe::text).toList();
    for (String name : names) {
      RuntimeRecipe recipe = RuntimeRecipe.of(name);
      if (recipe == null) {
        throw new CliException(
            ExitCode.NOT_FOUND,
            "there is no runtime '"
                + ProblemText.printable(name)
                + "'"
                + Suggestion.didYouMean(name, known),
            "the runtimes are " + String.join(", ", known));
      }
      recipes.add(recipe);
    }
    return recipes;
  }
}
