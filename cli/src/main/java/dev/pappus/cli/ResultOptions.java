package dev.pappus.cli;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.core.JsonGenerator;

/** Options that say what becomes of a result. */
@Command
final class ResultOptions {
  /** How a result is printed. */
  enum Form {
    RAW,
    JSON
  }

  @Option(
      names = "-o",
      paramLabel = "raw|json",
      description = "Print the answer's bytes (default), or all sets in JSON.")
  private Form form = Form.RAW;

  @Option(
      names = "--output",
      paramLabel = "SET[:KEY]/ITEM",
      description = "Print this item's bytes alone.")
  private @Nullable String item;

  @Option(
      names = "--out-dir",
      paramLabel = "DIR",
      description = "Write all items as a tree of files DIR/SET[:KEY]/ITEM.")
  private @Nullable Path folder;

  @Option(names = "--force", description = "Write into --out-dir though it is not empty.")
  private boolean force;

  @Option(names = "--binary", description = "Print bytes on a terminal that are no text.")
  private boolean binary;

  /** Ends the command where its options contradict one another. */
  void requireConsistent() {
    if (item != null && (folder != null || form == Form.JSON)) {
      throw new CliException(
          ExitCode.USAGE, "--output prints one item; it goes with neither --out-dir nor -o", null);
    }
  }

  /** Looks at the folder before anything runs. */
  void requireRoom(Terminal terminal) throws IOException {
    Path target = folder;
    if (target != null) {
      OutputFolder.requireRoom(terminal.folder().resolve(target), force);
    }
  }

  /** Whether one item alone is wanted. */
  boolean picksItem() {
    return item != null;
  }

  /** Whether all sets shall be printed. */
  boolean wantsJson() {
    return form == Form.JSON;
  }

  /** Whether items shall become files. */
  boolean wantsFolder() {
    return folder != null;
  }

  /** Whether whole sets are wanted. */
  boolean wantsSets() {
    return folder != null || form == Form.JSON;
  }

  /** For the path of the request. */
  String query() {
    return item == null ? "" : "?output=" + NodeClient.encode(item);
  }

  /** Prints an answer as it came. */
  void print(Terminal terminal, byte[] body) {
    if (terminal.outInteractive() && !binary && !isPrintable(body)) {
      throw new CliException(
          ExitCode.FAILED,
          "the output is no text (" + body.length + " bytes) and was not printed",
          "send it to a file: > FILE; print it all the same: --binary; look at all sets: -o json");
    }
    terminal.out().writeBytes(body);
    if (terminal.outInteractive() && body.length > 0 && body[body.length - 1] != '\n') {
      terminal.out().println();
    }
    terminal.out().flush();
  }

  /** Prints or writes sets. */
  void deliver(Terminal terminal, List<DataSet> sets) throws IOException {
    Path target = folder;
    if (target != null) {
      int count = OutputFolder.write(terminal.folder().resolve(target), sets, force);
      terminal.say("wrote " + count + (count == 1 ? " item to " : " items to ") + target);
    }
    if (form == Form.JSON) {
      Json.write(terminal.out(), json -> write(json, sets));
    }
  }

  private static void write(JsonGenerator json, List<DataSet> sets) {
    json.writeStartObject();
    json.writeArrayPropertyStart("sets");
    for (DataSet set : sets) {
      json.writeStartObject();
      json.writeStringProperty("name", set.name());
      json.writeArrayPropertyStart("items");
      for (Item each : set.items()) {
        json.writeStartObject();
        json.writeStringProperty("name", each.name());
        json.writeNumberProperty("key", each.key().value());
        byte[] bytes = each.toBytes();
        String text = text(bytes);
        if (text == null) {
          json.writeStringProperty("base64", Base64.getEncoder().encodeToString(bytes));
        } else {
          json.writeStringProperty("text", text);
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static @Nullable String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Whether a terminal shows the bytes and does nothing else. */
  private static boolean isPrintable(byte[] bytes) {
    String text = text(bytes);
    return text != null
        && text.codePoints()
            .noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t' && c != '\r');
  }
}
