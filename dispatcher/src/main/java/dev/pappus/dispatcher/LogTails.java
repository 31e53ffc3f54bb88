package dev.pappus.dispatcher;

import dev.pappus.model.GuestState;
import dev.pappus.model.Item;
import dev.pappus.model.ItemBytes;
import dev.pappus.model.Problem;
import dev.pappus.sandbox.GuestAbi;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the instances of one invocation printed: the end of the items of their output set {@code
 * stdio}, or where there is none what their guest printed last. Bounded for all that succeed
 * together; the first that fails ends the invocation. Belongs to whoever attends its mailbox.
 */
final class LogTails {
  private static final int TAIL_BYTES = 4 << 10;
  private static final int INVOCATION_CHARS_MAX = 64 << 10;

  private int chars;

  /**
   * What {@code instance} printed last; empty if nothing, or if it succeeded and there is no room
   * left.
   */
  String of(Instance instance, Instance.End end, @Nullable Problem problem) {
    if (problem != null) {
      return ofProblem(problem);
    }
    if (chars >= INVOCATION_CHARS_MAX) {
      return "";
    }
    String tail = ofSuccess(instance, end);
    chars += tail.length();
    return tail;
  }

  private static String ofProblem(Problem problem) {
    GuestState guest = problem.guest();
    String words = guest == null ? null : guest.lastWords();
    return words == null ? "" : words;
  }

  private static String ofSuccess(Instance instance, Instance.End end) {
    int index =
        instance.application().callee().registered().signature().outputs().indexOf(GuestAbi.STDIO);
    return index < 0 || index >= end.outputs().size()
        ? end.printed()
        : ofItems(end.outputs().get(index).items());
  }

  private static String ofItems(List<Item> items) {
    StringBuilder text = new StringBuilder();
    for (Item item : items) {
      String end = end(item.bytes());
      if (!text.isEmpty() && !end.isEmpty() && text.charAt(text.length() - 1) != '\n') {
        text.append('\n');
      }
      text.append(end);
    }
    return text.length() <= TAIL_BYTES
        ? text.toString()
        : text.substring(text.length() - TAIL_BYTES);
  }

  /** The last bytes as text; the rest of a character that was cut is left out. */
  private static String end(ItemBytes data) {
    long from = Math.max(0, data.sizeBytes() - TAIL_BYTES);
    byte[] bytes = new byte[(int) (data.sizeBytes() - from)];
    data.copyTo(from, MemorySegment.ofArray(bytes));
    int skipped = 0;
    while (from > 0 && skipped < 3 && skipped < bytes.length && (bytes[skipped] & 0xC0) == 0x80) {
      skipped++;
    }
    return new String(bytes, skipped, bytes.length - skipped, StandardCharsets.UTF_8);
  }
}
