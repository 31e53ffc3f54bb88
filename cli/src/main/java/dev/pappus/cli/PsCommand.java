package dev.pappus.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists invocations. */
@Command(
    name = "ps",
    description = {
      "List invocations: all that wait or run, and the last 20 that ended.",
      "'pappus describe ID' shows one of them whole."
    })
final class PsCommand implements Callable<Integer> {
  private static final int RECENT = 20;
  private static final int ALL = 1000;
  private static final int ID_LENGTH = 26;

  private final Terminal terminal;

  @Mixin private final NodeOption node = new NodeOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = {"-a", "--all"},
      description = "The latest thousand.")
  private boolean all;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description = "Only queued, running, succeeded, failed or cancelled ones.")
  private @Nullable String status;

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description = "Only those of this function or composition.")
  private @Nullable String target;

  PsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    NodeClient client = node.client(terminal);
    List<JsonObject> invocations = invocations(client);
    if (output.json()) {
      Json.write(
          terminal.out(),
          json -> {
            json.writeStartObject();
            json.writeName("invocations");
            Json.writeValue(json, invocations.stream().map(JsonObject::fields).toList());
            json.writeEndObject();
          });
      return ExitCode.OK;
    }
    TextTable table =
        output.wide()
            ? new TextTable(
                "ID", "TARGET", "STATUS", "START", ">TIME", ">AGE", "KIND", "DURABLE", "CODE")
            : new TextTable("ID", "TARGET", "STATUS", "START", ">TIME", ">AGE");
    Map<String, String> kinds = output.wide() ? FunctionPage.kinds(client) : Map.of();
    for (JsonObject each : invocations) {
      List<String> cells =
          new ArrayList<>(
              List.of(
                  each.text("id", "?".repeat(ID_LENGTH)),
                  each.text("target", "?"),
                  each.text("status", "?"),
                  each.text("start", ""),
                  each.has("durationMicros") ? millis(each.number("durationMicros")) : "",
                  age(each.text("acceptedAt", ""))));
      if (output.wide()) {
        String kind = FunctionPage.kind(kinds, each.text("target", ""));
        cells.add(kind == null ? "" : kind);
        cells.add(Boolean.TRUE.equals(each.fields().get("durable")) ? "yes" : "no");
        cells.add(each.text("code", ""));
      }
      table.row(cells.toArray(String[]::new));
    }
    terminal.out().print(table);
    if (invocations.isEmpty()) {
      terminal.sayHint("nothing has been invoked; see: pappus invoke --help");
    }
    return ExitCode.OK;
  }

  private List<JsonObject> invocations(NodeClient client) throws IOException {
    Map<String, JsonObject> found = new LinkedHashMap<>();
    if (!all && status == null) {
      add(found, client, "running", ALL);
      add(found, client, "queued", ALL);
    }
    add(found, client, status, all || status != null ? ALL : RECENT);
    return List.copyOf(found.values());
  }

  private void add(
      Map<String, JsonObject> found, NodeClient client, @Nullable String only, int limit)
      throws IOException {
    StringBuilder path = new StringBuilder("/v1/invocations?limit=").append(limit);
    if (only != null) {
      path.append("&status=").append(NodeClient.encode(only));
    }
    if (target != null) {
      path.append("&target=").append(NodeClient.encode(target));
    }
    for (JsonObject each : client.get(path.toString()).json().objects("invocations")) {
      found.putIfAbsent(each.text("id", ""), each);
    }
  }

  /** Microseconds as milliseconds. */
  static String millis(@Nullable Number micros) {
    return String.format(
        Locale.ROOT, "%.3f ms", micros == null ? 0.0 : micros.doubleValue() / 1000);
  }

  private static String age(String acceptedAt) {
    try {
      long seconds =
          Math.max(0, Duration.between(Instant.parse(acceptedAt), Instant.now()).toSeconds());
      if (seconds < 120) {
        return seconds + "s";
      }
      return seconds < 7200 ? seconds / 60 + "m" : seconds / 3600 + "h";
    } catch (DateTimeParseException e) {
      return "?";
    }
  }
}
