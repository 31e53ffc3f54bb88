package dev.pappus.server.api;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.http.RequestHead;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a composition can be shown as. */
enum CompositionFormat {
  /** Its text. */
  TEXT("text/plain; charset=utf-8"),
  /** Its graph as data. */
  JSON("application/json"),
  /** Its graph as a drawing. */
  SVG("image/svg+xml"),
  /** Its graph as a Mermaid flowchart. */
  MERMAID("text/vnd.mermaid; charset=utf-8");

  private final String contentType;

  CompositionFormat(String contentType) {
    this.contentType = contentType;
  }

  /** The content type of answers. */
  String contentType() {
    return contentType;
  }

  /**
   * What a request asks for: {@code ?format=} before {@code Accept}, the text if neither names a
   * format.
   *
   * @throws ProblemException BAD_REQUEST if {@code ?format=} names none
   */
  static CompositionFormat of(RequestHead head) {
    List<String> asked = head.query().getOrDefault("format", List.of());
    return asked.isEmpty() ? accepted(head.header("accept")) : named(asked.getLast());
  }

  private static CompositionFormat named(String name) {
    List<String> known =
        Arrays.stream(values()).map(format -> format.name().toLowerCase(Locale.ROOT)).toList();
    int index = known.indexOf(name);
    if (index < 0) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_REQUEST,
                  "'%s' is no format of compositions%s",
                  Names.printable(name),
                  Suggestion.didYouMean(name, known))
              .withHint("the formats are " + String.join(", ", known)));
    }
    return values()[index];
  }

  /** The range with the highest weight, the first of several. */
  private static CompositionFormat accepted(@Nullable String accept) {
    CompositionFormat best = TEXT;
    double weight = 0;
    for (String each : accept == null ? new String[0] : accept.split(",", -1)) {
      String[] parts = each.strip().split(";", -1);
      double q = weight(parts);
      if (q > weight) {
        String range = parts[0].strip().toLowerCase(Locale.ROOT);
        CompositionFormat format = ofRange(range);
        if (format != null) {
          best = format;
          weight = q;
        }
      }
    }
    return best;
  }

  private static @Nullable CompositionFormat ofRange(String range) {
    return switch (range) {
      case "*/*", "text/*", "text/plain", "text/vnd.pappus.dag" -> TEXT;
      case "application/*", "application/json" -> JSON;
      case "image/*", "image/svg+xml" -> SVG;
      case "text/vnd.mermaid" -> MERMAID;
      default -> null;
    };
  }

  private static double weight(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("q=")) {
        try {
          return Double.parseDouble(parameter.substring(2));
        } catch (NumberFormatException e) {
          return 0;
        }
      }
    }
    return 1;
  }
}
