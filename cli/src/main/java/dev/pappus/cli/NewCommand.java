package dev.pappus.cli;

import dev.pappus.model.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a project that builds, passes its test and runs. */
@Command(
    name = "new",
    description = {
      "Make a folder with a project that builds and runs at once: a function in C, Python or"
          + " JavaScript, or a composition of two."
    })
final class NewCommand implements Callable<Integer> {
  /** What a project can start from. */
  enum Kind {
    C,
    COMPOSITION,
    WASM,
    PYTHON,
    JAVASCRIPT
  }

  private final Terminal terminal;

  @Parameters(
      index = "0",
      paramLabel = "c|composition|wasm|python|javascript",
      description = "What it starts from.")
  private Kind kind = Kind.C;

  @Parameters(
      index = "1",
      paramLabel = "NAME",
      description = "The folder; its last part names the project and its first function.")
  private Path folder = Path.of("");

  NewCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    ProjectTemplate template =
        switch (kind) {
          case C -> ProjectTemplate.C;
          case COMPOSITION -> ProjectTemplate.COMPOSITION;
          case WASM -> ProjectTemplate.WASM;
          case PYTHON -> ProjectTemplate.PYTHON;
          case JAVASCRIPT -> ProjectTemplate.JAVASCRIPT;
        };
    String name = String.valueOf(folder.getFileName());
    if (!Names.isIdentifier(name) || !ProjectTemplate.mayBeNamed(name)) {
      throw new CliException(
          ExitCode.USAGE,
          "'" + Names.printable(name) + "' cannot name a project",
          Names.isIdentifier(name)
              ? "the name is taken, by C or by Pappus, or longer than 48 letters"
              : "a name is a letter or '_' followed by letters, digits or '_'");
    }
    Path made = terminal.folder().resolve(folder);
    if (Files.exists(made, LinkOption.NOFOLLOW_LINKS)) {
      throw new CliException(
          ExitCode.FAILED, folder + " exists already", "choose another name, or remove it");
    }
    template.write(made, name);
    String launcher = launcher();
    terminal.say(
        folder + ": new project, " + kind.name().toLowerCase(Locale.ROOT) + ", target " + name);
    terminal.say("next: cd " + DemoNext.quote(folder.toString()));
    terminal.say("next: " + launcher + " test");
    terminal.say("next: " + launcher + " dev");
    return ExitCode.OK;
  }

  /** As it is called from within the new folder. */
  private String launcher() {
    return DemoNext.quote(terminal.home().resolve("pappus").toString());
  }
}
