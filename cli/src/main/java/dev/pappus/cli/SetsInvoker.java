package dev.pappus.cli;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Invokes what a node has with whole sets, and gets whole sets back. */
final class SetsInvoker {
  private static final String TYPE = "application/vnd.pappus.sets+json";

  private final NodeClient client;

  SetsInvoker(NodeClient client) {
    this.client = client;
  }

  /**
   * What an invocation gave.
   *
   * @param sets every declared output set, in order
   * @param id of the invocation
   * @param timing where the time went
   * @param start how warm it was
   */
  record Result(
      List<DataSet> sets, @Nullable String id, @Nullable String timing, @Nullable String start) {}

  /**
   * What is registered under a name.
   *
   * @param kind {@code function} or {@code composition}
   * @param inputs its input sets
   */
  record Target(String name, String kind, List<String> inputs) {}

  /** Looks {@code name} up. */
  Target find(String name) throws IOException {
    List<String> known = new ArrayList<>();
    for (String kind : List.of("functions", "compositions")) {
      for (JsonObject each : client.list(kind)) {
        String registered = each.text("name", "");
        if (registered.equals(name)) {
          return new Target(name, kind.substring(0, kind.length() - 1), each.names("inputs"));
        }
        known.add(registered);
      }
    }
    throw NodeClient.notFound(name, known);
  }

  /**
   * Runs it and waits for its end.
   *
   * @throws ProblemReply if it failed
   */
  Result invoke(Target target, List<DataSet> sets) throws IOException {
    NodeClient.Reply reply =
        client.exchange(
            NodeClient.Request.of(
                    "POST", "/" + target.kind() + "/" + NodeClient.encode(target.name()))
                .with("Accept", TYPE)
                .with(TYPE, NodeClient.Content.of(encode(sets))));
    if (!TYPE.equals(reply.header("Content-Type"))) {
      throw new CliException(
          ExitCode.FAILED,
          "the node answers with " + reply.header("Content-Type") + " instead of whole sets",
          "it may be older than this pappus");
    }
    return new Result(
        decode(reply.json()),
        reply.header("X-Pappus-Invocation"),
        reply.header("Server-Timing"),
        reply.header("X-Pappus-Start"));
  }

  private static byte[] encode(List<DataSet> sets) {
    return Json.bytes(json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("sets");
      for (DataSet set : sets) {
        json.writeStartObject();
        json.writeStringProperty("name", set.name());
        json.writeArrayPropertyStart("items");
        for (Item item : set.items()) {
          json.writeStartObject();
          json.writeStringProperty("name", item.name());
          json.writeNumberProperty("key", item.key().value());
          json.writeName("base64");
          json.writeBinary(item.toBytes());
          json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private static List<DataSet> decode(JsonObject answer) {
    List<DataSet> sets = new ArrayList<>();
    try {
      for (JsonObject set : answer.objects("sets")) {
        List<Item> items = new ArrayList<>();
        for (JsonObject item : set.objects("items")) {
          items.add(
              Item.of(
                  item.text("name", ""),
                  Key.of(item.integer("key")),
                  Base64.getDecoder().decode(item.text("base64", ""))));
        }
        sets.add(new DataSet(set.text("name", ""), items));
      }
    } catch (IllegalArgumentException e) {
      throw new CliException(
          ExitCode.FAILED, "the node's answer is malformed: " + e.getMessage(), null);
    }
    return sets;
  }
}
