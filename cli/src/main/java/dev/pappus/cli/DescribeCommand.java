package dev.pappus.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows one invocation whole, or one function. */
@Command(
    name = "describe",
    description = {
      "Show what became of an invocation: where its time went, what failed, its logs.",
      "Or show a function: its sets, how it runs, and what it was compiled from."
    })
final class DescribeCommand implements Callable<Integer> {
  private static final int DIGEST_LENGTH = 19;

  private final Terminal terminal;

  @Mixin private final NodeOption node = new NodeOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Parameters(
      paramLabel = "ID|FUNCTION",
      description =
          "An invocation as 'pappus ps' shows it, or a function, or a version of it:"
              + " NAME@sha256:DIGITS.")
  private String id = "";

  @Option(
      names = "--source",
      description = "Print the sources that the node has compiled to the function.")
  private boolean source;

  DescribeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    NodeClient client = node.client(terminal);
    // Identifiers of invocations begin with a digit, which no name does.
    if (FunctionPage.isFunction(id)) {
      new FunctionPage(terminal, client, output.json()).show(id, source);
      return ExitCode.OK;
    }
    if (source) {
      throw new CliException(
          ExitCode.USAGE, "--source goes with a function", "pappus describe NAME --source");
    }
    JsonObject invocation = client.get("/v1/invocations/" + NodeClient.encode(id)).json();
    if (output.json()) {
      Json.write(terminal.out(), json -> Json.writeValue(json, invocation.fields()));
      return ExitCode.OK;
    }
    head(invocation, FunctionPage.kind(client, invocation.text("target", "")));
    List<JsonObject> instances = invocation.objects("instances");
    if (!instances.isEmpty()) {
      terminal.out().println();
      terminal.out().print(table(invocation, instances));
      terminal.out().println("timeline: . waits, l loads, # runs, r replies");
    }
    if (invocation.has("problem")) {
      problem(invocation.object("problem"));
    }
    logs(instances);
    return ExitCode.OK;
  }

  private void head(JsonObject invocation, @Nullable String kind) {
    line("invocation", invocation.text("id"));
    line("target", invocation.text("target"));
    line("kind", kind);
    line("status", invocation.text("status"));
    line("accepted", invocation.text("acceptedAt"));
    line("ended", invocation.text("endedAt"));
    if (invocation.has("queueMicros")) {
      line(
          "time",
          PsCommand.millis(invocation.number("durationMicros"))
              + ": queue "
              + PsCommand.millis(invocation.number("queueMicros"))
              + ", load "
              + PsCommand.millis(invocation.number("loadMicros"))
              + ", run "
              + PsCommand.millis(invocation.number("runMicros"))
              + ", reply "
              + PsCommand.millis(invocation.number("replyMicros")));
    }
    line("start", invocation.text("start"));
    line("trace", invocation.text("traceId"));
    line("result", invocation.text("result"));
    if (invocation.has("callback")) {
      JsonObject callback = invocation.object("callback");
      String detail = callback.text("detail");
      line(
          "callback",
          callback.text("url", "")
              + " "
              + callback.text("status", "")
              + ", attempts: "
              + callback.integer("attempts")
              + (detail == null ? "" : ", " + detail));
    }
  }

  private void line(String label, @Nullable String value) {
    FunctionPage.line(terminal, label, value);
  }

  private static TextTable table(JsonObject invocation, List<JsonObject> instances) {
    Timeline timeline = Timeline.of(invocation, instances);
    TextTable table =
        new TextTable("INSTANCE", "ITEM", "START", "TIMELINE", ">TIME", "OUTCOME", "DIGEST");
    for (JsonObject each : instances) {
      String digest = each.text("digest", "");
      table.row(
          each.text("application", each.text("function", "?")),
          item(each),
          each.text("start", ""),
          timeline.bar(each),
          PsCommand.millis(Timeline.micros(each)),
          each.text("code", "ok"),
          digest.substring(0, Math.min(DIGEST_LENGTH, digest.length())));
    }
    return table;
  }

  private static String item(JsonObject instance) {
    String name = instance.text("item");
    long key = instance.integer("key");
    return name == null ? "" : ProblemText.printable(key == 0 ? name : key + "/" + name);
  }

  private void problem(JsonObject problem) {
    PrintStream out = terminal.out();
    out.println();
    line("problem", problem.text("code") + ": " + problem.text("detail"));
    line("in", problem.text("application", problem.text("function", "")));
    line("item", problem.text("item"));
    line("at", problem.text("symbol"));
    line("hint", problem.text("hint"));
    line("explain", "pappus explain " + problem.text("code", ""));
  }

  private void logs(List<JsonObject> instances) {
    for (JsonObject each : instances) {
      String tail = each.text("logTail");
      if (tail != null) {
        terminal.out().println();
        terminal
            .out()
            .println(
                ProblemText.printable(each.text("application", "?"))
                    + " "
                    + item(each)
                    + " printed:");
        tail.lines().forEach(text -> terminal.out().println("  | " + ProblemText.printable(text)));
      }
    }
  }
}
