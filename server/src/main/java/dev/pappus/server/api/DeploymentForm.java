package dev.pappus.server.api;

import dev.pappus.model.Item;
import dev.pappus.model.ItemPath;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.invoke.HeaderValue;
import dev.pappus.server.invoke.MediaTypes;
import dev.pappus.server.invoke.MultipartReader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the body of a deployment is to be read: what its content type says. */
sealed interface DeploymentForm {
  /** Media type of C sources. */
  String SOURCE_TYPE = "text/x-c";

  /** What a source is called that has no name. */
  String SOURCE_NAME = "main.c";

  /** A binary, described by the query. */
  record Binary() implements DeploymentForm {}

  /** The only C source of a program, described by the query. */
  record Source() implements DeploymentForm {}

  /**
   * Parts: a spec, and a binary or sources.
   *
   * @param type with the boundary
   */
  record Parts(HeaderValue type) implements DeploymentForm {}

  /**
   * What a body holds.
   *
   * @param draft what it says of the function
   * @param content the function itself
   */
  record Sent(FunctionDraft draft, Content content) {}

  /** A function, ready to run or to be compiled. */
  sealed interface Content {}

  /** Ready to run. */
  record Program(MemorySegment binary) implements Content {}

  /**
   * To be compiled.
   *
   * @param files of one folder
   */
  record Sources(List<Item> files) implements Content {
    public Sources {
      files = List.copyOf(files);
    }
  }

  /**
   * That of a request.
   *
   * @throws ProblemException with BAD_REQUEST
   */
  static DeploymentForm of(RequestHead head) {
    String field = head.header("content-type");
    try {
      HeaderValue type = field == null ? null : HeaderValue.parse(field);
      if (type != null && type.value().equals(MediaTypes.MULTIPART)) {
        return new Parts(type);
      }
      return type != null && type.value().equals(SOURCE_TYPE) ? new Source() : new Binary();
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "the content type is malformed: %s", e.getMessage())
              .withHint("send application/octet-stream, or multipart/form-data with a boundary"),
          e);
    }
  }

  /** The limit on the body's size. */
  default Limit bodyLimit() {
    return switch (this) {
      case Binary _ -> Limit.BINARY_BYTES;
      case Source _ -> Limit.SOURCE_BYTES;
      case Parts _ -> Limit.REGISTRATION_BODY;
    };
  }

  /** Query parameters that describe the function. */
  default List<String> parameters() {
    return this instanceof Parts ? List.of() : FunctionDraft.PARAMETERS;
  }

  /**
   * Reads a body.
   *
   * @throws ProblemException with BAD_REQUEST, BAD_NAME or TOO_MANY_ITEMS
   */
  default Sent read(RequestHead head, Body body, Limits limits) {
    return switch (this) {
      case Binary _ -> new Sent(FunctionDraft.ofQuery(head.query()), new Program(body.segment()));
      case Source _ ->
          new Sent(
              FunctionDraft.ofQuery(head.query()),
              new Sources(List.of(new Item(SOURCE_NAME, Key.ZERO, body.segment()))));
      case Parts parts -> readParts(parts.type(), body, limits);
    };
  }

  private static Sent readParts(HeaderValue type, Body body, Limits limits) {
    Map<String, MemorySegment> parts = new HashMap<>();
    List<Item> sources = new ArrayList<>();
    MultipartReader.readParts(
        body,
        type,
        (part, data) -> {
          String source = sourceName(part);
          if (source != null) {
            if (sources.size() >= limits.get(Limit.SOURCE_FILES)) {
              throw new ProblemException(
                  limits.exceeded(
                      ProblemCode.TOO_MANY_ITEMS,
                      Limit.SOURCE_FILES,
                      "the sources",
                      sources.size() + 1L));
            }
            sources.add(new Item(source, Key.ZERO, data));
          } else if (parts.put(part, data) != null) {
            throw bad("part '" + part + "' occurs twice");
          }
        });
    MemorySegment binary = parts.get("binary");
    if ((binary == null) == sources.isEmpty()) {
      throw bad(
          binary == null
              ? "there is no part 'binary', and no 'source'"
              : "there are both a part 'binary' and a 'source'");
    }
    MemorySegment spec = parts.get("spec");
    return new Sent(
        spec == null
            ? FunctionDraft.ofQuery(Map.of())
            : FunctionSpecReader.read(spec, limits.get(Limit.SET_ITEMS)),
        binary == null ? new Sources(sources) : new Program(binary));
  }

  /** The name of the source that {@code part} holds; null if it is a spec or a binary. */
  private static @Nullable String sourceName(String part) {
    List<String> known = List.of("spec", "binary", "source");
    if (part.equals("source")) {
      return SOURCE_NAME;
    }
    if (part.startsWith("source/")) {
      return ItemPath.parse(part).item();
    }
    if (!known.contains(part)) {
      throw bad(
          "part '%s' is not known%s"
              .formatted(Names.printable(part), Suggestion.didYouMean(part, known)));
    }
    return null;
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(
        Problem.of(ProblemCode.BAD_REQUEST, "the form: %s", detail)
            .withHint(
                "send -F spec=@SPEC.json and -F binary=@FILE.elf, or in place of the binary -F"
                    + " source/NAME.c=@NAME.c for each C source and header"));
  }
}
