package dev.pappus.language;

import dev.pappus.model.Diagnostic;
import java.util.Arrays;

/** A text with its lines: turns offsets into places and excerpts. Immutable. */
public final class SourceText {
  /** An excerpt shows at most this many chars on either side of its caret. */
  private static final int EXCERPT_REACH = 100;

  private final String text;
  private final int[] lineStarts;

  /** Over {@code text}. */
  public SourceText(String text) {
    this.text = text;
    int[] starts = new int[16];
    int count = 1;
    for (int i = 0; i < text.length(); i++) {
      if (endsLine(i)) {
        if (count == starts.length) {
          starts = Arrays.copyOf(starts, count * 2);
        }
        starts[count++] = i + 1;
      }
    }
    lineStarts = Arrays.copyOf(starts, count);
  }

  /** The text. */
  public String text() {
    return text;
  }

  /** Line of {@code offset}, from 1. */
  int line(int offset) {
    int found = Arrays.binarySearch(lineStarts, offset);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /** Where line {@code line}, from 1, begins; -1 if there is no such line. */
  public int startOf(int line) {
    return line < 1 || line > lineStarts.length ? -1 : lineStarts[line - 1];
  }

  /** A message about the place at {@code offset}. */
  public Diagnostic diagnostic(Diagnostic.Severity severity, int offset, String message) {
    int line = line(offset);
    int start = lineStarts[line - 1];
    int column = text.codePointCount(start, offset) + 1;
    return new Diagnostic(severity, line, column, message, excerpt(start, offset));
  }

  private boolean endsLine(int i) {
    char c = text.charAt(i);
    return c == '\n' || (c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n'));
  }

  private String excerpt(int lineStart, int offset) {
    int from = Math.max(lineStart, offset - EXCERPT_REACH);
    int end = offset;
    while (end < text.length()
        && end < offset + EXCERPT_REACH
        && text.charAt(end) != '\n'
        && text.charAt(end) != '\r') {
      end++;
    }
    if (from > lineStart && Character.isLowSurrogate(text.charAt(from))) {
      from++;
    }
    StringBuilder shown = new StringBuilder();
    StringBuilder caret = new StringBuilder();
    if (from > lineStart) {
      shown.append('…');
      caret.append(' ');
    }
    for (int i = from, c; i < end; i += Character.charCount(c)) {
      c = text.codePointAt(i);
      shown.appendCodePoint(shown(c));
      if (i < offset) {
        caret.append(c == '\t' ? "\t" : " ".repeat(width(c)));
      }
    }
    if (end == offset + EXCERPT_REACH && end < text.length() && !endsLine(end)) {
      shown.append('…');
    }
    return shown.append('\n').append(caret).append('^').toString();
  }

  private static int shown(int codePoint) {
    boolean harmless = codePoint == '\t' || !Character.isISOControl(codePoint);
    return harmless && Character.getType(codePoint) != Character.SURROGATE ? codePoint : '?';
  }

  /** Terminal columns that {@code codePoint} takes. */
  private static int width(int codePoint) {
    int type = Character.getType(codePoint);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean wide =
        (codePoint >= 0x1100 && codePoint <= 0x115F)
            || (codePoint >= 0x2E80 && codePoint <= 0xA4CF)
            || (codePoint >= 0xAC00 && codePoint <= 0xD7A3)
            || (codePoint >= 0xF900 && codePoint <= 0xFAFF)
            || (codePoint >= 0xFE30 && codePoint <= 0xFE6F)
            || (codePoint >= 0xFF00 && codePoint <= 0xFF60)
            || (codePoint >= 0xFFE0 && codePoint <= 0xFFE6)
            || (codePoint >= 0x1F300 && codePoint <= 0x1FAFF)
            || (codePoint >= 0x20000 && codePoint <= 0x3FFFD);
    return wide ? 2 : 1;
  }
}
