package dev.pappus.model;

/**
 * An item as people write it, {@code SET[:KEY]/ITEM}: split at the first {@code /}; KEY is a
 * decimal unsigned 32-bit number, 0 if absent (DESIGN section 2).
 *
 * @param set the set's name
 * @param key the item's key
 * @param item the item's name, not empty
 */
public record ItemPath(String set, Key key, String item) {
  /**
   * Parses {@code text}.
   *
   * @throws ProblemException with {@link ProblemCode#BAD_NAME} if it has another form
   */
  public static ItemPath parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || slash == text.length() - 1) {
      throw malformed(text);
    }
    String head = text.substring(0, slash);
    int colon = head.indexOf(':');
    Key key = colon < 0 ? Key.ZERO : parseKey(text, head.substring(colon + 1));
    String set = colon < 0 ? head : head.substring(0, colon);
    return new ItemPath(
        Names.requireIdentifier("set", set), key, Names.requireItemName(text.substring(slash + 1)));
  }

  private static Key parseKey(String text, String digits) {
    if (digits.isEmpty()
        || digits.length() > 10
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw malformed(text);
    }
    long value = Long.parseLong(digits);
    if (value > Key.MAX) {
      throw malformed(text);
    }
    return Key.of(value);
  }

  private static ProblemException malformed(String text) {
    return new ProblemException(
        Problem.of(ProblemCode.BAD_NAME, "'%s' does not name an item", Names.printable(text))
            .withHint("write SET/ITEM or SET:KEY/ITEM, for example logs/apache or logs:7/apache"));
  }

  @Override
  public String toString() {
    return key.equals(Key.ZERO) ? set + "/" + item : set + ":" + key + "/" + item;
  }
}
