package dev.pappus.cli;

import dev.pappus.model.Limit;
import dev.pappus.model.Names;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Registers functions and compositions with a node. */
@Command(
    name = "deploy",
    description =
        "Register functions (ELF) and compositions (.dag); a name that is taken is replaced.")
final class DeployCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final NodeOption node = new NodeOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Binaries and texts, in order.")
  private final List<Path> files = new ArrayList<>();

  @Option(
      names = "--name",
      description = "Name of the function (default: that in the binary, else the file's).")
  private @Nullable String name;

  @Option(
      names = "--in",
      split = ",",
      paramLabel = "SET",
      description = "Input sets, where the binary names none.")
  private @Nullable List<String> inputs;

  @Option(
      names = "--out",
      split = ",",
      paramLabel = "SET",
      description = "Output sets, where the binary names none.")
  private @Nullable List<String> outputs;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description = "Context of the function, e.g. 64MiB (default: the node's).")
  private @Nullable String memory;

  DeployCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (name != null && files.size() > 1) {
      throw new CliException(ExitCode.USAGE, "--name goes with one file", null);
    }
    NodeClient client = node.client(terminal);
    // Functions first: compositions name them, whatever order the shell put the files in.
    List<SourceFile> sources = new ArrayList<>();
    for (Path file : files) {
      sources.add(SourceFile.read(file));
    }
    List<JsonObject> answers = new ArrayList<>();
    for (SourceFile source : sources) {
      if (source.kind() == SourceFile.Kind.FUNCTION) {
        answers.add(deployFunction(client, source));
      }
    }
    for (SourceFile source : sources) {
      if (source.kind() == SourceFile.Kind.COMPOSITION) {
        answers.add(deployCompositions(client, source));
      }
    }
    if (output.json()) {
      Json.write(
          terminal.out(),
          json -> Json.writeValue(json, answers.stream().map(JsonObject::fields).toList()));
    }
    return ExitCode.OK;
  }

  private JsonObject deployFunction(NodeClient client, SourceFile source) throws IOException {
    String functionName = functionName(source);
    StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
    List<String> in = inputs;
    if (in != null) {
      in.forEach(set -> query.add("in=" + NodeClient.encode(set)));
    }
    List<String> out = outputs;
    if (out != null) {
      out.forEach(set -> query.add("out=" + NodeClient.encode(set)));
    }
    String size = memory;
    if (size != null) {
      query.add("memory=" + contextBytes(size));
    }
    NodeClient.Reply reply =
        client.send(
            "PUT",
            "/v1/functions/" + NodeClient.encode(functionName) + query,
            "application/octet-stream",
            source.bytes());
    JsonObject answer = reply.json();
    sayDeployed(source, "function " + functionName, answer);
    return answer;
  }

  private static long contextBytes(String text) {
    try {
      return Limit.CONTEXT_DEFAULT.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, "--memory: " + e.getMessage(), null);
    }
  }

  private String functionName(SourceFile source) {
    String chosen = name;
    if (chosen == null) {
      chosen = source.functionName();
    }
    if (!Names.isIdentifier(chosen)) {
      throw new CliException(
          ExitCode.USAGE,
          source.path() + ": '" + Names.printable(chosen) + "' cannot name a function",
          "give a name with --name: a letter or '_' followed by letters, digits or '_'");
    }
    return chosen;
  }

  private JsonObject deployCompositions(NodeClient client, SourceFile source) throws IOException {
    try {
      NodeClient.Reply reply =
          client.send(
              "POST",
              "/v1/compositions",
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
    String change = answer.text("change", "deployed").toLowerCase(java.util.Locale.ROOT);
    terminal.say(source.path() + ": " + what + " " + change);
  }
}
