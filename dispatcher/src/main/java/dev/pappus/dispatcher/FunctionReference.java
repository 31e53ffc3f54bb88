package dev.pappus.dispatcher;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * A function, or one version of it: {@code NAME} or {@code NAME@sha256:DIGITS}.
 *
 * @param name its name
 * @param digits the first digits of the version's digest, at least {@link #DIGITS_MIN}; null for
 *     the current version
 */
public record FunctionReference(String name, @Nullable String digits) {
  /** Fewer digits do not name a version. */
  public static final int DIGITS_MIN = 12;

  private static final String MARK = "@";
  private static final String ALGORITHM = "sha256:";

  /**
   * Reads a reference as it stands in a URL, {@code @} and {@code :} plain or percent-encoded.
   *
   * @throws ProblemException with BAD_NAME or BAD_REQUEST
   */
  public static FunctionReference parse(String text) {
    String plain = text.replace("%40", MARK).replace("%3A", ":").replace("%3a", ":");
    int mark = plain.indexOf(MARK);
    String name = mark < 0 ? plain : plain.substring(0, mark);
    Names.requireIdentifier("function", name);
    return new FunctionReference(name, mark < 0 ? null : digits(plain.substring(mark + 1)));
  }

  /** Whether {@code text} speaks of a version. */
  public static boolean isVersion(String text) {
    return text.contains(MARK) || text.contains("%40");
  }

  /**
   * The digits of {@code sha256:DIGITS}.
   *
   * @throws ProblemException with BAD_REQUEST
   */
  public static String digits(String version) {
    if (!version.matches(ALGORITHM + "[0-9a-f]{" + DIGITS_MIN + ",64}")) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "'%s' is no version", Names.printable(version))
              .withHint(
                  "a version is sha256: and the first "
                      + DIGITS_MIN
                      + " to 64 hexadecimal digits of its digest, in lower case"));
    }
    return version.substring(ALGORITHM.length());
  }
}
