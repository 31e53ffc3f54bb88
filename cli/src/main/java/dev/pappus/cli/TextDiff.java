package dev.pappus.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What differs between two items: lines for a person to read. */
final class TextDiff {
  private static final int CONTEXT_LINES = 3;

  /**
   * Larger tables take too long; then all that is between the first and last difference differs.
   */
  private static final long TABLE_CELLS_MAX = 4_000_000;

  /** More lines than this help nobody. */
  private static final int LINES_MAX = 200;

  private TextDiff() {}

  /** One line of the comparison: in both, only in the old, or only in the new. */
  private record Line(char mark, String text) {}

  /** How {@code now} differs from {@code before}, which it does. */
  static List<String> of(byte[] before, byte[] now) {
    String oldText = text(before);
    String newText = text(now);
    if (oldText == null || newText == null) {
      return List.of(ofBytes(before, now));
    }
    return cut(hunks(compare(lines(oldText), lines(newText))));
  }

  /** All of an item, as far as it is text for people. */
  static List<String> show(byte[] bytes) {
    String text = text(bytes);
    return text == null
        ? List.of("(" + bytes.length + " bytes, not text)")
        : cut(lines(text).stream().map(ProblemText::printable).toList());
  }

  /** UTF-8 without control characters but those of text files; else null. */
  private static @Nullable String text(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.chars().allMatch(c -> c >= ' ' || c == '\n' || c == '\t' || c == '\r')
          ? text
          : null;
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static String ofBytes(byte[] before, byte[] now) {
    int at = Arrays.mismatch(before, now);
    return "differs from byte "
        + at
        + " on: "
        + hexAt(before, at)
        + " became "
        + hexAt(now, at)
        + "; "
        + before.length
        + " bytes became "
        + now.length;
  }

  private static String hexAt(byte[] bytes, int at) {
    return at < bytes.length ? String.format("0x%02x", bytes[at]) : "the end";
  }

  /** With a mark where the last line is not ended, which is a difference, too. */
  private static List<String> lines(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    if (lines.getLast().isEmpty()) {
      lines.removeLast();
    } else {
      lines.add("\\ no line end at the end");
    }
    return lines;
  }

  private static List<Line> compare(List<String> before, List<String> now) {
    int head = 0;
    while (head < before.size() && head < now.size() && before.get(head).equals(now.get(head))) {
      head++;
    }
    int tail = 0;
    while (tail < before.size() - head
        && tail < now.size() - head
        && before.get(before.size() - 1 - tail).equals(now.get(now.size() - 1 - tail))) {
      tail++;
    }
    List<Line> lines = new ArrayList<>();
    before.subList(0, head).forEach(line -> lines.add(new Line(' ', line)));
    compareMiddle(
        before.subList(head, before.size() - tail), now.subList(head, now.size() - tail), lines);
    before
        .subList(before.size() - tail, before.size())
        .forEach(line -> lines.add(new Line(' ', line)));
    return lines;
  }

  /** By the longest common subsequence. */
  private static void compareMiddle(List<String> before, List<String> now, List<Line> lines) {
    int m = before.size();
    int n = now.size();
    int i = 0;
    int j = 0;
    if ((m + 1L) * (n + 1L) <= TABLE_CELLS_MAX) {
      int[][] common = new int[m + 1][n + 1];
      for (int a = m - 1; a >= 0; a--) {
        for (int b = n - 1; b >= 0; b--) {
          common[a][b] =
              before.get(a).equals(now.get(b))
                  ? common[a + 1][b + 1] + 1
                  : Math.max(common[a + 1][b], common[a][b + 1]);
        }
      }
      while (i < m && j < n) {
        if (before.get(i).equals(now.get(j))) {
          lines.add(new Line(' ', before.get(i++)));
          j++;
        } else if (common[i + 1][j] >= common[i][j + 1]) {
          lines.add(new Line('-', before.get(i++)));
        } else {
          lines.add(new Line('+', now.get(j++)));
        }
      }
    }
    before.subList(i, m).forEach(line -> lines.add(new Line('-', line)));
    now.subList(j, n).forEach(line -> lines.add(new Line('+', line)));
  }

  /** Differences with the lines around them. */
  private static List<String> hunks(List<Line> lines) {
    List<String> text = new ArrayList<>();
    int shownUpTo = 0;
    int oldLine = 1;
    int newLine = 1;
    for (int i = 0; i < lines.size(); i++) {
      if (isNear(lines, i)) {
        if (shownUpTo < i || text.isEmpty()) {
          text.add("@@ line " + oldLine + " became line " + newLine + " @@");
        }
        text.add(lines.get(i).mark() + ProblemText.printable(lines.get(i).text()));
        shownUpTo = i + 1;
      }
      oldLine += lines.get(i).mark() == '+' ? 0 : 1;
      newLine += lines.get(i).mark() == '-' ? 0 : 1;
    }
    return text;
  }

  private static boolean isNear(List<Line> lines, int index) {
    int from = Math.max(0, index - CONTEXT_LINES);
    int to = Math.min(lines.size(), index + CONTEXT_LINES + 1);
    return lines.subList(from, to).stream().anyMatch(line -> line.mark() != ' ');
  }

  private static List<String> cut(List<String> lines) {
    if (lines.size() <= LINES_MAX) {
      return lines;
    }
    List<String> head = new ArrayList<>(lines.subList(0, LINES_MAX));
    head.add("… " + (lines.size() - LINES_MAX) + " more lines");
    return head;
  }
}
