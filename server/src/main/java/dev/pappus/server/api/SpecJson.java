package dev.pappus.server.api;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.invoke.RequestJson;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;

/**
 * The JSON of a spec, read from value to value: properties are known and occur once, values are of
 * the type that is wanted, and whatever is not is told with its line and column. All methods throw
 * BAD_REQUEST. One thread uses it.
 */
final class SpecJson {
  private final JsonParser json;

  private SpecJson(JsonParser json) {
    this.json = json;
  }

  /**
   * What {@code reader} makes of {@code document}, whose first value it finds next.
   *
   * @throws ProblemException BAD_REQUEST if it is not JSON, or what {@code reader} throws
   */
  static <T> T read(MemorySegment document, Function<SpecJson, T> reader) {
    byte[] bytes = document.toArray(ValueLayout.JAVA_BYTE);
    try (JsonParser json = RequestJson.open(bytes, bytes.length)) {
      SpecJson spec = new SpecJson(json);
      try {
        json.nextToken();
        return reader.apply(spec);
      } catch (JacksonException e) {
        throw spec.malformed(
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

  /** Enters an object; the result is for {@link #nextProperty}. */
  Set<String> open(String what) {
    openMap(what);
    return new HashSet<>();
  }

  /** Enters an object whose names are not known; for {@link #nextName}. */
  void openMap(String what) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw malformed(what + " is not an object");
    }
  }

  /** Enters an array; for {@link #nextElement}. */
  void openArray(String what) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw malformed(what + " is not an array");
    }
  }

  /** Goes to the value of the next property; false at the end of the object. */
  boolean nextProperty(List<String> known, Set<String> seen) {
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

  /** The property whose value comes now. */
  String property() {
    return json.currentName();
  }

  /** Goes to the value of the next name, and gives it; null at the end of the object. */
  @Nullable String nextName() {
    if (json.nextToken() != JsonToken.PROPERTY_NAME) {
      return null;
    }
    String name = json.currentName();
    json.nextToken();
    return name;
  }

  /** Goes to the next element; false at the end of the array. */
  boolean nextElement() {
    return json.nextToken() != JsonToken.END_ARRAY;
  }

  /** Nothing may follow. */
  void end() {
    if (json.nextToken() != null) {
      throw malformed("something follows the spec");
    }
  }

  boolean isString() {
    return json.currentToken() == JsonToken.VALUE_STRING;
  }

  String string(String what) {
    if (!isString()) {
      throw malformed(what + " is not a string");
    }
    return json.getString();
  }

  byte[] base64(String what) {
    string(what); // read whole ahead, so that faults are found at its end
    return json.getBinaryValue();
  }

  boolean flag(String what) {
    return switch (json.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case null, default -> throw malformed(what + " is neither true nor false");
    };
  }

  boolean isWholeNumber() {
    return json.currentToken() == JsonToken.VALUE_NUMBER_INT;
  }

  /** The whole number that comes now. */
  long wholeNumber() {
    return json.getLongValue();
  }

  /** {@code detail} is wrong where the reader is now. */
  ProblemException malformed(String detail) {
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
