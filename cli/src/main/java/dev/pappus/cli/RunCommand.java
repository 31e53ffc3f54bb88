package dev.pappus.cli;

import dev.pappus.model.DataSet;
import dev.pappus.model.ItemPath;
import dev.pappus.model.Limit;
import dev.pappus.model.Names;
import dev.pappus.sandbox.FunctionNote;
import dev.pappus.server.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Runs a file once. */
@Command(
    name = "run",
    description = {
      "Run a static Linux program, a function's binary, or a source in C, Python or JavaScript once"
          + " in this process; nothing is registered.",
      "A program gets stdin and the words after --, what it prints is printed, and its exit code is"
          + " the command's. A function's sets come from its binary's note; where it has none,"
          + " inputs are those that --set names."
    })
final class RunCommand implements Callable<Integer> {
  private static final String DEFAULT_NAME = "program";

  private final Terminal terminal;

  @Mixin private final InputOptions inputs = new InputOptions();
  @Mixin private final ResultOptions results = new ResultOptions();
  @Mixin private final FunctionOptions function = new FunctionOptions();
  @Mixin private final SourceOptions options = new SourceOptions();

  @Parameters(index = "0", paramLabel = "FILE", description = "Program, binary or source.")
  private Path file = Path.of("");

  @Parameters(
      index = "1..*",
      paramLabel = "-- ARG",
      arity = "0..*",
      description = "Arguments of a Linux program or of a script.")
  private final List<String> arguments = new ArrayList<>();

  RunCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    inputs.requireWellFormed();
    results.requireConsistent();
    results.requireRoom(terminal);
    FunctionDescription said =
        function.description(terminal, arguments.isEmpty() ? null : arguments);
    Path path = terminal.folder().resolve(file);
    Script script = Script.read(file, path);
    if (script != null) {
      return runProgram(script.function(Runtimes.of(terminal), said, options.runtime()));
    }
    options.requireNoRuntime();
    if (options.compile()) {
      CSources sources = CSources.read(terminal, List.of(file.toString()));
      return runProgram(
          SourceFile.identifier(path),
          said,
          file,
          (upload, name, description) -> upload.compile(name, sources, description, false));
    }
    Path built = path.toString().endsWith(".c") ? compiled(path) : null;
    try {
      SourceFile source = SourceFile.readRunnable(built == null ? path : built);
      if (source.isProgram()) {
        return runProgram(new FunctionSource(source, SourceFile.identifier(path), said));
      }
      runFunction(source, said);
    } finally {
      if (built != null) {
        Files.deleteIfExists(built);
      }
    }
    return ExitCode.OK;
  }

  /** Registers a program with the node that is to run it. */
  private interface Deployment {
    void with(FunctionUpload upload, String name, FunctionDescription description)
        throws IOException;
  }

  private int runProgram(FunctionSource program) throws IOException {
    return runProgram(
        program.name(),
        program.description(),
        program.binary().path(),
        (upload, name, description) -> upload.send(name, program.binary(), description, false));
  }

  private int runProgram(String name, FunctionDescription said, Path path, Deployment deployment)
      throws IOException {
    Settings settings = SettingsSource.load(terminal, null);
    long bytesMax = settings.builder().build().limits().get(Limit.REQUEST_BODY);
    List<DataSet> sets = inputs.programSets(terminal, bytesMax);
    try (DemoNode here = LocalNode.empty(terminal, settings)) {
      FunctionUpload upload = new FunctionUpload(terminal, here.client());
      deployment.with(upload, Names.requireIdentifier("function", name), withSets(said, sets));
      try {
        NodeClient client = here.client().shownOn(terminal);
        return new ProgramRun(terminal, client, results).run(name, sets);
      } catch (ProblemReply e) {
        throw SourceLine.added(path, e);
      }
    }
  }

  /** With {@code stdio}, and every set that there is something for. */
  private static FunctionDescription withSets(FunctionDescription said, List<DataSet> sets) {
    List<String> names = new ArrayList<>(sets.stream().map(DataSet::name).toList());
    List<String> declared = said.inputs();
    names.addAll(declared == null ? List.of() : declared);
    said.statics().keySet().forEach(item -> names.add(ItemPath.parse(item).set()));
    return said.withInputs(ProgramRun.withStdio(names))
        .withOutputs(ProgramRun.withStdio(said.outputs()))
        // There is no second run that a snapshot could serve.
        .withoutSnapshot();
  }

  private void runFunction(SourceFile source, FunctionDescription said) throws IOException {
    if (!arguments.isEmpty()) {
      throw new CliException(
          ExitCode.USAGE,
          "a function built with pappus.h has no arguments",
          "give it items: --set SET/ITEM=TEXT, or -d TEXT");
    }
    source.requireFunction();
    FunctionNote note = source.note();
    String name = note == null ? DEFAULT_NAME : note.name();
    FunctionDescription description = said;
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
    try (DemoNode here = LocalNode.empty(terminal, SettingsSource.load(terminal, null))) {
      upload(here, name, source, description);
      try {
        NodeClient client = here.client().shownOn(terminal);
        new Invoker(terminal, client, inputs, results, List.of()).invoke(name);
      } catch (ProblemReply e) {
        throw SourceLine.added(source.path(), e);
      }
    }
  }

  private void upload(
      DemoNode node, String name, SourceFile binary, FunctionDescription description)
      throws IOException {
    new FunctionUpload(terminal, node.client())
        .send(Names.requireIdentifier("function", name), binary, description, false);
  }

  private Path compiled(Path source) throws IOException, InterruptedException {
    Target target = Target.of(function.sandbox());
    Path binary = Files.createTempFile("pappus-run-", target.ending());
    List<String> line =
        new CCompiler(terminal).line(target, List.of(source), List.of("-g"), binary);
    CCompiler.Outcome outcome =
        CCompiler.run(terminal, "compiling " + source, line, terminal.folder(), Map.of());
    terminal.err().print(outcome.messages());
    if (outcome.exitCode() != 0) {
      Files.delete(binary);
      throw new CliException(
          ExitCode.FAILED, line.getFirst() + " could not build " + source, FunctionBuilder.HINT);
    }
    return binary;
  }
}
