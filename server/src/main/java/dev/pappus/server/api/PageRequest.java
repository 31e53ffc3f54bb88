package dev.pappus.server.api;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list sorted by name somebody wants.
 *
 * @param after the name after which the part begins; empty is the beginning
 * @param limit how many at most
 */
record PageRequest(String after, int limit) {
  /** The query parameters. */
  static final List<String> PARAMETERS = List.of("cursor", "limit");

  private static final int LIMIT_DEFAULT = 1000;

  /** An entry has about 400 bytes. */
  private static final int LIMIT_MAX = 10_000;

  private static final String CURSOR_PREFIX = "1:";

  /**
   * A part of a list.
   *
   * @param entries its entries
   * @param next what continues it, or null
   */
  record Page<T>(List<T> entries, @Nullable PageRequest next) {}

  /**
   * What the query asks for.
   *
   * @throws ProblemException with BAD_REQUEST
   */
  static PageRequest of(Map<String, List<String>> query) {
    List<String> cursor = query.getOrDefault("cursor", List.of());
    List<String> limit = query.getOrDefault("limit", List.of());
    return new PageRequest(
        cursor.isEmpty() ? "" : decode(cursor.getLast()),
        limit.isEmpty() ? LIMIT_DEFAULT : limit(limit.getLast()));
  }

  private static int limit(String text) {
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) < 1) {
      throw badLimit(text);
    }
    int limit = Integer.parseInt(text);
    if (limit > LIMIT_MAX) {
      throw badLimit(text);
    }
    return limit;
  }

  private static ProblemException badLimit(String text) {
    return new ProblemException(
        Problem.of(
                ProblemCode.BAD_REQUEST,
                "limit '%s' is no number from 1 to %d",
                Names.printable(text),
                LIMIT_MAX)
            .withHint("ask for a page, and for the next with its cursor"));
  }

  private static String decode(String cursor) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      if (text.startsWith(CURSOR_PREFIX)) {
        return text.substring(CURSOR_PREFIX.length());
      }
    } catch (IllegalArgumentException e) {
      // no cursor either
    }
    throw new ProblemException(
        Problem.of(ProblemCode.BAD_REQUEST, "'%s' is no cursor", Names.printable(cursor))
            .withHint("send what 'next' of the page before holds, unchanged"));
  }

  /** Stands for this part's beginning in answers; clients send it back as it is. */
  String cursor() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((CURSOR_PREFIX + after).getBytes(StandardCharsets.UTF_8));
  }

  /** The part of {@code sorted}. */
  <T> Page<T> of(List<T> sorted, Function<T, String> name) {
    int from = 0;
    int to = sorted.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (name.apply(sorted.get(middle)).compareTo(after) <= 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    List<T> entries = sorted.subList(from, Math.min(sorted.size(), from + limit));
    boolean more = from + limit < sorted.size();
    return new Page<>(entries, more ? new PageRequest(name.apply(entries.getLast()), limit) : null);
  }
}
