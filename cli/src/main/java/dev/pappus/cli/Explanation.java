package dev.pappus.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What docs/errors.md, which is packaged with the command, says of a code.
 *
 * @param code as in problem bodies
 * @param status of HTTP
 * @param cause what brings it about
 * @param fix what to do
 * @param example of one or the other
 */
record Explanation(String code, int status, String cause, String fix, String example) {
  private static final Pattern ENTRY =
      Pattern.compile("### `(\\w+)` \\((\\d+)\\)\n\nCause: (.+)\n\nFix: (.+)\n\nExample: (.+)\n");

  /** All of them, in the order of the page. */
  static List<Explanation> all() {
    List<Explanation> all = new ArrayList<>();
    Matcher entry = ENTRY.matcher(page());
    while (entry.find()) {
      all.add(
          new Explanation(
              entry.group(1),
              Integer.parseInt(entry.group(2)),
              entry.group(3),
              entry.group(4),
              entry.group(5)));
    }
    return all;
  }

  private static String page() {
    try (InputStream in = Explanation.class.getResourceAsStream("errors.md")) {
      if (in == null) {
        throw new IllegalStateException("errors.md is not packaged");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
