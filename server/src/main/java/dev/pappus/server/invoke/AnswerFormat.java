package dev.pappus.server.invoke;

import dev.pappus.model.ItemPath;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The form in which a client wants its result. Small and immutable; {@link #toString} and {@link
 * #parse} keep it while an invocation waits.
 *
 * @param kind the form
 * @param output the one item that is wanted, or null for all
 */
public record AnswerFormat(Kind kind, @Nullable ItemPath output) {
  /** What holds where a client asks for nothing. */
  public static final AnswerFormat DEFAULT = new AnswerFormat(Kind.AUTO, null);

  /** The forms, the preferred ones of equal weight first. */
  public enum Kind {
    /** The bytes of the only item, what was printed, or else all sets in JSON. */
    AUTO(""),
    /** All sets in JSON. */
    SETS(MediaTypes.SETS),
    /** The same under the general type. */
    JSON(MediaTypes.JSON),
    /** All sets that are not empty, as the reference answers. */
    BSON(MediaTypes.BSON),
    /** All sets, a part for each item. */
    MULTIPART(MediaTypes.MULTIPART),
    /** The bytes of the only item, or nothing. */
    OCTETS(MediaTypes.OCTETS);

    private final String mediaType;

    Kind(String mediaType) {
      this.mediaType = mediaType;
    }

    /** The type without parameters; empty for {@link #AUTO}. */
    public String mediaType() {
      return mediaType;
    }
  }

  /**
   * What {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   * @throws dev.pappus.model.ProblemException BAD_NAME likewise
   */
  public static AnswerFormat parse(String text) {
    int blank = text.indexOf(' ');
    String kind = blank < 0 ? text : text.substring(0, blank);
    return new AnswerFormat(
        Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
        blank < 0 ? null : ItemPath.parse(text.substring(blank + 1)));
  }

  /** {@code auto}, {@code bson counts:7/apache}, … */
  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return output == null ? name : name + " " + output;
  }
}
