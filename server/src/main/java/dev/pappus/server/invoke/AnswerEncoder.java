package dev.pappus.server.invoke;

import dev.pappus.dispatcher.OutputSet;
import dev.pappus.model.Item;
import dev.pappus.model.ItemPath;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.bson.ResultDocument;
import dev.pappus.server.http.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes answers of outputs. */
public final class AnswerEncoder {
  /** The output set for a function's prints, which is a result only if there is no other set. */
  static final String STDIO = "stdio";

  /** So many items are compared with one that is not there. */
  private static final int COMPARED_MAX = 100;

  private static final String STDOUT = "stdout";

  private static final Response.Header NO_SNIFFING =
      new Response.Header("x-content-type-options", "nosniff");

  /** A page that a function wrote may run scripts, but not as a page of the node. */
  private static final Response.Header SANDBOX =
      new Response.Header(
          "content-security-policy", "sandbox allow-scripts allow-forms allow-popups");

  private static final List<Response.Header> OCTETS =
      List.of(new Response.Header("content-type", MediaTypes.OCTETS));

  private AnswerEncoder() {}

  /**
   * The answer, without the fields that tell of the invocation.
   *
   * @param outputs every declared set in order
   * @throws ProblemException UNKNOWN_ITEM, NOT_ACCEPTABLE, GUEST_BAD_OUTPUT or GUEST_OUTPUT_LIMIT
   */
  public static Response encode(List<OutputSet> outputs, AnswerFormat format) {
    ItemPath path = format.output();
    List<OutputSet> shown = path == null ? outputs : List.of(only(path, outputs));
    return switch (format.kind()) {
      case AUTO -> path == null ? auto(outputs) : raw(shown.getFirst().items().getFirst());
      case OCTETS -> new Response(200, OCTETS, List.of(single(shown).data()));
      case SETS, JSON -> envelope(shown, format.kind().mediaType());
      case BSON ->
          new Response(
              200,
              List.of(new Response.Header("content-type", MediaTypes.BSON)),
              ResultDocument.encode(shown));
      case MULTIPART -> MultipartWriter.write(shown);
    };
  }

  private static Response envelope(List<OutputSet> outputs, String mediaType) {
    return new Response(
        200, List.of(new Response.Header("content-type", mediaType)), SetsWriter.write(outputs));
  }

  /** The set of {@code path}, with its item alone. */
  private static OutputSet only(ItemPath path, List<OutputSet> outputs) {
    List<String> others = new ArrayList<>();
    for (OutputSet set : outputs) {
      if (set.name().equals(path.set())) {
        for (Item item : set.items()) {
          if (item.name().equals(path.item()) && item.key().equals(path.key())) {
            return new OutputSet(set.name(), set.producerName(), List.of(item));
          }
          others.add(new ItemPath(set.name(), item.key(), item.name()).toString());
        }
      }
    }
    throw new ProblemException(
        Problem.of(
                ProblemCode.UNKNOWN_ITEM,
                "there is no output item '%s'%s",
                path,
                Suggestion.didYouMean(
                    path.toString(), others.subList(0, Math.min(others.size(), COMPARED_MAX))))
            .withItem(path.toString())
            .withHint(
                others.isEmpty()
                    ? "the set '" + path.set() + "' has no items"
                    : "the set '%s' has %d items, '%s' first"
                        .formatted(path.set(), others.size(), others.getFirst())));
  }

  private static Response auto(List<OutputSet> outputs) {
    Results results = Results.of(outputs);
    if (results.http != null) {
      return written(HttpAnswer.of(results.http), results, outputs);
    }
    Item item = results.item();
    if (item != null) {
      return raw(item);
    }
    return results.isPrinted() ? printed(results) : envelope(outputs, MediaTypes.SETS);
  }

  /**
   * Outputs by their meaning.
   *
   * @param http says how to answer; null if it is not declared
   * @param stdio what was printed; null if it is not declared
   * @param first the first of the others; null if there is none
   * @param count how many others there are
   */
  private record Results(
      @Nullable OutputSet http, @Nullable OutputSet stdio, @Nullable OutputSet first, int count) {
    static Results of(List<OutputSet> outputs) {
      OutputSet http = named(HttpSet.NAME, outputs);
      if (http == null) {
        http = named(HttpSet.ANSWER_NAME, outputs);
      }
      OutputSet stdio = null;
      OutputSet first = null;
      int count = 0;
      for (OutputSet set : outputs) {
        if (set.name().equals(STDIO)) {
          stdio = set;
        } else if (http == null || !set.name().equals(http.name())) {
          first = first == null ? set : first;
          count++;
        }
      }
      return new Results(http, stdio, first, count);
    }

    private static @Nullable OutputSet named(String name, List<OutputSet> outputs) {
      for (OutputSet set : outputs) {
        if (set.name().equals(name)) {
          return set;
        }
      }
      return null;
    }

    /** The only item of the only set, or null. */
    @Nullable Item item() {
      return count == 1 && first != null && first.items().size() == 1
          ? first.items().getFirst()
          : null;
    }

    boolean isPrinted() {
      return count == 0 && stdio != null;
    }

    Item stdout() {
      for (Item item : Objects.requireNonNull(stdio).items()) {
        if (item.name().equals(STDOUT)) {
          return item;
        }
      }
      return Item.ofText(STDOUT, "");
    }
  }

  private static Response raw(Item item) {
    String type = MediaTypes.ofName(item.name());
    return new Response(200, rawHeaders(type), List.of(item.data()));
  }

  private static Response printed(Results results) {
    return new Response(200, rawHeaders(MediaTypes.TEXT), List.of(results.stdout().data()));
  }

  private static List<Response.Header> rawHeaders(String type) {
    if (type.equals(MediaTypes.OCTETS)) {
      return OCTETS;
    }
    Response.Header contentType = new Response.Header("content-type", type);
    return isActive(type)
        ? List.of(contentType, NO_SNIFFING, SANDBOX)
        : List.of(contentType, NO_SNIFFING);
  }

  /** Whether browsers run what a body of this type holds. */
  private static boolean isActive(String type) {
    return type.startsWith("text/html") || type.contains("xml");
  }

  /** The item whose bytes alone are wanted. */
  private static Item single(List<OutputSet> outputs) {
    Results results = Results.of(outputs);
    Item item = results.item();
    if (item != null) {
      return item;
    }
    if (results.isPrinted()) {
      return results.stdout();
    }
    throw new ProblemException(
        Problem.of(
                ProblemCode.NOT_ACCEPTABLE,
                "the result is not one item that could be sent as application/octet-stream")
            .withHint("pick one with ?output=SET/ITEM, or accept application/json"));
  }

  /** An answer whose status and fields the function wrote. */
  private static Response written(HttpAnswer answer, Results results, List<OutputSet> outputs) {
    Response body = bodyOf(answer, results, outputs);
    if ((answer.status() == 204 || answer.status() == 304) && body.bodyBytes() > 0) {
      throw HttpAnswer.malformed(
          HttpSet.STATUS,
          "is %d, which has no body, but there are %d bytes of one"
              .formatted(answer.status(), body.bodyBytes()));
    }
    List<Response.Header> headers = new ArrayList<>(answer.headers());
    if (answer.header("content-type") == null && body.bodyBytes() > 0) {
      headers.add(body.headers().getFirst());
    }
    headers.add(NO_SNIFFING);
    headers.add(SANDBOX);
    return new Response(answer.status(), headers, body.body());
  }

  private static Response bodyOf(HttpAnswer answer, Results results, List<OutputSet> outputs) {
    Item item = answer.body() != null ? answer.body() : results.item();
    if (item != null) {
      return raw(item);
    }
    if (results.isPrinted()) {
      return printed(results);
    }
    boolean nothing =
        results.first == null || (results.count == 1 && results.first.items().isEmpty());
    return nothing ? new Response(200, List.of(), List.of()) : envelope(outputs, MediaTypes.SETS);
  }
}
