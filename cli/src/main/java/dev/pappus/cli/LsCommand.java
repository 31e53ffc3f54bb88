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
  /** What the table shows of an entry; a binary's digest is the version that older nodes tell. */
  private static final Set<String> NARROW =
      Set.of("name", "kind", "inputs", "outputs", "binaryBytes", "version", "binary");

  private static final Set<String> WIDE =
      Set.of(
          "name",
          "kind",
          "inputs",
          "outputs",
          "binaryBytes",
          "version",
          "binary",
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
    Set<String> members = output.json() ? null : output.wide() ? WIDE : NARROW;
    List<JsonObject> functions = PagedList.read(client, "functions", members);
    List<JsonObject> compositions = PagedList.read(client, "compositions", members);
    if (output.json()) {
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
    functions.forEach(each -> addRow(table, each.text("kind", "compute"), each));
    compositions.forEach(each -> addRow(table, "composition", each));
    terminal.out().print(table);
    if (functions.isEmpty() && compositions.isEmpty()) {
      terminal.sayHint("nothing yet; deploy something with 'pappus deploy FILE'");
    }
    return ExitCode.OK;
  }

  private void addRow(TextTable table, String kind, JsonObject each) {
    String version = each.text("version", each.text("binary", ""));
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
