package dev.pappus.server.bson;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Pulls elements out of a BSON document, forward and once, from an array or a stream. Nothing in
 * the bytes is trusted: every malformation is a BAD_BSON problem with its offset, and memory is
 * only taken for bytes that are there. One thread uses it.
 *
 * <p>Use: {@link #open} a document, then {@link #next} until it returns {@link BsonType#END}; after
 * each element exactly one of the value methods, or {@link #open} for a document or array inside.
 */
final class BsonReader {
  private static final int DEPTH_MAX = 8;
  private static final int FIELD_NAME_BYTES_MAX = 255;
  private static final int SMALLEST_DOCUMENT = 5;

  private final @Nullable InputStream source;
  private final byte[] buffer;
  private int begin;
  private int limit;
  private long consumedBefore;

  private final long[] ends = new long[DEPTH_MAX];
  private final boolean[] arrays = new boolean[DEPTH_MAX];
  private int depth;
  private int type = BsonType.DOCUMENT;
  private String name = "";

  /** Reads the first {@code length} bytes of {@code bytes}; binaries will be slices of them. */
  BsonReader(byte[] bytes, int length) {
    this.source = null;
    this.buffer = bytes;
    this.limit = length;
  }

  /** Reads a stream. */
  BsonReader(InputStream source) {
    this.source = source;
    this.buffer = new byte[16 << 10];
  }

  /** A problem at the current place. */
  ProblemException malformed(String detail) {
    return new ProblemException(
        Problem.of(ProblemCode.BAD_BSON, "%s (at byte %d of the body)", detail, position())
            .withHint("docs/http.md shows the documents that this path takes"));
  }

  private ProblemException truncated() {
    return malformed("the document ends in the middle of a value");
  }

  private long position() {
    return consumedBefore + begin;
  }

  /** Opens the whole body, or the document or array that {@link #next} has just announced. */
  void open() throws IOException {
    if (type != BsonType.DOCUMENT && type != BsonType.ARRAY) {
      throw unexpected("a document or an array");
    }
    if (depth == DEPTH_MAX) {
      throw malformed("documents are nested too deeply");
    }
    long start = position();
    int size = rawInt32();
    long end = start + size;
    if (size < SMALLEST_DOCUMENT || (depth > 0 && end > ends[depth - 1])) {
      throw malformed("a document has the impossible length " + size);
    }
    if (source == null && end > limit) {
      throw malformed("the document says it has %d bytes, the body has %d".formatted(size, limit));
    }
    ends[depth] = end;
    arrays[depth] = type == BsonType.ARRAY;
    depth++;
  }

  /** Type of the next element, or {@link BsonType#END}, which closes the document. */
  int next() throws IOException {
    long end = ends[depth - 1];
    type = rawByte() & 0xFF;
    if (type == BsonType.END) {
      if (position() != end) {
        throw malformed("a document's length does not match its content");
      }
      depth--;
      return type;
    }
    if (arrays[depth - 1]) {
      skipCString();
      name = "";
    } else {
      name = cString();
    }
    if (position() >= end) {
      throw malformed("a document's length does not match its content");
    }
    return type;
  }

  /** Name of the element that {@link #next} announced; empty in an array. */
  String name() {
    return name;
  }

  /** Whether the element that {@link #next} announced has this type. */
  boolean at(int expectedType) {
    return type == expectedType;
  }

  /** A problem about the type of the element that {@link #next} announced. */
  ProblemException unexpected(String expected) {
    String what = name.isEmpty() ? "an element" : "field '" + Names.printable(name) + "'";
    return malformed(what + " is " + BsonType.describe(type) + ", not " + expected);
  }

  /** Fails unless the body ends here. */
  void requireEnd() throws IOException {
    if (begin < limit || refill()) {
      throw malformed("bytes follow the end of the document");
    }
  }

  /** A string of at most {@code bytesMax} bytes of UTF-8. */
  String string(int bytesMax) throws IOException {
    if (type != BsonType.STRING) {
      throw unexpected("a string");
    }
    int size = lengthWithin(1);
    if (size - 1 > bytesMax) {
      throw malformed("a string of %d bytes is longer than %d".formatted(size - 1, bytesMax));
    }
    String text;
    if (limit - begin >= size) {
      text = decode(buffer, begin, size - 1);
      begin += size - 1;
    } else {
      byte[] bytes = rawBytes(size - 1);
      text = decode(bytes, 0, bytes.length);
    }
    if (rawByte() != 0) {
      throw malformed("a string does not end with NUL");
    }
    return text;
  }

  /** An int32 or int64. */
  long integer() throws IOException {
    return switch (type) {
      case BsonType.INT32 -> rawInt32();
      case BsonType.INT64 -> rawInt64();
      default -> throw unexpected("an int32 or int64");
    };
  }

  /** A binary of any subtype as a slice of the array that this reader was made of. */
  MemorySegment binarySlice() throws IOException {
    if (type != BsonType.BINARY) {
      throw unexpected("a binary");
    }
    if (source != null) {
      throw new IllegalStateException("a stream cannot be sliced");
    }
    int size = lengthWithin(0);
    rawByte(); // subtype
    if (limit - begin < size) {
      throw truncated();
    }
    MemorySegment slice = MemorySegment.ofArray(buffer).asSlice(begin, size);
    begin += size;
    return slice;
  }

  /**
   * Bytes as clients write them: a binary, or an array of integers 0…255. Appends them to {@code
   * target}.
   */
  void bytes(ByteSink target) throws IOException {
    if (type == BsonType.BINARY) {
      int left = lengthWithin(0);
      rawByte(); // subtype
      while (left > 0) {
        if (begin == limit && !refill()) {
          throw truncated();
        }
        int some = Math.min(left, limit - begin);
        target.append(buffer, begin, some);
        begin += some;
        left -= some;
      }
    } else if (type == BsonType.ARRAY) {
      open();
      while (next() != BsonType.END) {
        long value = integer();
        if (value < 0 || value > 255) {
          throw malformed("an array of bytes holds " + value);
        }
        target.append((byte) value);
      }
    } else {
      throw unexpected("a binary or an array of integers");
    }
  }

  /** Skips the value that {@link #next} announced. */
  void skip() throws IOException {
    switch (type) {
      case 0x06, BsonType.NULL, 0x7F, 0xFF -> {
        // undefined, null, MaxKey, MinKey: no bytes
      }
      case 0x08 -> skipBytes(1);
      case BsonType.INT32 -> skipBytes(4);
      case 0x01, 0x09, 0x11, BsonType.INT64 -> skipBytes(8);
      case 0x07 -> skipBytes(12);
      case 0x13 -> skipBytes(16);
      case BsonType.STRING, 0x0D, 0x0E -> skipBytes(lengthWithin(1));
      case BsonType.BINARY -> skipBytes(1L + lengthWithin(0));
      case BsonType.DOCUMENT, BsonType.ARRAY, 0x0F ->
          skipBytes(lengthWithin(SMALLEST_DOCUMENT) - (long) Integer.BYTES);
      case 0x0B -> {
        skipCString();
        skipCString();
      }
      case 0x0C -> skipBytes(12L + lengthWithin(1));
      default -> throw malformed("0x%02x is not a type of BSON".formatted(type));
    }
  }

  /** A length that must be at least {@code smallest} and end within the open document. */
  private int lengthWithin(int smallest) throws IOException {
    int size = rawInt32();
    if (size < smallest || size > ends[depth - 1] - position()) {
      throw malformed("a value has the impossible length " + size);
    }
    return size;
  }

  private boolean refill() throws IOException {
    if (source == null) {
      return false;
    }
    consumedBefore += limit;
    begin = 0;
    limit = 0;
    limit = Math.max(0, source.read(buffer, 0, buffer.length));
    return limit > 0;
  }

  private byte rawByte() throws IOException {
    if (begin == limit && !refill()) {
      throw truncated();
    }
    return buffer[begin++];
  }

  private int rawInt32() throws IOException {
    if (limit - begin >= Integer.BYTES) {
      int at = begin;
      begin += Integer.BYTES;
      return (buffer[at] & 0xFF)
          | (buffer[at + 1] & 0xFF) << 8
          | (buffer[at + 2] & 0xFF) << 16
          | buffer[at + 3] << 24;
    }
    int value = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      value |= (rawByte() & 0xFF) << shift;
    }
    return value;
  }

  private long rawInt64() throws IOException {
    long low = Integer.toUnsignedLong(rawInt32());
    return low | (long) rawInt32() << 32;
  }

  /** Exactly {@code count} bytes; the array grows with what really comes. */
  private byte[] rawBytes(int count) throws IOException {
    byte[] bytes = new byte[Math.min(count, 4096)];
    int done = 0;
    while (done < count) {
      if (begin == limit && !refill()) {
        throw truncated();
      }
      if (done == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(count, 2L * bytes.length));
      }
      int some = Math.min(bytes.length - done, limit - begin);
      System.arraycopy(buffer, begin, bytes, done, some);
      begin += some;
      done += some;
    }
    return bytes;
  }

  private void skipBytes(long count) throws IOException {
    long left = count;
    while (left > 0) {
      if (begin == limit && !refill()) {
        throw truncated();
      }
      int some = (int) Math.min(left, limit - begin);
      begin += some;
      left -= some;
    }
  }

  private void skipCString() throws IOException {
    while (rawByte() != 0) {
      // index names of arrays carry nothing
    }
  }

  private String cString() throws IOException {
    byte[] bytes = new byte[16];
    int length = 0;
    for (byte each = rawByte(); each != 0; each = rawByte()) {
      if (length == FIELD_NAME_BYTES_MAX) {
        throw malformed("a field's name is longer than " + FIELD_NAME_BYTES_MAX + " bytes");
      }
      if (length == bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * length);
      }
      bytes[length++] = each;
    }
    return decode(bytes, 0, length);
  }

  private String decode(byte[] bytes, int offset, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, offset, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed("a string is not UTF-8");
    }
  }
}
