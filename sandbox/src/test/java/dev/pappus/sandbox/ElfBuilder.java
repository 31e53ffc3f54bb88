package dev.pappus.sandbox;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Builds executables for tests: correct ones, and then one field of them wrong. */
final class ElfBuilder {
  static final int HEADER_BYTES = 64;
  static final int PROGRAM_HEADER_BYTES = 56;
  static final int SECTION_HEADER_BYTES = 64;

  /** Flags of a segment. */
  static final int R = 4;

  static final int RX = 5;
  static final int RW = 6;

  private final List<long[]> programHeaders = new ArrayList<>();
  private final List<byte[]> contents = new ArrayList<>();
  private final List<Symbol> symbols = new ArrayList<>();
  private long entry = 0x11000;
  private int type = 2;

  private record Symbol(String name, long address, int type) {}

  /** A program with code at 0x11000, data at 0x12000, the control block at 0x12040 and a ring. */
  static ElfBuilder valid() {
    return new ElfBuilder()
        .segment(1, RX, 0x11000, new byte[256], 256)
        .segment(1, RW, 0x12000, new byte[256], 0x3000)
        .symbol("_start", 0x11000, 2)
        .symbol("helper", 0x11080, 2)
        .symbol(GuestAbi.CONTROL_SYMBOL, 0x12040, 1)
        .symbol(GuestAbi.LOG_SYMBOL, 0x13000, 1);
  }

  /** A static program of Linux with code at 0x401000, its headers loaded, and data at 0x403000. */
  static ElfBuilder program() {
    return new ElfBuilder()
        .entry(0x401000)
        .segment(1, RX, 0x401000, new byte[256], 256)
        .segment(1, RW, 0x403000, new byte[256], 0x3000)
        .symbol("_start", 0x401000, 2)
        .symbol("main", 0x401080, 2);
  }

  /**
   * A library OS that does nothing: code at 0x1000, data at 0x2000 with the start record at 0x2100,
   * and one relocation: the word at 0x2008 holds the address of its code.
   */
  static ElfBuilder libos() {
    return new ElfBuilder()
        .type(3)
        .entry(0x1000)
        .segment(1, R, 0, words(0x2008, 8, 0x1000), 24)
        .segment(1, RX, 0x1000, new byte[256], 256)
        .segment(1, RW, 0x2000, new byte[0x120], 0x4000)
        .segment(2, R, 0x200, words(7, 0, 8, 24, 9, 24, 0, 0), 64)
        .symbol("_start", 0x1000, 2)
        .symbol(LibosAbi.SYSCALL_SYMBOL, 0x1010, 2)
        .symbol(LibosAbi.SIGNAL_SYMBOL, 0x1020, 2)
        .symbol(GuestAbi.CONTROL_SYMBOL, 0x2040, 1)
        .symbol(LibosAbi.START_SYMBOL, 0x2100, 1)
        .symbol(LibosAbi.TEMPLATE_SYMBOL, 0x2200, 1)
        .symbol(GuestAbi.LOG_SYMBOL, 0x3000, 1);
  }

  static byte[] words(long... words) {
    byte[] bytes = new byte[8 * words.length];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (long word : words) {
      buffer.putLong(word);
    }
    return bytes;
  }

  /** 2 for an executable, 3 for what can lie anywhere. */
  ElfBuilder type(int elfType) {
    type = elfType;
    return this;
  }

  ElfBuilder entry(long address) {
    entry = address;
    return this;
  }

  ElfBuilder segment(int type, int flags, long address, byte[] bytes, long memoryBytes) {
    programHeaders.add(new long[] {type, flags, address, bytes.length, memoryBytes});
    contents.add(bytes);
    return this;
  }

  ElfBuilder note(String owner, int type, byte[] description) {
    byte[] name = (owner + "\0").getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[12 + roundUp4(name.length) + roundUp4(description.length)];
    ByteBuffer note = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    note.putInt(name.length).putInt(description.length).putInt(type).put(name);
    note.position(12 + roundUp4(name.length)).put(description);
    return segment(4, R, 0x10000, bytes, bytes.length);
  }

  ElfBuilder symbol(String name, long address, int type) {
    symbols.add(new Symbol(name, address, type));
    return this;
  }

  ElfBuilder without(String name) {
    symbols.removeIf(symbol -> symbol.name.equals(name));
    return this;
  }

  ElfBuilder moved(String name, long address) {
    return without(name).symbol(name, address, 1);
  }

  /** The file; the n-th program header stands at 64 + 56 n, section headers at its end. */
  Patch build() {
    int bodyStart = HEADER_BYTES + PROGRAM_HEADER_BYTES * programHeaders.size();
    byte[] strings = strings();
    int size = bodyStart;
    for (byte[] content : contents) {
      size += roundUp8(content.length);
    }
    int symbolsAt = size;
    int stringsAt = symbolsAt + 24 * (symbols.size() + 1);
    int sectionsAt = stringsAt + roundUp8(strings.length);
    ByteBuffer file = buffer(sectionsAt + SECTION_HEADER_BYTES * 3);
    putHeader(file, sectionsAt);
    int at = bodyStart;
    for (int i = 0; i < contents.size(); i++) {
      long[] header = programHeaders.get(i);
      file.putInt((int) header[0]).putInt((int) header[1]).putLong(at).putLong(header[2]);
      file.putLong(header[2]).putLong(header[3]).putLong(header[4]).putLong(4096);
      file.put(at, contents.get(i));
      at += roundUp8(contents.get(i).length);
    }
    putSymbols(file.position(symbolsAt), strings);
    file.put(stringsAt, strings);
    file.position(sectionsAt + SECTION_HEADER_BYTES);
    putSection(file, 2, symbolsAt, 24L * (symbols.size() + 1), 2, 24);
    putSection(file, 3, stringsAt, strings.length, 0, 0);
    return new Patch(file);
  }

  private void putHeader(ByteBuffer file, int sectionsAt) {
    file.putInt(0x464C457F).put((byte) 2).put((byte) 1).put((byte) 1).put(new byte[9]);
    file.putShort((short) type).putShort((short) 62).putInt(1).putLong(entry).putLong(HEADER_BYTES);
    file.putLong(sectionsAt).putInt(0).putShort((short) HEADER_BYTES);
    file.putShort((short) PROGRAM_HEADER_BYTES).putShort((short) programHeaders.size());
    file.putShort((short) SECTION_HEADER_BYTES).putShort((short) 3).putShort((short) 2);
  }

  private static void putSection(
      ByteBuffer file, int type, long offset, long bytes, int link, long entryBytes) {
    file.putInt(0).putInt(type).putLong(0).putLong(0).putLong(offset).putLong(bytes);
    file.putInt(link).putInt(0).putLong(8).putLong(entryBytes);
  }

  private byte[] strings() {
    StringBuilder text = new StringBuilder("\0");
    for (Symbol symbol : symbols) {
      text.append(symbol.name).append('\0');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void putSymbols(ByteBuffer file, byte[] strings) {
    file.put(new byte[24]);
    int name = 1;
    for (Symbol symbol : symbols) {
      file.putInt(name).put((byte) (0x10 | symbol.type)).put((byte) 0).putShort((short) 1);
      file.putLong(symbol.address).putLong(0);
      name += symbol.name.getBytes(StandardCharsets.UTF_8).length + 1;
    }
    if (name != strings.length) {
      throw new IllegalStateException("symbol names and string table differ");
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int roundUp4(int value) {
    return (value + 3) & -4;
  }

  private static int roundUp8(int value) {
    return (value + 7) & -8;
  }

  /** A built file in which single fields can be changed. */
  record Patch(ByteBuffer file) {
    Patch u8(int offset, int value) {
      file.put(offset, (byte) value);
      return this;
    }

    Patch u16(int offset, int value) {
      file.putShort(offset, (short) value);
      return this;
    }

    Patch u32(int offset, int value) {
      file.putInt(offset, value);
      return this;
    }

    Patch u64(int offset, long value) {
      file.putLong(offset, value);
      return this;
    }

    /** A field of the n-th program header: type 0, flags 4, offset 8, address 16, sizes 32, 40. */
    Patch program(int index, int field, long value) {
      int at = HEADER_BYTES + PROGRAM_HEADER_BYTES * index + field;
      return field < 8 ? u32(at, (int) value) : u64(at, value);
    }

    /** A field of a section header, 1 symbols, 2 strings: type 4, offset 24, size 32, entry 56. */
    Patch section(int index, int field, long value) {
      int at = (int) file.getLong(40) + SECTION_HEADER_BYTES * index + field;
      return field == 4 || field == 40 ? u32(at, (int) value) : u64(at, value);
    }

    MemorySegment segment() {
      return MemorySegment.ofBuffer(file.duplicate().clear());
    }

    MemorySegment cut(int bytes) {
      return segment().asSlice(0, bytes);
    }
  }
}
