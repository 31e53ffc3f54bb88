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
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Registers functions and compositions with a node. */
@Command(
    name = "deploy",
    description = {
      "Register functions (ELF) and compositions (.dag); a name that is taken is replaced.",
      "What x.toml beside x.elf says holds where options say nothing, and the binary's note where"
          + " neither does."
    })
final class DeployCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final NodeAddress node = new NodeAddress();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final FunctionOptions function = new FunctionOptions();

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Binaries, texts, and TOML files that describe binaries, in any order.")
  private final List<Path> files = new ArrayList<>();

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

  /** A binary and what is said of it. */
  private record Function(SourceFile source, FunctionDescription description) {}

  @Override
  public Integer call() throws IOException {
    if (name != null && files.size() > 1) {
      throw new CliException(ExitCode.USAGE, "--name goes with one file", null);
    }
    NodeClient client = node.clientWaiting(terminal, NodeAddress.DEFAULT_TIMEOUT_MILLIS);
    // Functions first: compositions name them, whatever order the shell put the files in.
    List<Function> functions = new ArrayList<>();
    List<SourceFile> compositions = new ArrayList<>();
    for (Path file : files) {
      FunctionFile described = FunctionFile.of(terminal.folder().resolve(file));
      SourceFile source = SourceFile.read(shown(described.binary()), described.binary());
      switch (source.kind()) {
        case FUNCTION ->
            functions.add(new Function(source, function.over(described.description(), terminal)));
        case COMPOSITION -> compositions.add(source);
      }
    }
    List<JsonObject> answers = new ArrayList<>();
    FunctionUpload upload = new FunctionUpload(terminal, client);
    for (Function each : functions) {
      String functionName = functionName(each);
      JsonObject answer = upload.send(functionName, each.source(), each.description(), dryRun);
      SourceLine.remember(terminal, answer, each.source().path());
      answers.add(answer);
      sayDeployed(each.source(), "function " + functionName, answer);
    }
    for (SourceFile source : compositions) {
      answers.add(deployCompositions(client, source));
    }
    if (output.json()) {
      Json.write(
          terminal.out(),
          json -> Json.writeValue(json, answers.stream().map(JsonObject::fields).toList()));
    }
    return ExitCode.OK;
  }

  /** As the user would name it. */
  private Path shown(Path path) {
    return path.startsWith(terminal.folder()) ? terminal.folder().relativize(path) : path;
  }

  private String functionName(Function function) {
    String chosen = name;
    if (chosen == null) {
      chosen = function.description().name();
    }
    if (chosen == null) {
      chosen = function.source().functionName();
    }
    if (!Names.isIdentifier(chosen)) {
      throw new CliException(
          ExitCode.USAGE,
          function.source().path() + ": '" + Names.printable(chosen) + "' cannot name a function",
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
        sayDeployed(source, "composition " + each.text("name", "?"), each);
      }
      return answer;
    } catch (ProblemReply e) {
      throw e.about(source.path());
    }
  }

  private void sayDeployed(SourceFile source, String what, JsonObject answer) {
    String change = answer.text("change", "deployed").toLowerCase(Locale.ROOT);
    terminal.say(source.path() + ": " + what + (dryRun ? " would be " : " ") + change);
  }
}
