package dev.pappus.server.api;

import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.ProgramOptions;
import dev.pappus.model.SandboxChoice;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the {@code spec} of a deployment (docs/registry.md). One thread uses it. */
final class FunctionSpecReader {
  private static final List<String> SPEC =
      List.of(
          "inputs",
          "outputs",
          "memory",
          "timeout",
          "sandbox",
          "arguments",
          "snapshot",
          "minSetBytes");
  private static final List<String> INPUT = List.of("name", "static");
  private static final List<String> ITEM = List.of("name", "key", "base64", "text");

  private final SpecJson json;
  private final long setItemsMax;

  private FunctionSpecReader(SpecJson json, long setItemsMax) {
    this.json = json;
    this.setItemsMax = setItemsMax;
  }

  /**
   * Reads a document.
   *
   * @param setItemsMax items that one set may have
   * @throws ProblemException BAD_REQUEST, BAD_NAME or TOO_MANY_ITEMS
   */
  static FunctionDraft read(MemorySegment document, long setItemsMax) {
    return SpecJson.read(document, json -> new FunctionSpecReader(json, setItemsMax).document());
  }

  private FunctionDraft document() {
    List<InputSet> inputs = null;
    List<String> outputs = null;
    Long memory = null;
    Long timeout = null;
    SandboxChoice sandbox = null;
    List<String> arguments = ProgramOptions.DEFAULT.arguments();
    boolean snapshot = ProgramOptions.DEFAULT.snapshot();
    Map<String, Long> minSetBytes = Map.of();
    Set<String> seen = json.open("the spec");
    while (json.nextProperty(SPEC, seen)) {
      switch (json.property()) {
        case "inputs" -> inputs = inputs();
        case "outputs" -> outputs = strings("'outputs'", "an output set");
        case "memory" -> memory = size("memory");
        case "timeout" -> timeout = FunctionDraft.duration("timeout", json.string("'timeout'"));
        case "sandbox" -> sandbox = SandboxChoice.parse(json.string("'sandbox'"));
        case "arguments" -> arguments = strings("'arguments'", "an argument");
        case "snapshot" -> snapshot = json.flag("'snapshot'");
        default -> minSetBytes = minSetBytes();
      }
    }
    json.end();
    ProgramOptions program = new ProgramOptions(arguments, snapshot);
    return new FunctionDraft(inputs, outputs, memory, timeout, sandbox, program, minSetBytes);
  }

  private List<InputSet> inputs() {
    List<InputSet> inputs = new ArrayList<>();
    json.openArray("'inputs'");
    while (json.nextElement()) {
      inputs.add(json.isString() ? InputSet.dynamic(json.string("a set's name")) : input());
    }
    return inputs;
  }

  private InputSet input() {
    String name = null;
    List<Item> items = List.of();
    Set<String> seen = json.open("an input set");
    while (json.nextProperty(INPUT, seen)) {
      if (json.property().equals("name")) {
        name = json.string("a set's name");
      } else {
        items = items();
      }
    }
    if (name == null) {
      throw json.malformed("an input set lacks 'name'");
    }
    return new InputSet(name, items);
  }

  private List<Item> items() {
    List<Item> items = new ArrayList<>();
    json.openArray("'static'");
    while (json.nextElement()) {
      if (items.size() >= setItemsMax) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.TOO_MANY_ITEMS,
                    "a static set has more than %d items (limits.set_items)",
                    setItemsMax)
                .withHint("put more data into fewer items, or raise the limit"));
      }
      items.add(item());
    }
    return items;
  }

  private Item item() {
    String name = null;
    Key key = Key.ZERO;
    byte[] data = null;
    Set<String> seen = json.open("a static item");
    while (json.nextProperty(ITEM, seen)) {
      switch (json.property()) {
        case "name" -> name = Names.requireItemName(json.string("an item's name"));
        case "key" -> key = key();
        case "base64" -> {
          requireNoData(data);
          data = json.base64("'base64'");
        }
        default -> {
          requireNoData(data);
          data = json.string("'text'").getBytes(StandardCharsets.UTF_8);
        }
      }
    }
    if (name == null || data == null) {
      throw json.malformed(
          "a static item lacks " + (name == null ? "'name'" : "'base64' or 'text'"));
    }
    return Item.of(name, key, data);
  }

  private void requireNoData(byte @Nullable [] data) {
    if (data != null) {
      throw json.malformed("a static item has both 'base64' and 'text'");
    }
  }

  private Key key() {
    if (json.isWholeNumber()) {
      long value = json.wholeNumber();
      if (value >= 0 && value <= Key.MAX) {
        return Key.of(value);
      }
    }
    throw json.malformed("a key is a whole number from 0 to " + Key.MAX);
  }

  private List<String> strings(String what, String each) {
    List<String> strings = new ArrayList<>();
    json.openArray(what);
    while (json.nextElement()) {
      strings.add(json.string(each));
    }
    return strings;
  }

  private Map<String, Long> minSetBytes() {
    Map<String, Long> sizes = new LinkedHashMap<>();
    json.openMap("'minSetBytes'");
    for (String set = json.nextName(); set != null; set = json.nextName()) {
      if (sizes.put(set, size(Names.printable(set))) != null) {
        throw json.malformed("'" + Names.printable(set) + "' occurs twice");
      }
    }
    return sizes;
  }

  private long size(String what) {
    if (json.isWholeNumber()) {
      long bytes = json.wholeNumber();
      if (bytes < 0) {
        throw json.malformed("'" + what + "' is less than nothing");
      }
      return bytes;
    }
    return FunctionDraft.size(what, json.string("'" + what + "'"));
  }
}
