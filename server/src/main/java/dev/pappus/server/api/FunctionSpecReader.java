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
import dev.pappus.model.Suggestion;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** Reads the {@code spec} of a deployment (docs/registry.md). One thread uses it. */
final class FunctionSpecReader {
  private static final int DEPTH_MAX = 8;
  private static final int PROPERTY_NAME_MAX = 256;
  private static final int NUMBER_MAX = 20;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNameLength(PROPERTY_NAME_MAX)
                  .maxNumberLength(NUMBER_MAX)
                  .maxStringLength(Integer.MAX_VALUE) // the body has a limit
                  .build())
          .build();

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

  private final JsonParser json;
  private final long setItemsMax;

  private FunctionSpecReader(JsonParser json, long setItemsMax) {
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
    byte[] bytes = document.toArray(ValueLayout.JAVA_BYTE);
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), bytes)) {
      FunctionSpecReader reader = new FunctionSpecReader(json, setItemsMax);
      try {
        return reader.document();
      } catch (JacksonException e) {
        throw reader.malformed(
            Names.printable(Objects.requireNonNullElse(e.getOriginalMessage(), "no JSON")));
      }
    } catch (JacksonException e) {
      // The parser looks at the first bytes when it is made, for the encoding.
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "the spec is not UTF-8")
              .withHint("docs/registry.md shows the members of a spec"),
          e);
    }
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
    json.nextToken();
    Set<String> seen = open("the spec");
    while (nextProperty(SPEC, seen)) {
      switch (json.currentName()) {
        case "inputs" -> inputs = inputs();
        case "outputs" -> outputs = strings("'outputs'", "an output set");
        case "memory" -> memory = size("memory");
        case "timeout" -> timeout = FunctionDraft.duration("timeout", string("'timeout'"));
        case "sandbox" -> sandbox = SandboxChoice.parse(string("'sandbox'"));
        case "arguments" -> arguments = strings("'arguments'", "an argument");
        case "snapshot" -> snapshot = flag("'snapshot'");
        default -> minSetBytes = minSetBytes();
      }
    }
    if (json.nextToken() != null) {
      throw malformed("something follows the spec");
    }
    ProgramOptions program = new ProgramOptions(arguments, snapshot);
    return new FunctionDraft(inputs, outputs, memory, timeout, sandbox, program, minSetBytes);
  }

  private List<InputSet> inputs() {
    List<InputSet> inputs = new ArrayList<>();
    openArray("'inputs'");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      inputs.add(
          json.currentToken() == JsonToken.VALUE_STRING
              ? InputSet.dynamic(json.getString())
              : input());
    }
    return inputs;
  }

  private InputSet input() {
    String name = null;
    List<Item> items = List.of();
    Set<String> seen = open("an input set");
    while (nextProperty(INPUT, seen)) {
      if (json.currentName().equals("name")) {
        name = string("a set's name");
      } else {
        items = items();
      }
    }
    if (name == null) {
      throw malformed("an input set lacks 'name'");
    }
    return new InputSet(name, items);
  }

  private List<Item> items() {
    List<Item> items = new ArrayList<>();
    openArray("'static'");
    while (json.nextToken() != JsonToken.END_ARRAY) {
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
    Set<String> seen = open("a static item");
    while (nextProperty(ITEM, seen)) {
      switch (json.currentName()) {
        case "name" -> name = Names.requireItemName(string("an item's name"));
        case "key" -> key = key();
        case "base64" -> {
          requireNoData(data);
          string("'base64'");
          data = json.getBinaryValue();
        }
        default -> {
          requireNoData(data);
          data = string("'text'").getBytes(StandardCharsets.UTF_8);
        }
      }
    }
    if (name == null || data == null) {
      throw malformed("a static item lacks " + (name == null ? "'name'" : "'base64' or 'text'"));
    }
    return Item.of(name, key, data);
  }

  private void requireNoData(byte @Nullable [] data) {
    if (data != null) {
      throw malformed("a static item has both 'base64' and 'text'");
    }
  }

  private Key key() {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      long value = json.getLongValue();
      if (value >= 0 && value <= Key.MAX) {
        return Key.of(value);
      }
    }
    throw malformed("a key is a whole number from 0 to " + Key.MAX);
  }

  private List<String> strings(String what, String each) {
    List<String> strings = new ArrayList<>();
    openArray(what);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      strings.add(string(each));
    }
    return strings;
  }

  private Map<String, Long> minSetBytes() {
    Map<String, Long> sizes = new LinkedHashMap<>();
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw malformed("'minSetBytes' is not an object");
    }
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String set = json.currentName();
      json.nextToken();
      if (sizes.put(set, size(Names.printable(set))) != null) {
        throw malformed("'" + Names.printable(set) + "' occurs twice");
      }
    }
    return sizes;
  }

  private long size(String what) {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      long bytes = json.getLongValue();
      if (bytes < 0) {
        throw malformed("'" + what + "' is less than nothing");
      }
      return bytes;
    }
    return FunctionDraft.size(what, string("'" + what + "'"));
  }

  private boolean flag(String what) {
    return switch (json.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case null, default -> throw malformed(what + " is neither true nor false");
    };
  }

  private String string(String what) {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed(what + " is not a string");
    }
    return json.getString();
  }

  /** Enters an object; the result is for {@link #nextProperty}. */
  private Set<String> open(String what) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw malformed(what + " is not an object");
    }
    return new HashSet<>();
  }

  private void openArray(String what) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw malformed(what + " is not an array");
    }
  }

  /** Goes to the value of the next property; false at the end of the object. */
  private boolean nextProperty(List<String> known, Set<String> seen) {
    if (json.nextToken() != JsonToken.PROPERTY_NAME) {
      return false;
    }
    String name = json.currentName();
    if (!known.contains(name)) {
      throw malformed(
          "'" + Names.printable(name) + "' is not known" + Suggestion.didYouMean(name, known));
    }
    if (!seen.add(name)) {
      throw malformed("'" + name + "' occurs twice");
    }
    json.nextToken();
    return true;
  }

  private ProblemException malformed(String detail) {
    TokenStreamLocation at = json.currentLocation();
    return new ProblemException(
        Problem.of(
                ProblemCode.BAD_REQUEST,
                "spec, line %d, column %d: %s",
                at.getLineNr(),
                at.getColumnNr(),
                detail)
            .withHint("docs/registry.md shows the members of a spec"));
  }
}
