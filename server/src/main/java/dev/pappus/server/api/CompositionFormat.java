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
    return asked.isEmpty()
        ? MediaRanges.preferred(head.header("accept"), TEXT, CompositionFormat::ofRange)
        : named(asked.getLast());
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

  private static @Nullable CompositionFormat ofRange(String range) {
    return switch (range) {
      case "*/*", "text/*", "text/plain", "text/vnd.pappus.dag" -> TEXT;
      case "application/*", "application/json" -> JSON;
      case "image/*", "image/svg+xml" -> SVG;
      case "text/vnd.mermaid" -> MERMAID;
      default -> null;
    };
  }
}
