package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.HINT_BUILD;
import static dev.pappus.sandbox.ElfFile.bad;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the section headers and the symbol table of an executable tell.
 *
 * @param controlBlock checked address of the control block
 * @param logRing checked address of the log ring, if there is one
 * @param logPointer checked address of the log ring's address, if there is one
 * @param table code symbols
 */
record ElfSymbols(
    long controlBlock, OptionalLong logRing, OptionalLong logPointer, SymbolTable table) {
  private static final int SHDR_BYTES = 64;
  private static final int SECTIONS_MAX = 8192;
  private static final int SYMBOL_BYTES = 24;
  private static final int SHT_SYMTAB = 2;
  private static final int SHT_STRTAB = 3;
  private static final int TYPE_FUNCTION = 2;
  private static final int TYPE_NONE = 0;
  private static final String HINT_SYMBOLS =
      "do not strip the file (no -s, no strip), and link the runtime: 'pappus build x.c' does both";

  static ElfSymbols read(ElfFile file, List<ElfImage.Segment> segments) {
    long start = file.u64(40);
    int count = file.u16(60);
    if (start == 0 || count == 0) {
      throw bad(HINT_SYMBOLS, "the file has no section headers, so no symbols");
    }
    if (count > SECTIONS_MAX) {
      throw bad(HINT_BUILD, "%d sections; at most %d are allowed", count, SECTIONS_MAX);
    }
    if (file.u16(58) != SHDR_BYTES) {
      throw bad(HINT_BUILD, "section headers of %d bytes instead of 64", file.u16(58));
    }
    file.require("the section header table", start, (long) count * SHDR_BYTES);
    for (int i = 0; i < count; i++) {
      long header = start + (long) i * SHDR_BYTES;
      if (file.u32(header + 4) == SHT_SYMTAB) {
        return new Reader(file, segments, start, count).read(header);
      }
    }
    throw bad(HINT_SYMBOLS, "the file is stripped: it has no symbol table");
  }

  /** Walks one symbol table. */
  private static final class Reader {
    private final ElfFile file;
    private final List<ElfImage.Segment> segments;
    private final long sectionHeaders;
    private final int sectionCount;
    private final List<SymbolTable.Symbol> symbols = new ArrayList<>();
    private OptionalLong controlBlock = OptionalLong.empty();
    private OptionalLong logRing = OptionalLong.empty();
    private OptionalLong logPointer = OptionalLong.empty();

    Reader(ElfFile file, List<ElfImage.Segment> segments, long sectionHeaders, int sectionCount) {
      this.file = file;
      this.segments = segments;
      this.sectionHeaders = sectionHeaders;
      this.sectionCount = sectionCount;
    }

    ElfSymbols read(long symtabHeader) {
      long offset = file.u64(symtabHeader + 24);
      long bytes = file.u64(symtabHeader + 32);
      long link = file.u32(symtabHeader + 40);
      file.require("the symbol table", offset, bytes);
      if (file.u64(symtabHeader + 56) != SYMBOL_BYTES || bytes % SYMBOL_BYTES != 0) {
        throw bad(HINT_BUILD, "the symbol table does not consist of 24-byte records");
      }
      if (link >= sectionCount) {
        throw bad(HINT_BUILD, "the symbol table names section %d of %d", link, sectionCount);
      }
      long stringsHeader = sectionHeaders + link * SHDR_BYTES;
      if (file.u32(stringsHeader + 4) != SHT_STRTAB) {
        throw bad(HINT_BUILD, "the symbol table has no string table");
      }
      long strings = file.u64(stringsHeader + 24);
      long stringsBytes = file.u64(stringsHeader + 32);
      file.require("the string table", strings, stringsBytes);
      for (long at = offset; at < offset + bytes; at += SYMBOL_BYTES) {
        readSymbol(at, strings, strings + stringsBytes);
      }
      if (controlBlock.isEmpty()) {
        throw bad(
            HINT_SYMBOLS,
            "the symbol table lacks %s, where inputs and outputs are exchanged",
            GuestAbi.CONTROL_SYMBOL);
      }
      return new ElfSymbols(
          controlBlock.getAsLong(), logRing, logPointer, new SymbolTable(symbols));
    }

    private void readSymbol(long at, long strings, long stringsEnd) {
      long name = strings + file.u32(at);
      int type = file.u8(at + 4) & 0xF;
      boolean defined = file.u16(at + 6) != 0;
      long value = file.u64(at + 8);
      if (!defined || name >= stringsEnd) {
        return;
      }
      if (controlBlock.isEmpty() && file.isText(name, stringsEnd, GuestAbi.CONTROL_SYMBOL)) {
        controlBlock =
            OptionalLong.of(checked(GuestAbi.CONTROL_SYMBOL, value, GuestAbi.CONTROL_BYTES));
      } else if (logRing.isEmpty() && file.isText(name, stringsEnd, GuestAbi.LOG_SYMBOL)) {
        logRing = OptionalLong.of(checked(GuestAbi.LOG_SYMBOL, value, GuestAbi.LOG_BYTES));
      } else if (logPointer.isEmpty()
          && file.isText(name, stringsEnd, GuestAbi.LOG_POINTER_SYMBOL)) {
        logPointer = OptionalLong.of(checked(GuestAbi.LOG_POINTER_SYMBOL, value, Long.BYTES));
      } else if ((type == TYPE_FUNCTION || type == TYPE_NONE)
          && symbols.size() < SymbolTable.SYMBOLS_MAX
          && isCode(value)) {
        String text = file.text(name, stringsEnd, SymbolTable.NAME_BYTES_MAX);
        if (text != null && !text.isEmpty()) {
          symbols.add(new SymbolTable.Symbol(value, text));
        }
      }
    }

    private boolean isCode(long address) {
      for (ElfImage.Segment each : segments) {
        if (each.executable() && each.contains(address, 1)) {
          return true;
        }
      }
      return false;
    }

    private long checked(String symbol, long address, int bytes) {
      if (address % GuestAbi.RECORD_ALIGNMENT != 0) {
        throw bad(HINT_BUILD, "%s at 0x%x is not aligned to 8 bytes", symbol, address);
      }
      for (ElfImage.Segment each : segments) {
        if (each.writable() && each.contains(address, bytes)) {
          return address;
        }
      }
      throw bad(
          HINT_BUILD,
          "%s at 0x%x (%d bytes) is not inside a writable segment",
          symbol,
          address,
          bytes);
    }
  }
}
