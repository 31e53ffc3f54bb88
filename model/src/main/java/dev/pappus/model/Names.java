package dev.pappus.model;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for names (DESIGN section 2). Checked once, where a name enters the node. */
public final class Names {
  /** Longest item name in UTF-8 bytes. */
  public static final int ITEM_NAME_BYTES_MAX = 255;

  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");

  private Names() {}

  /** Whether {@code text} may name a function, a composition or a set. */
  public static boolean isIdentifier(String text) {
    return IDENTIFIER.matcher(text).matches();
  }

  /**
   * Returns {@code text}, which names a {@code kind} ("function", "set", …).
   *
   * @throws ProblemException with {@link ProblemCode#BAD_NAME} if it breaks the rule
   */
  public static String requireIdentifier(String kind, String text) {
    if (!isIdentifier(text)) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_NAME, "'%s' cannot name a %s", printable(text), kind)
              .withHint("a name is a letter or '_' followed by at most 62 letters, digits or '_'"));
    }
    return text;
  }

  /**
   * Returns {@code text}, the name of an item: up to 255 bytes of UTF-8; it may be empty and may
   * contain {@code /}, but no NUL, no leading {@code /}, and no {@code .} or {@code ..} component.
   *
   * @throws ProblemException with {@link ProblemCode#BAD_NAME} if it breaks the rule
   */
  public static String requireItemName(String text) {
    String fault = itemNameFault(text);
    if (fault != null) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_NAME, "item name '%s' %s", printable(text), fault)
              .withHint(
                  "an item name is at most 255 bytes of UTF-8 without NUL, leading '/', and '.' or '..'"
                      + " components"));
    }
    return text;
  }

  private static @Nullable String itemNameFault(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > ITEM_NAME_BYTES_MAX) {
      return "is longer than 255 bytes";
    }
    if (text.indexOf('\0') >= 0) {
      return "contains NUL";
    }
    if (text.startsWith("/")) {
      return "starts with '/'";
    }
    for (String component : text.split("/", -1)) {
      if (component.equals(".") || component.equals("..")) {
        return "has a '" + component + "' component";
      }
    }
    return null;
  }

  /**
   * {@code text} shortened and with control characters replaced, fit for a message or a log line.
   */
  public static String printable(String text) {
    String head = text.length() > 80 ? text.substring(0, 80) + "…" : text;
    return head.replaceAll("\\p{Cc}", "?");
  }
}
