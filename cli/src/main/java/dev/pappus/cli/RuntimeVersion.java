package dev.pappus.cli;

import java.math.BigInteger;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The order of versions: number by number, so that 3.9 comes before 3.11. */
final class RuntimeVersion {
  private static final Pattern PART = Pattern.compile("\\d+|[A-Za-z]+");

  private RuntimeVersion() {}

  /** Negative if {@code one} comes before {@code other}, 0 if neither does, else positive. */
  static int compare(String one, String other) {
    List<String> a = parts(one);
    List<String> b = parts(other);
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      int order = comparePart(a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  private static List<String> parts(String version) {
    return PART.matcher(version).results().map(MatchResult::group).toList();
  }

  private static int comparePart(String one, String other) {
    boolean number = Character.isDigit(one.charAt(0));
    if (number != Character.isDigit(other.charAt(0))) {
      return number ? 1 : -1;
    }
    return number ? new BigInteger(one).compareTo(new BigInteger(other)) : one.compareTo(other);
  }
}
