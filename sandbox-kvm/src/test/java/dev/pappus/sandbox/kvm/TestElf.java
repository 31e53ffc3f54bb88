package dev.pappus.sandbox.kvm;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes executables for tests: any segments, a control block, an entry point. */
final class TestElf {
  static final int READ = 4;
  static final int WRITE = 2;
  static final int EXECUTE = 1;
  private static final int HEADER_BYTES = 64;
  private static final int PROGRAM_HEADER_BYTES = 56;
  private static final int SECTION_HEADER_BYTES = 64;
  private static final int SYMBOL_BYTES = 24;
  private static final String NAMES = "\0__dandelion_system_data\0_start\0";
  private static final String SECTION_NAMES = "\0.symtab\0.strtab\0.shstrtab\0";

  private record Segment(
      int type, long address, MemorySegment content, long memoryBytes, int flags) {}

  private final List<Segment> segments = new ArrayList<>();
  private long entry;
  private long controlBlock;

  /** Adds a segment; what exceeds {@code content} is zero. */
  TestElf segment(long address, byte[] content, long memoryBytes, int flags) {
    segments.add(new Segment(1, address, MemorySegment.ofArray(content), memoryBytes, flags));
    return this;
  }

  /** Adds a note of linear memory. */
  TestElf linearMemory(long base, int initialPages, int maximumPages) {
    ByteBuffer note = buffer(36).putInt(7).putInt(16).putInt(2);
    note.put("Pappus".getBytes(StandardCharsets.US_ASCII)).position(20);
    note.putLong(base).putInt(initialPages).putInt(maximumPages);
    segments.add(new Segment(4, 0, MemorySegment.ofArray(bytes(note)), 36, READ));
    return this;
  }

  TestElf entry(long address) {
    entry = address;
    return this;
  }

  TestElf controlBlock(long address) {
    controlBlock = address;
    return this;
  }

  /** The file. */
  MemorySegment build() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int bodyStart = HEADER_BYTES + segments.size() * PROGRAM_HEADER_BYTES;
    ByteBuffer headers = buffer(bodyStart);
    headers.position(HEADER_BYTES);
    for (Segment segment : segments) {
      headers.putInt(segment.type).putInt(segment.flags).putLong(bodyStart + body.size());
      headers.putLong(segment.address).putLong(segment.address);
      headers.putLong(segment.content.byteSize()).putLong(segment.memoryBytes).putLong(8);
      body.writeBytes(segment.content.toArray(ValueLayout.JAVA_BYTE));
    }
    int symbolsAt = align(body, bodyStart);
    ByteBuffer symbols = buffer(3 * SYMBOL_BYTES).position(SYMBOL_BYTES);
    symbols.putInt(1).putInt(0x0001_0011).putLong(controlBlock).putLong(72);
    symbols.putInt(NAMES.indexOf("_start", 2)).putInt(0x0001_0012).putLong(entry).putLong(16);
    body.writeBytes(bytes(symbols));
    int namesAt = bodyStart + body.size();
    body.writeBytes(NAMES.getBytes(StandardCharsets.US_ASCII));
    int sectionNamesAt = bodyStart + body.size();
    body.writeBytes(SECTION_NAMES.getBytes(StandardCharsets.US_ASCII));
    int sectionsAt = align(body, bodyStart);
    ByteBuffer sections = buffer(4 * SECTION_HEADER_BYTES);
    section(sections, 1, 1, 2, symbolsAt, 3 * SYMBOL_BYTES, 2, SYMBOL_BYTES);
    section(sections, 2, 9, 3, namesAt, NAMES.length(), 0, 0);
    section(sections, 3, 17, 3, sectionNamesAt, SECTION_NAMES.length(), 0, 0);
    body.writeBytes(bytes(sections));

    headers.position(0).putInt(0x464C457F).put((byte) 2).put((byte) 1).put((byte) 1);
    headers.position(16).putShort((short) 2).putShort((short) 62).putInt(1);
    headers.putLong(entry).putLong(HEADER_BYTES).putLong(sectionsAt).putInt(0);
    headers.putShort((short) HEADER_BYTES).putShort((short) PROGRAM_HEADER_BYTES);
    headers.putShort((short) segments.size()).putShort((short) SECTION_HEADER_BYTES);
    headers.putShort((short) 4).putShort((short) 3);

    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(bytes(headers));
    file.writeBytes(body.toByteArray());
    return MemorySegment.ofArray(file.toByteArray());
  }

  private static int align(ByteArrayOutputStream body, int bodyStart) {
    while ((bodyStart + body.size()) % 8 != 0) {
      body.write(0);
    }
    return bodyStart + body.size();
  }

  private static void section(
      ByteBuffer sections,
      int index,
      int name,
      int type,
      int offset,
      int size,
      int link,
      int entryBytes) {
    sections.position(index * SECTION_HEADER_BYTES);
    sections.putInt(name).putInt(type).putLong(0).putLong(0).putLong(offset).putLong(size);
    sections.putInt(link).putInt(1).putLong(8).putLong(entryBytes);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.rewind().get(bytes);
    return bytes;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
