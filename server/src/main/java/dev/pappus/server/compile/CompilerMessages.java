package dev.pappus.server.compile;

import dev.pappus.language.SourceText;
import dev.pappus.model.Diagnostic;
import dev.pappus.model.Diagnostic.Severity;
import dev.pappus.model.Item;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What TinyCC says of sources. It names lines; the column is that of the word it quotes, where the
 * line has it, else that of the line's first word. Its linker names neither, so what it misses is
 * looked for in the sources.
 */
final class CompilerMessages {
  /** {@code FILE:LINE: error: TEXT}. */
  private static final Pattern AT_LINE =
      Pattern.compile("(.{1,4096}?):(\\d{1,9}): (error|warning): (.*)");

  /** {@code tcc: error: TEXT}, by the linker or about the command. */
  private static final Pattern WITHOUT_LINE = Pattern.compile("tcc: (error|warning): (.*)");

  private static final Pattern QUOTED = Pattern.compile("\\(got \"(.+)\"\\)|'([^']+)'");
  private static final Pattern MISSING_SYMBOL = Pattern.compile("undefined symbol '(\\w+)'.*");

  /** More messages are of no help to anybody. */
  private static final int MESSAGES_MAX = 100;

  /** What is printed beyond it is not looked at. */
  private static final int PRINTED_BYTES_MAX = 64 << 10;

  /** So much of a line, and of a message, is searched for the word that is meant. */
  private static final int SEARCHED_MAX = 4 << 10;

  /** So much of sources is searched in all for what the linker misses. */
  private static final long LINKER_SEARCH_MAX = 64L << 20;

  private final String folder;
  private final List<Item> sources;
  private final Map<String, SourceText> texts = new HashMap<>();
  private long searched;

  /**
   * About these sources.
   *
   * @param folder where the compiler found them, with a slash at its end
   */
  CompilerMessages(String folder, List<Item> sources) {
    this.folder = folder;
    this.sources = sources;
  }

  /** The messages among the first lines of {@code printed}, in order. */
  List<Diagnostic> read(Item printed) {
    if (printed.sizeBytes() <= PRINTED_BYTES_MAX) {
      return read(printed.text());
    }
    MemorySegment first = printed.data().asSlice(0, PRINTED_BYTES_MAX);
    String text = new Item(printed.name(), printed.key(), first).text();
    return read(text.substring(0, text.lastIndexOf('\n') + 1)); // no message but whole ones
  }

  /** The messages among the lines of {@code printed}, in order; none where it says nothing. */
  List<Diagnostic> read(String printed) {
    List<Diagnostic> messages = new ArrayList<>();
    Iterator<String> lines = printed.lines().iterator();
    while (lines.hasNext() && messages.size() < MESSAGES_MAX) {
      Diagnostic message = message(lines.next());
      if (message != null) {
        messages.add(message);
      }
    }
    return messages;
  }

  private @Nullable Diagnostic message(String line) {
    Matcher atLine = AT_LINE.matcher(line);
    if (atLine.matches()) {
      return atLine(
          atLine.group(1).replace(folder, ""),
          Integer.parseInt(atLine.group(2)),
          severity(atLine.group(3)),
          atLine.group(4).replace(folder, ""));
    }
    Matcher without = WITHOUT_LINE.matcher(line);
    return without.matches()
        ? withoutLine(severity(without.group(1)), without.group(2).replace(folder, ""))
        : null;
  }

  private static Severity severity(String word) {
    return word.equals("error") ? Severity.ERROR : Severity.WARNING;
  }

  private Diagnostic atLine(String file, int line, Severity severity, String message) {
    SourceText text = text(file);
    int start = text == null ? -1 : text.startOf(line);
    if (text == null || start < 0) {
      // A header of the compiler's own, or the end of a file.
      return new Diagnostic(file, severity, Math.max(1, line), 1, message, "");
    }
    return text.diagnostic(severity, start + column(text.text(), start, message), message).in(file);
  }

  /** Where in its line the word is that a message is about, from 0. */
  private static int column(String text, int start, String message) {
    int searchEnd = Math.min(text.length(), start + SEARCHED_MAX);
    int lineEnd = text.indexOf('\n', start, searchEnd);
    int end = lineEnd < 0 ? searchEnd : lineEnd;
    Matcher quoted = QUOTED.matcher(message).region(0, Math.min(message.length(), SEARCHED_MAX));
    while (quoted.find()) {
      String word = quoted.group(1) == null ? quoted.group(2) : quoted.group(1);
      Matcher found = word(word).matcher(text).region(start, end).useTransparentBounds(true);
      if (found.find()) {
        return found.start() - start;
      }
    }
    int first = start;
    while (first < end && Character.isWhitespace(text.charAt(first))) {
      first++;
    }
    return first - start;
  }

  private static Pattern word(String word) {
    String exact = Pattern.quote(word);
    return Pattern.compile(word.matches("\\w+") ? "\\b" + exact + "\\b" : exact);
  }

  private Diagnostic withoutLine(Severity severity, String message) {
    Matcher missing = MISSING_SYMBOL.matcher(message);
    if (missing.matches()) {
      for (Item source : sources) {
        searched += source.sizeBytes();
        SourceText text = searched > LINKER_SEARCH_MAX ? null : text(source.name());
        Matcher use = word(missing.group(1)).matcher(text == null ? "" : text.text());
        if (text != null && use.find()) {
          return text.diagnostic(severity, use.start(), message).in(source.name());
        }
      }
    }
    return new Diagnostic(sources.getFirst().name(), severity, 1, 1, message, "");
  }

  private @Nullable SourceText text(String file) {
    return texts.computeIfAbsent(
        file,
        name ->
            sources.stream()
                .filter(source -> source.name().equals(name))
                .findFirst()
                .map(source -> new SourceText(source.text()))
                .orElse(null));
  }
}
