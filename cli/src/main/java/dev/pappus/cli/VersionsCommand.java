package dev.pappus.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists the versions of a function. */
@Command(name = "versions", description = "List the versions of a function, the current one first.")
final class VersionsCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final NodeOption node = new NodeOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Parameters(paramLabel = "NAME", description = "The function.")
  private String name = "";

  VersionsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    List<JsonObject> versions =
        node.client(terminal)
            .get("/v1/functions/" + NodeClient.encode(name) + "/versions")
            .json()
            .objects("versions");
    if (output.json()) {
      Json.write(
          terminal.out(),
          json -> Json.writeValue(json, versions.stream().map(JsonObject::fields).toList()));
      return ExitCode.OK;
    }
    TextTable table = new TextTable("VERSION", "DEPLOYED", "IN", "OUT", ">SIZE", ">MEMORY");
    for (JsonObject each : versions) {
      table.row(
          LsCommand.shortened(each.text("version", "")),
          each.text("deployed", ""),
          String.join(",", each.names("inputs")),
          String.join(",", each.names("outputs")),
          Long.toString(each.integer("binaryBytes")),
          Long.toString(each.integer("memoryBytes")));
    }
    terminal.out().print(table);
    return ExitCode.OK;
  }
}
