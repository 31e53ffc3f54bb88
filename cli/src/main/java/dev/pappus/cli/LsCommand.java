package dev.pappus.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/** Lists what a node has. */
final class LsCommand implements Callable<Integer> {
  private enum Column {
    NAME("NAME", "name"),
    KIND("KIND", "kind"),
    IN("IN", "inputs"),
    OUT("OUT", "outputs"),
    SIZE(">SIZE", "binaryBytes"),
    MEMORY(">MEMORY", "memoryBytes"),
    TIMEOUT("TIMEOUT", "timeout"),
    SANDBOX("SANDBOX", "sandbox"),
    DEPLOYED("DEPLOYED", "deployed"),
    VERSION("VERSION", "version");

    private final String heading;

    /** What it shows of an entry. */
    private final String member;

    Column(String heading, String member) {
      this.heading = heading;
      this.member = member;
    }
  }

  private static final List<Column> NARROW =
      List.of(Column.NAME, Column.KIND, Column.IN, Column.OUT, Column.SIZE, Column.VERSION);
  private static final List<Column> WIDE = List.of(Column.values());

  private final Terminal terminal;

  private final NodeOption node = new NodeOption();
  private final OutputOption output = new OutputOption();

  LsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  CommandSpec spec() {
    CommandSpec spec =
        CommandSpec.wrapWithoutInspection(this)
            .name("ls")
            .addMixin("node", node.spec())
            .addMixin("output", output.spec());
    spec.usageMessage().description("List the functions and compositions of a node.");
    return spec;
  }

  @Override
  public Integer call() throws IOException {
    NodeClient client = node.client(terminal);
    if (output.json()) {
      printJson(PagedList.read(client, "functions"), PagedList.read(client, "compositions"));
      return ExitCode.OK;
    }
    List<Column> columns = output.wide() ? WIDE : NARROW;
    TextTable table =
        new TextTable(columns.stream().map(column -> column.heading).toArray(String[]::new));
    addRows(table, client, "functions", columns, "compute");
    addRows(table, client, "compositions", columns, "composition");
    table.print(terminal.out());
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

  private void addRows(
      TextTable table, NodeClient client, String list, List<Column> columns, String kind)
      throws IOException {
    int kindAt = columns.indexOf(Column.KIND);
    int versionAt = columns.indexOf(Column.VERSION);
    PagedList.rows(
        client,
        list,
        columns.stream().map(column -> column.member).toList(),
        cells -> {
          if (cells[kindAt].isEmpty()) {
            cells[kindAt] = kind;
          }
          if (!output.wide()) {
            cells[versionAt] = shortened(cells[versionAt]);
          }
          table.row(cells);
        });
  }

  /** {@code sha256:} and as many digits as people tell apart. */
  static String shortened(String digest) {
    return digest.length() > 19 ? digest.substring(0, 19) : digest;
  }
}
