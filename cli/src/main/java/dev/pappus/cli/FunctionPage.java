package dev.pappus.cli;

import dev.pappus.model.Names;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A function as a person reads of it. */
final class FunctionPage {
  private final Terminal terminal;
  private final NodeClient client;
  private final boolean json;

  FunctionPage(Terminal terminal, NodeClient client, boolean json) {
    this.terminal = terminal;
    this.client = client;
    this.json = json;
  }

  /** Whether {@code text} names a function, or a version of one. */
  static boolean isFunction(String text) {
    return Names.isIdentifier(withoutVersion(text));
  }

  private static String withoutVersion(String text) {
    int mark = text.indexOf('@');
    return mark < 0 ? text : text.substring(0, mark);
  }

  /** What the names of a node's namespace are now: {@code compute}, {@code program}, … */
  static Map<String, String> kinds(NodeClient client) throws IOException {
    Map<String, String> kinds = new HashMap<>();
    PagedList.forEach(
        client,
        "functions",
        Set.of("name", "kind"),
        each -> kinds.put(each.text("name", ""), each.text("kind", "compute")));
    PagedList.forEach(
        client,
        "compositions",
        Set.of("name"),
        each -> kinds.put(each.text("name", ""), "composition"));
    return kinds;
  }

  /** What an invocation's target is now; null if there is no such name any more. */
  static @Nullable String kind(NodeClient client, String target) throws IOException {
    String name = NodeClient.encode(withoutVersion(target));
    JsonObject function = find(client, "/v1/functions/" + name);
    if (function != null) {
      return function.text("kind", "compute");
    }
    return find(client, "/v1/compositions/" + name) == null ? null : "composition";
  }

  private static @Nullable JsonObject find(NodeClient client, String path) throws IOException {
    try {
      return client.get(path).json();
    } catch (ProblemReply unknown) {
      if (unknown.status() != 404) {
        throw unknown;
      }
      return null;
    }
  }

  /** That of an invocation's target; null if there is no such name any more. */
  static @Nullable String kind(Map<String, String> kinds, String target) {
    return kinds.get(withoutVersion(target));
  }

  /** A label and what it says; nothing where there is nothing to say. */
  static void line(Terminal terminal, String label, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      terminal.out().printf("%-11s %s%n", label, ProblemText.printable(value));
    }
  }

  /**
   * Prints it.
   *
   * @param source whether only its sources
   */
  void show(String name, boolean source) throws IOException {
    String path = "/v1/functions/" + NodeClient.encode(name);
    JsonObject function = client.get(source ? path + "/source" : path).json();
    if (json) {
      Json.write(terminal.out(), out -> Json.writeValue(out, function.fields()));
    } else if (source) {
      sources(function.objects("files"));
    } else {
      lines(function);
    }
  }

  private void lines(JsonObject function) {
    JsonObject spec = function.object("spec");
    line("function", function.text("name"));
    line("kind", function.text("kind"));
    line("version", function.text("version"));
    line("deployed", function.text("deployed"));
    line("inputs", String.join(", ", function.names("inputs")));
    line("outputs", String.join(", ", function.names("outputs")));
    line("arguments", String.join(" ", spec.names("arguments")));
    if (Boolean.FALSE.equals(spec.fields().get("snapshot"))) {
      line("snapshot", "no: every run begins at the program's start");
    }
    line("memory", spec.text("memory"));
    line("timeout", spec.text("timeout"));
    line("sandbox", function.text("sandbox"));
    if (function.has("binaryBytes")) {
      line("binary", function.integer("binaryBytes") + " bytes, " + function.text("binary"));
    }
    for (JsonObject input : spec.objects("inputs")) {
      for (JsonObject item : input.objects("static")) {
        line("static", input.text("name") + "/" + item.text("name") + size(item));
      }
    }
    if (function.has("source")) {
      JsonObject source = function.object("source");
      line("compiled by", source.text("compiler"));
      source.objects("files").forEach(file -> line("source", file.text("name") + size(file)));
    }
  }

  private void line(String label, @Nullable String value) {
    line(terminal, label, value);
  }

  private static String size(JsonObject each) {
    return " (" + each.integer("bytes") + " bytes)";
  }

  /** One as it is; of several each below its name. */
  private void sources(List<JsonObject> files) {
    for (JsonObject file : files) {
      if (files.size() > 1) {
        terminal.out().println("/* " + ProblemText.printable(file.text("name", "?")) + " */");
      }
      byte[] bytes =
          file.has("base64")
              ? Base64.getDecoder().decode(file.text("base64", ""))
              : file.text("text", "").getBytes(StandardCharsets.UTF_8);
      if (terminal.outInteractive()) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        terminal.out().println(ProblemText.printableLines(text));
      } else {
        terminal.out().writeBytes(bytes);
      }
    }
    terminal.out().flush();
  }
}
