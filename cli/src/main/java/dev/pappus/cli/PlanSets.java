package dev.pappus.cli;

import dev.pappus.model.ItemPath;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The items of an invocation without their bytes, for a plan. */
final class PlanSets {
  private PlanSets() {}

  private record Sized(ItemPath path, long bytes) {}

  /**
   * The document of {@code SET[:KEY]/ITEM=@FILE|TEXT} arguments.
   *
   * @throws CliException USAGE if one has another form
   */
  static byte[] document(List<String> arguments) throws IOException {
    Map<String, List<Sized>> sets = new LinkedHashMap<>();
    for (String argument : arguments) {
      Sized item = item(argument);
      sets.computeIfAbsent(item.path().set(), _ -> new ArrayList<>()).add(item);
    }
    return Json.bytes(json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("sets");
      sets.forEach((set, items) -> {
        json.writeStartObject();
        json.writeStringProperty("name", set);
        json.writeArrayPropertyStart("items");
        for (Sized each : items) {
          json.writeStartObject();
          json.writeStringProperty("name", each.path().item());
          json.writeNumberProperty("key", each.path().key().value());
          json.writeNumberProperty("bytes", each.bytes());
          json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
      });
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private static Sized item(String argument) throws IOException {
    int equals = argument.indexOf('=');
    if (equals < 0) {
      throw new CliException(
          ExitCode.USAGE,
          "'" + argument + "' gives no item a content",
          "write --set SET[:KEY]/ITEM=@FILE or --set SET[:KEY]/ITEM=TEXT");
    }
    String content = argument.substring(equals + 1);
    try {
      ItemPath path = ItemPath.parse(argument.substring(0, equals));
      long bytes =
          content.startsWith("@")
              ? Files.size(Path.of(content.substring(1)))
              : content.getBytes(StandardCharsets.UTF_8).length;
      return new Sized(path, bytes);
    } catch (ProblemException e) {
      throw new CliException(ExitCode.USAGE, e.problem().detail(), e.problem().hint());
    }
  }
}
