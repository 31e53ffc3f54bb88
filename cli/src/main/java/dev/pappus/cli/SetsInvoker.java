package dev.pappus.cli;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.ItemPath;
import dev.pappus.model.Key;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Invokes what a node has with whole sets, and gets whole sets back. */
final class SetsInvoker {
  static final String TYPE = "application/vnd.pappus.sets+json";

  /** Base64 costs a third more; below this nobody notices. */
  private static final long MULTIPART_BYTES = 1 << 20;

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
    String path = NodeClient.encode(name);
    try {
      return new Target(
          name, "function", client.get("/v1/functions/" + path).json().names("inputs"));
    } catch (ProblemReply notAFunction) {
      if (!notAFunction.problem().text("code", "").equals("unknown_invocable")) {
        throw notAFunction;
      }
      for (JsonObject each : PagedList.read(client, "compositions")) {
        if (name.equals(each.text("name"))) {
          return new Target(name, "composition", each.names("inputs"));
        }
      }
      throw notAFunction;
    }
  }

  /**
   * Runs it and waits for its end.
   *
   * @throws ProblemReply if it failed
   */
  Result invoke(Target target, List<DataSet> sets) throws IOException {
    NodeClient.Reply reply =
        client.exchange(
            NodeRequest.of("POST", "/" + target.kind() + "/" + NodeClient.encode(target.name()))
                .with("Accept", TYPE)
                .with(TYPE, NodeRequest.Content.of(encode(sets))));
    return new Result(
        sets(reply),
        reply.header("X-Pappus-Invocation"),
        reply.header("Server-Timing"),
        reply.header("X-Pappus-Start"));
  }

  /** The sets of an answer that was asked for in JSON. */
  static List<DataSet> sets(NodeClient.Reply reply) {
    if (!TYPE.equals(reply.header("Content-Type"))) {
      throw new CliException(
          ExitCode.FAILED,
          "the node answers with " + reply.header("Content-Type") + " instead of whole sets",
          "it may be older than this pappus");
    }
    return decode(reply.json());
  }

  /** With sets as its body: in JSON, or where they are large and their names plain, in parts. */
  static NodeRequest with(NodeRequest request, List<DataSet> sets, Terminal terminal) {
    long bytes =
        sets.stream()
            .flatMap(set -> set.items().stream())
            .mapToLong(i -> i.data().byteSize())
            .sum();
    if (bytes <= MULTIPART_BYTES || !hasPlainNames(sets)) {
      return request.with(TYPE, Progress.of(terminal, "sending", encode(sets)));
    }
    MultipartBody body = new MultipartBody();
    for (DataSet set : sets) {
      for (Item item : set.items()) {
        body.part(
            new ItemPath(set.name(), item.key(), item.name()).toString(),
            "application/octet-stream",
            item.toBytes());
      }
    }
    return request.with(body.contentType(), Progress.of(terminal, "sending", body));
  }

  /** Whether every item has a name that a part can have as it is. */
  private static boolean hasPlainNames(List<DataSet> sets) {
    return sets.stream()
        .allMatch(set ->
            !set.items().isEmpty()
                && set.items().stream().allMatch(i -> i.name().matches("[A-Za-z0-9_./ -]+")));
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
