package dev.pappus.cli;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists what a node has. */
@Command(name = "ls", description = "List the functions and compositions of a node.")
final class LsCommand implements Callable<Integer> {
  /** What the table shows of an entry. */
  private static final Set<String> NARROW =
      Set.of("name", "kind", "inputs", "outputs", "binaryBytes", "version");

  private static final Set<String> WIDE =
      Set.of(
          "name",
          "kind",
          "inputs",
          "outputs",
          "binaryBytes",
          "version",
          "memoryBytes",
          "timeout",
          "sandbox",
          "deployed");

  private final Terminal terminal;

  @Mixin private final NodeOption node = new NodeOption();
  @Mixin private final OutputOption output = new OutputOption();

  LsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    NodeClient client = node.client(terminal);
    if (output.json()) {
      printJson(PagedList.read(client, "functions"), PagedList.read(client, "compositions"));
      return ExitCode.OK;
    }
    TextTable table =
        output.wide()
            ? new TextTable(
                "NAME",
                "KIND",
                "IN",
                "OUT",
                ">SIZE",
                ">MEMORY",
                "TIMEOUT",
                "SANDBOX",
                "DEPLOYED",
                "VERSION")
            : new TextTable("NAME", "KIND", "IN", "OUT", ">SIZE", "VERSION");
    Set<String> members = output.wide() ? WIDE : NARROW;
    PagedList.forEach(
        client,
        "functions",
        members,
        function -> addRow(table, function.text("kind", "compute"), function));
    PagedList.forEach(client, "compositions", members, each -> addRow(table, "composition", each));
    terminal.out().print(table);
    if (table.isEmpty()) {
      terminal.sayHint("nothing yet; deploy something with 'pappus deploy FILE'");
    }
    return ExitCode.OK;
  }

  private void printJson(List<JsonObject> functions, List<JsonObject> compositions) {
    Json.write(
        terminal.out(),
        json -> {
          json.writeStartObject();
          json.writeName("functions");
          Json.writeValue(json, functions.stream().map(JsonObject::fields).toList());
          json.writeName("compositions");
          Json.writeValue(json, compositions.stream().map(JsonObject::fields).toList());
          json.writeEndObject();
        });
  }

  private void addRow(TextTable table, String kind, JsonObject each) {
    String version = each.text("version", "");
    String name = each.text("name", "?");
    String in = String.join(",", each.names("inputs"));
    String out = String.join(",", each.names("outputs"));
    if (output.wide()) {
      table.row(
          name,
          kind,
          in,
          out,
          number(each, "binaryBytes"),
          number(each, "memoryBytes"),
          each.text("timeout", ""),
          each.text("sandbox", ""),
          each.text("deployed", ""),
          version);
    } else {
      table.row(name, kind, in, out, number(each, "binaryBytes"), shortened(version));
    }
  }

  private static String number(JsonObject each, String name) {
    return each.has(name) ? Long.toString(each.integer(name)) : "";
  }

  /** {@code sha256:} and as many digits as people tell apart. */
  static String shortened(String digest) {
    return digest.length() > 19 ? digest.substring(0, 19) : digest;
  }
}
