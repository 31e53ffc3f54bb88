package dev.pappus.cli;

import dev.pappus.language.Composition;
import dev.pappus.language.CompositionCompiler;
import dev.pappus.language.graph.CalleeKind;
import dev.pappus.language.graph.CompositionGraph;
import dev.pappus.language.graph.MermaidGraph;
import dev.pappus.language.graph.SvgGraph;
import dev.pappus.model.Diagnostic;
import dev.pappus.model.Names;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.api.GraphJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the graph of a composition, or the plan of an invocation of it. */
@Command(
    name = "graph",
    description = {
      "Show the graph of a composition: of a file, without a node, or of one that a node has.",
      "Prints an outline on a terminal, else Mermaid."
    })
final class GraphCommand implements Callable<Integer> {
  /** Communication functions that a text without a node is drawn with. */
  private static final Set<String> PLATFORM = Set.of("HTTP");

  /** What to print. */
  enum Format {
    OUTLINE,
    SVG,
    MERMAID,
    JSON,
    TEXT
  }

  private final Terminal terminal;

  @Mixin private final NodeOption node = new NodeOption();

  @Parameters(
      paramLabel = "NAME|FILE",
      description = "A composition of the node; or a text, by a path with '/' or '.'.")
  private String target = "";

  @Option(
      names = "-o",
      paramLabel = "outline|svg|mermaid|json|text",
      description = "What to print (default: by the ending of --output).")
  private @Nullable Format format;

  @Option(names = "--output", paramLabel = "FILE", description = "Write here, not to stdout.")
  private @Nullable Path output;

  @Option(names = "--name", description = "Which composition of the text, where it holds several.")
  private @Nullable String name;

  @Option(
      names = "--plan",
      description = "Ask the node how many instances an invocation would start.")
  private boolean plan;

  @Option(
      names = "--set",
      paramLabel = "SET[:KEY]/ITEM=@FILE|TEXT",
      description = "With --plan: an item that the invocation would have; only sizes are sent.")
  private final List<String> items = new ArrayList<>();

  @Option(
      names = "--sets",
      paramLabel = "FILE",
      description = "With --plan: all sets as JSON, see docs/graph.md.")
  private @Nullable Path sets;

  GraphCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (!plan && (!items.isEmpty() || sets != null)) {
      throw new CliException(ExitCode.USAGE, "--set and --sets go with --plan", null);
    }
    boolean file = target.indexOf('/') >= 0 || target.indexOf('.') >= 0;
    if (plan) {
      print(planned(file));
    } else {
      print(file ? ofFile(Path.of(target)) : ofNode());
    }
    return ExitCode.OK;
  }

  private void print(byte[] bytes) throws IOException {
    Path to = output;
    if (to != null) {
      Files.write(to, bytes);
      terminal.say("wrote " + to);
      return;
    }
    terminal.out().writeBytes(bytes);
    terminal.out().flush();
  }

  private Format chosen() {
    Format asked = format;
    if (asked != null) {
      return asked;
    }
    Path to = output;
    if (to == null) {
      return terminal.outInteractive() ? Format.OUTLINE : Format.MERMAID;
    }
    String file = to.toString().toLowerCase(Locale.ROOT);
    return switch (file.substring(file.lastIndexOf('.') + 1)) {
      case "svg" -> Format.SVG;
      case "json" -> Format.JSON;
      case "dag" -> Format.TEXT;
      default -> Format.MERMAID;
    };
  }

  private byte[] ofNode() throws IOException {
    requireNoName();
    if (!Names.isIdentifier(target)) {
      throw new CliException(
          ExitCode.USAGE,
          "'" + Names.printable(target) + "' names neither a composition nor a file",
          "write ./FILE for a file in this folder");
    }
    NodeClient client = node.client(terminal);
    Format chosen = chosen();
    String query = chosen == Format.OUTLINE ? "json" : chosen.name().toLowerCase(Locale.ROOT);
    NodeClient.Reply reply =
        client.get("/v1/compositions/" + NodeClient.encode(target) + "?format=" + query);
    return chosen == Format.OUTLINE ? bytes(GraphOutline.of(reply.json())) : reply.body();
  }

  private void requireNoName() {
    if (name != null) {
      throw new CliException(ExitCode.USAGE, "--name goes with a file", null);
    }
  }

  private byte[] ofFile(Path file) throws IOException {
    SourceFile source = SourceFile.read(file);
    if (source.kind() != SourceFile.Kind.COMPOSITION) {
      throw new CliException(ExitCode.USAGE, file + " is a binary, it has no graph", null);
    }
    CompositionCompiler.Compiled compiled = CompositionCompiler.check(source.text());
    for (Diagnostic each : compiled.diagnostics()) {
      terminal.sayMore(file + ":" + ProblemText.printableLines(each.render()));
    }
    if (compiled.hasErrors()) {
      throw new CliException(ExitCode.FAILED, file + " has errors", null);
    }
    List<String> names = compiled.compositions().stream().map(Composition::name).toList();
    Composition composition = choose(file, compiled.compositions(), names);
    CompositionGraph graph =
        CompositionGraph.of(
            composition,
            callee ->
                names.contains(callee)
                    ? CalleeKind.COMPOSITION
                    : PLATFORM.contains(callee) ? CalleeKind.COMMUNICATION : CalleeKind.FUNCTION);
    return switch (chosen()) {
      case TEXT -> bytes(composition.text());
      case JSON -> GraphJson.document(graph);
      case MERMAID -> bytes(MermaidGraph.draw(graph));
      case SVG -> bytes(svg(graph));
      case OUTLINE -> bytes(GraphOutline.of(JsonObject.parse(GraphJson.document(graph))));
    };
  }

  private static String svg(CompositionGraph graph) {
    try {
      return SvgGraph.draw(graph);
    } catch (ProblemException e) {
      throw new CliException(ExitCode.QUOTA, e.problem().detail(), e.problem().hint());
    }
  }

  private Composition choose(Path file, List<Composition> compositions, List<String> names) {
    String wanted = name;
    if (wanted == null && compositions.size() == 1) {
      return compositions.getFirst();
    }
    int index = names.indexOf(wanted);
    if (index >= 0) {
      return compositions.get(index);
    }
    if (names.isEmpty()) {
      throw new CliException(ExitCode.FAILED, file + " holds no composition", null);
    }
    throw new CliException(
        ExitCode.USAGE,
        wanted == null
            ? file + " holds " + names.size() + " compositions"
            : file
                + " holds no composition '"
                + wanted
                + "'"
                + Suggestion.didYouMean(wanted, names),
        "choose one with --name: " + String.join(", ", names));
  }

  private byte[] planned(boolean file) throws IOException {
    requireNoName();
    Format chosen = format == null ? Format.OUTLINE : format;
    if (file || (chosen != Format.OUTLINE && chosen != Format.JSON)) {
      throw new CliException(
          ExitCode.USAGE,
          file
              ? "a node makes plans, and only for what it has"
              : "a plan comes as an outline or as JSON",
          file ? "deploy the text, then name the composition" : "leave -o out, or use -o json");
    }
    Path document = sets;
    if (document != null && !items.isEmpty()) {
      throw new CliException(ExitCode.USAGE, "--sets says all, leave --set out", null);
    }
    byte[] body = document == null ? PlanSets.document(items) : SourceFile.readBytes(document);
    NodeClient.Reply reply =
        node.client(terminal)
            .send(
                "POST",
                "/v1/compositions/" + NodeClient.encode(target) + "/plan",
                "application/json",
                body);
    return chosen == Format.JSON ? reply.body() : bytes(GraphOutline.ofPlan(reply.json()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
