package dev.pappus.server.invoke;

import dev.pappus.model.ItemPath;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Signature;
import dev.pappus.model.Suggestion;
import dev.pappus.server.invoke.AnswerFormat.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds out from a request's head in which form its answer is wanted. */
public final class Negotiation {
  /** The query parameter that picks one item. */
  public static final String OUTPUT = "output";

  private static final int WEIGHT_MAX = 1000;
  private static final List<String> ANYTHING = List.of("*/*");

  private Negotiation() {}

  private record Range(String type, int weight) {
    /** How closely it fits: 3 the very type, 2 its family, 1 anything, 0 not at all. */
    int fit(String mediaType) {
      if (type.equals("*/*") || type.equals("*")) {
        return 1;
      }
      if (type.endsWith("/*")) {
        return mediaType.startsWith(type.substring(0, type.length() - 1)) ? 2 : 0;
      }
      return type.equals(mediaType) ? 3 : 0;
    }
  }

  /**
   * The form of the answer.
   *
   * @param accept values of the header field {@code Accept}
   * @param query the parameters of a query that is ours to read
   * @throws ProblemException NOT_ACCEPTABLE, BAD_REQUEST, BAD_NAME or UNKNOWN_ITEM
   */
  public static AnswerFormat negotiate(
      List<String> accept, Map<String, List<String>> query, InvokeTarget target) {
    if (query.isEmpty() && (accept.isEmpty() || accept.equals(ANYTHING))) {
      return AnswerFormat.DEFAULT;
    }
    ItemPath output = output(query.getOrDefault(OUTPUT, List.of()), target.signature());
    List<Range> ranges = ranges(accept);
    return new AnswerFormat(ranges.isEmpty() ? Kind.AUTO : kind(ranges, accept, target), output);
  }

  private static @Nullable ItemPath output(List<String> values, Signature signature) {
    if (values.isEmpty()) {
      return null;
    }
    if (values.size() > 1) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "the query asks for %d outputs", values.size())
              .withHint("ask for one item with ?output=SET/ITEM, or for none to have them all"));
    }
    ItemPath path = ItemPath.parse(values.getFirst());
    if (!signature.outputs().contains(path.set())) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.UNKNOWN_ITEM,
                  "there is no output set '%s'%s",
                  path.set(),
                  Suggestion.didYouMean(path.set(), signature.outputs()))
              .withHint("its output sets are: " + String.join(", ", signature.outputs())));
    }
    return path;
  }

  /** What cannot be read is left out, as if it were a type that we do not have. */
  private static List<Range> ranges(List<String> accept) {
    List<Range> ranges = new ArrayList<>();
    for (String value : accept) {
      try {
        for (String part : HeaderValue.split(value, ',')) {
          HeaderValue range = HeaderValue.parse(part);
          if (!range.value().isEmpty()) {
            ranges.add(new Range(range.value(), weight(range.parameters().getOrDefault("q", "1"))));
          }
        }
      } catch (IllegalArgumentException e) {
        // This value says nothing.
      }
    }
    return ranges;
  }

  /** A weight in thousandths. */
  private static int weight(String text) {
    try {
      return (int) (WEIGHT_MAX * Math.clamp(Double.parseDouble(text), 0, 1));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static Kind kind(List<Range> ranges, List<String> accept, InvokeTarget target) {
    boolean ownAnswer = target.writesAnswer();
    Kind best = null;
    int bestWeight = 0;
    for (Kind kind : Kind.values()) {
      int weight = ownAnswer ? weightOfOwnAnswer(kind, ranges) : weight(kind, ranges);
      if (weight > bestWeight) {
        best = kind;
        bestWeight = weight;
      }
    }
    if (best == null) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.NOT_ACCEPTABLE,
                  "the answer cannot be of a type that 'Accept: %s' names",
                  Names.printable(String.join(", ", accept)))
              .withHint(
                  "accept */* for the plain bytes, or one of application/vnd.pappus.sets+json,"
                      + " application/json, application/bson, multipart/form-data,"
                      + " application/octet-stream"));
    }
    return best;
  }

  private static int weight(Kind kind, List<Range> ranges) {
    int closest = 0;
    int weight = 0;
    for (Range range : ranges) {
      int fit = range.fit(kind.mediaType());
      if (fit > closest || (fit == closest && fit > 0 && range.weight > weight)) {
        closest = fit;
        weight = range.weight;
      }
    }
    return weight;
  }

  /**
   * A function that writes its own answer knows best what to make of types; ours are for looking at
   * its sets.
   */
  private static int weightOfOwnAnswer(Kind kind, List<Range> ranges) {
    boolean auto = kind == Kind.AUTO;
    int weight = 0;
    for (Range range : ranges) {
      boolean ours =
          range.type.equals(MediaTypes.SETS)
              || range.type.equals(MediaTypes.BSON)
              || range.type.equals(MediaTypes.MULTIPART);
      if (auto ? !ours : ours && range.type.equals(kind.mediaType())) {
        weight = Math.max(weight, range.weight);
      }
    }
    return weight;
  }
}
