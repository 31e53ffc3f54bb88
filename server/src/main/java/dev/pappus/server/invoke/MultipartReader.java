package dev.pappus.server.invoke;

import dev.pappus.model.Item;
import dev.pappus.model.ItemPath;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.Body;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Reads {@code multipart/form-data}. Parts are slices of the body; no byte of theirs is copied. One
 * thread uses it.
 */
public final class MultipartReader {
  private static final int BOUNDARY_MAX = 70;
  private static final int PART_HEAD_BYTES_MAX = 8 << 10;
  private static final byte[] EMPTY_LINE = {'\r', '\n', '\r', '\n'};

  private final byte[] bytes;
  private final int length;
  private final byte[] delimiter;
  private final BiConsumer<String, MemorySegment> parts;
  private int position;

  private MultipartReader(Body body, String boundary, BiConsumer<String, MemorySegment> parts) {
    this.bytes = body.bytes();
    this.length = body.length();
    this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    this.parts = parts;
  }

  /**
   * Reads a body whose parts are named {@code SET[:KEY]/ITEM}; its bytes then belong to the items.
   * A part {@code SET} without bytes says that the set is there.
   *
   * @param type the content type
   * @throws ProblemException BAD_REQUEST, BAD_NAME, UNKNOWN_SET or TOO_MANY_ITEMS
   */
  static void read(Body body, HeaderValue type, SetCollector collector) {
    readParts(
        body,
        type,
        (name, data) -> {
          if (name.indexOf('/') < 0 && data.byteSize() == 0) {
            collector.require(name);
            return;
          }
          ItemPath path = ItemPath.parse(name);
          collector.add(path.set(), new Item(path.item(), path.key(), data));
        });
  }

  /**
   * Reads a body.
   *
   * @param type the content type
   * @param parts told of each part, its name and its bytes
   * @throws ProblemException BAD_REQUEST, or whatever {@code parts} throws
   */
  public static void readParts(
      Body body, HeaderValue type, BiConsumer<String, MemorySegment> parts) {
    String boundary = type.parameters().getOrDefault("boundary", "");
    if (boundary.isEmpty() || boundary.length() > BOUNDARY_MAX) {
      throw malformed("the content type has no boundary of 1 to 70 characters", 0);
    }
    new MultipartReader(body, boundary, parts).read();
  }

  private void read() {
    // The first delimiter may stand at the very start, without a line end of its own.
    if (matches(0, 2)) {
      position = delimiter.length - 2;
    } else {
      nextDelimiter();
    }
    while (!atEnd()) {
      part();
    }
  }

  /** Whether the delimiter, from its byte {@code from} on, stands at {@code at}. */
  private boolean matches(int at, int from) {
    int size = delimiter.length - from;
    if (length - at < size) {
      return false;
    }
    for (int i = 0; i < size; i++) {
      if (bytes[at + i] != delimiter[from + i]) {
        return false;
      }
    }
    return true;
  }

  /** Goes behind the next delimiter; returns where it began. */
  private int nextDelimiter() {
    int last = length - delimiter.length;
    for (int at = position; at <= last; at++) {
      // No boundary holds a line end, so that this looks at each byte at most twice.
      if (bytes[at] == '\r' && matches(at, 0) && endsHere(at + delimiter.length)) {
        position = at + delimiter.length;
        return at;
      }
    }
    throw malformed("a part has no end: the boundary does not come again", position);
  }

  /** Whether what follows a boundary makes it one, and not the beginning of some other text. */
  private boolean endsHere(int at) {
    if (length - at < 2) {
      return false;
    }
    return switch (bytes[at]) {
      case '\r', ' ', '\t' -> true;
      case '-' -> bytes[at + 1] == '-';
      default -> false;
    };
  }

  /** Reads what follows a boundary: {@code --} at the end of the last part, else a line end. */
  private boolean atEnd() {
    if (length - position >= 2 && bytes[position] == '-' && bytes[position + 1] == '-') {
      return true;
    }
    while (position < length && (bytes[position] == ' ' || bytes[position] == '\t')) {
      position++;
    }
    if (length - position < 2 || bytes[position] != '\r' || bytes[position + 1] != '\n') {
      throw malformed("neither a line end nor '--' follows a boundary", position);
    }
    return false;
  }

  private void part() {
    String name = name(head());
    int dataStart = position;
    // A part without bytes: its empty line is the delimiter's line end.
    position -= 2;
    int dataEnd = nextDelimiter();
    MemorySegment data =
        MemorySegment.ofArray(bytes).asSlice(dataStart, Math.max(0, dataEnd - dataStart));
    parts.accept(name, data);
  }

  /** The header fields of a part; goes behind the empty line at their end. */
  private String head() {
    int start = position;
    int last = Math.min(length, start + PART_HEAD_BYTES_MAX) - EMPTY_LINE.length;
    for (int at = start; at <= last; at++) {
      if (bytes[at] == '\r'
          && bytes[at + 1] == '\n'
          && bytes[at + 2] == '\r'
          && bytes[at + 3] == '\n') {
        position = at + EMPTY_LINE.length;
        return decode(start, at);
      }
    }
    throw malformed(
        "a part's header fields have no end within " + PART_HEAD_BYTES_MAX + " bytes", start);
  }

  private String decode(int from, int to) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, to - from))
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed("a part's header fields are not UTF-8", from);
    }
  }

  private String name(String head) {
    String name = null;
    for (String line : head.split("\r\n", -1)) {
      int colon = line.indexOf(':');
      String field = colon < 0 ? "" : line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
      if (field.equals("content-disposition")) {
        name = nameOf(line.substring(colon + 1));
      } else if (field.equals("content-transfer-encoding")) {
        requirePlain(line.substring(colon + 1).strip().toLowerCase(Locale.ROOT));
      }
    }
    if (name == null) {
      throw malformed("a part has no name", position);
    }
    return name;
  }

  private String nameOf(String disposition) {
    try {
      String name = HeaderValue.parse(disposition).parameters().getOrDefault("name", "");
      return name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
    } catch (IllegalArgumentException e) {
      throw malformed("a part's content-disposition is malformed: " + e.getMessage(), position);
    }
  }

  private void requirePlain(String encoding) {
    if (!encoding.equals("binary") && !encoding.equals("8bit") && !encoding.equals("7bit")) {
      throw malformed("the node does not undo the transfer encoding of a part", position);
    }
  }

  private static ProblemException malformed(String detail, int position) {
    return new ProblemException(
        Problem.of(ProblemCode.BAD_REQUEST, "%s (at byte %d of the body)", detail, position)
            .withHint(
                "send a part for each item, named SET/ITEM or SET:KEY/ITEM, for example with"
                    + " curl -F logs/apache=@FILE"));
  }
}
