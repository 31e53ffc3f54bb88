package dev.pappus.cli;

import dev.pappus.model.Names;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Registers functions and compositions with a node. */
@Command(
    name = "deploy",
    description = {
      "Register functions (ELF, WebAssembly, Python, JavaScript) and compositions (.dag); a name"
          + " that is taken is replaced. Words after -- are arguments of a Linux program.",
      "What x.toml beside x.elf says holds where options say nothing, and the binary's note where"
          + " neither does."
    })
final class DeployCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final NodeAddress node = new NodeAddress();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final FunctionOptions function = new FunctionOptions();
  @Mixin private final SourceOptions options = new SourceOptions();

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Binaries, texts, and TOML files that describe binaries, in any order.")
  private final List<String> operands = new ArrayList<>();

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--name",
      description = "Name of the function (default: that in the binary, else the file's).")
  private @Nullable String name;

  @Option(
      names = "--dry-run",
      description = "Check everything and tell what would happen; change nothing.")
  private boolean dryRun;

  DeployCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** What the files are, functions first: compositions name them, whatever the files' order. */
  private record Content(List<FunctionSource> functions, List<SourceFile> compositions) {}

  @Override
  public Integer call() throws IOException {
    List<String> arguments = ArgumentWords.after(spec, operands);
    List<String> files =
        operands.subList(0, operands.size() - (arguments == null ? 0 : arguments.size()));
    List<String> sources =
        options.compile() ? files.stream().filter(CSources::takes).toList() : List.of();
    List<String> others = files.stream().filter(each -> !sources.contains(each)).toList();
    if (files.isEmpty()) {
      throw new CliException(ExitCode.USAGE, "there is no FILE before --", null);
    }
    if (others.size() + Math.min(1, sources.size()) > 1 && (name != null || arguments != null)) {
      throw new CliException(
          ExitCode.USAGE,
          (name != null ? "--name goes" : "words after -- go") + " with one file",
          null);
    }
    requireCompilable(sources);
    FunctionDescription said = function.description(terminal, arguments);
    NodeClient client = node.clientWaiting(terminal, NodeAddress.DEFAULT_TIMEOUT_MILLIS);
    Content content = read(others, said);
    List<JsonObject> answers = new ArrayList<>();
    FunctionUpload upload = new FunctionUpload(terminal, client);
    if (!sources.isEmpty()) {
      CSources program = CSources.read(terminal, sources);
      Path path = program.path();
      String functionName = functionName(path, SourceFile.identifier(path));
      JsonObject answer = upload.compile(functionName, program, said, dryRun);
      answers.add(answer);
      sayDeployed(path, "function " + functionName, answer);
    }
    for (FunctionSource each : content.functions()) {
      String functionName = functionName(each.binary().path(), each.name());
      JsonObject answer = upload.send(functionName, each.binary(), each.description(), dryRun);
      SourceLine.remember(terminal, answer, each.binary().path());
      answers.add(answer);
      sayDeployed(each.binary().path(), "function " + functionName, answer);
    }
    for (SourceFile source : content.compositions()) {
      answers.add(deployCompositions(client, source));
    }
    if (output.json()) {
      Json.write(
          terminal.out(),
          json -> Json.writeValue(json, answers.stream().map(JsonObject::fields).toList()));
    }
    return ExitCode.OK;
  }

  private Content read(List<String> files, FunctionDescription said) throws IOException {
    Content content = new Content(new ArrayList<>(), new ArrayList<>());
    boolean scripts = false;
    for (String file : files) {
      FunctionFile described = FunctionFile.of(terminal.folder().resolve(file));
      Path binary = described.binary();
      FunctionDescription description = said.over(described.description());
      Script script = Script.read(shown(binary), binary);
      if (script != null) {
        scripts = true;
        content
            .functions()
            .add(script.function(Runtimes.of(terminal), description, options.runtime()));
        continue;
      }
      SourceFile source = SourceFile.read(shown(binary), binary);
      switch (source.kind()) {
        case FUNCTION -> content.functions().add(FunctionSource.of(source, description));
        case COMPOSITION -> content.compositions().add(source);
      }
    }
    if (!scripts) {
      options.requireNoRuntime();
    }
    return content;
  }

  private void requireCompilable(List<String> sources) {
    if (options.compile() && sources.isEmpty()) {
      throw new CliException(ExitCode.USAGE, "--compile wants C sources", null);
    }
  }

  /** As the user would name it. */
  private Path shown(Path path) {
    return path.startsWith(terminal.folder()) ? terminal.folder().relativize(path) : path;
  }

  private String functionName(Path path, String otherwise) {
    String chosen = name != null ? name : otherwise;
    if (!Names.isIdentifier(chosen)) {
      throw new CliException(
          ExitCode.USAGE,
          path + ": '" + Names.printable(chosen) + "' cannot name a function",
          "give a name with --name: a letter or '_' followed by letters, digits or '_'");
    }
    return chosen;
  }

  private JsonObject deployCompositions(NodeClient client, SourceFile source) throws IOException {
    try {
      NodeClient.Reply reply =
          client.send(
              "POST",
              "/v1/compositions" + (dryRun ? "?dryRun=true" : ""),
              "text/plain; charset=utf-8",
              source.text().getBytes(StandardCharsets.UTF_8));
      JsonObject answer = reply.json();
      ProblemText.sayDiagnostics(terminal, answer, "warnings", source.path().toString());
      for (JsonObject each : answer.objects("compositions")) {
        sayDeployed(source.path(), "composition " + each.text("name", "?"), each);
      }
      return answer;
    } catch (ProblemReply e) {
      throw e.about(source.path());
    }
  }

  private void sayDeployed(Path path, String what, JsonObject answer) {
    String change = answer.text("change", "deployed").toLowerCase(Locale.ROOT);
    terminal.say(path + ": " + what + (dryRun ? " would be " : " ") + change);
  }
}
