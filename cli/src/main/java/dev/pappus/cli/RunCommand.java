package dev.pappus.cli;

import dev.pappus.model.Names;
import dev.pappus.sandbox.FunctionNote;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Runs a file once. */
@Command(
    name = "run",
    description = {
      "Run a function's binary, or its C source, once in this process; nothing is registered.",
      "Sets come from the binary's note; where it has none, inputs are those that --set names."
    })
final class RunCommand implements Callable<Integer> {
  private static final String DEFAULT_NAME = "program";

  private final Terminal terminal;

  @Mixin private final InputOptions inputs = new InputOptions();
  @Mixin private final ResultOptions results = new ResultOptions();
  @Mixin private final FunctionOptions function = new FunctionOptions();

  @Parameters(index = "0", paramLabel = "FILE", description = "ELF file, or C source.")
  private Path file = Path.of("");

  @Parameters(
      index = "1..*",
      paramLabel = "ARG",
      hidden = true,
      description = "Refused: functions have no arguments.")
  private @Nullable List<String> arguments;

  RunCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (arguments != null) {
      throw new CliException(
          ExitCode.USAGE,
          "a function has no arguments",
          "give it items: --set SET/ITEM=TEXT, or -d TEXT");
    }
    inputs.requireWellFormed();
    results.requireConsistent();
    results.requireRoom(terminal);
    Path path = terminal.folder().resolve(file);
    Path built = path.toString().endsWith(".c") ? compiled(path) : null;
    try {
      run(SourceFile.readRunnable(built == null ? path : built));
    } finally {
      if (built != null) {
        Files.deleteIfExists(built);
      }
    }
    return ExitCode.OK;
  }

  private void run(SourceFile source) throws IOException {
    source.requireFunction();
    FunctionNote note = source.note();
    String name = note == null ? DEFAULT_NAME : note.name();
    FunctionDescription description = function.over(FunctionDescription.EMPTY, terminal);
    if (note == null) {
      if (description.inputs() == null) {
        description = description.withInputs(inputs.setNames(terminal));
      }
      if (description.outputs() == null) {
        throw new CliException(
            ExitCode.USAGE,
            file + " does not say which sets it writes",
            "name them with --out SET, or build it with PAPPUS_FUNCTION, whose note does");
      }
    }
    try (DemoNode here = LocalNode.empty(SettingsSource.load(terminal, null))) {
      new FunctionUpload(terminal, here.client())
          .send(Names.requireIdentifier("function", name), source, description, false);
      try {
        new Invoker(terminal, here.client(), inputs, results, List.of()).invoke(name);
      } catch (ProblemReply e) {
        throw SourceLine.added(source.path(), e);
      }
    }
  }

  private Path compiled(Path source) throws IOException, InterruptedException {
    Target target = Target.of(function.sandbox());
    Path binary = Files.createTempFile("pappus-run-", target.ending());
    List<String> line =
        new CCompiler(terminal).line(target, List.of(source), List.of("-g"), binary);
    CCompiler.Outcome outcome = CCompiler.run(line, terminal.folder(), Map.of());
    terminal.err().print(outcome.messages());
    if (outcome.exitCode() != 0) {
      Files.delete(binary);
      throw new CliException(
          ExitCode.FAILED, line.getFirst() + " could not build " + source, FunctionBuilder.HINT);
    }
    return binary;
  }
}
