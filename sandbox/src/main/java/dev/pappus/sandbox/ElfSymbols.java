package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.HINT_BUILD;
import static dev.pappus.sandbox.ElfFile.bad;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the section headers and the symbol table of an ELF file tell. */
final class ElfSymbols {
  static final String HINT_SYMBOLS =
      "do not strip the file (no -s, no strip), and link the runtime: 'pappus build x.c' does both";

  private static final int SHDR_BYTES = 64;
  private static final int SECTIONS_MAX = 8192;
  private static final int SYMBOL_BYTES = 24;
  private static final int SHT_SYMTAB = 2;
  private static final int SHT_STRTAB = 3;
  private static final int TYPE_FUNCTION = 2;
  private static final int TYPE_NONE = 0;

  /** Symbols whose addresses the platform must know. */
  private static final Set<String> WANTED =
      Set.of(
          GuestAbi.CONTROL_SYMBOL,
          GuestAbi.LOG_SYMBOL,
          GuestAbi.LOG_POINTER_SYMBOL,
          LibosAbi.START_SYMBOL,
          LibosAbi.TEMPLATE_SYMBOL,
          LibosAbi.SYSCALL_SYMBOL,
          LibosAbi.SIGNAL_SYMBOL);

  private final List<ElfImage.Segment> segments;
  private final @Nullable String absence;
  private final Map<String, Long> named = new HashMap<>();
  private final List<SymbolTable.Symbol> code = new ArrayList<>();

  private ElfSymbols(List<ElfImage.Segment> segments, @Nullable String absence) {
    this.segments = segments;
    this.absence = absence;
  }

  /**
   * Reads the symbols of a file.
   *
   * @throws dev.pappus.model.ProblemException with BAD_BINARY if its tables are malformed
   */
  static ElfSymbols read(ElfHeaders headers) {
    ElfFile file = headers.file();
    List<ElfImage.Segment> segments = headers.segments();
    long start = file.u64(40);
    int count = file.u16(60);
    if (start == 0 || count == 0) {
      return new ElfSymbols(segments, "the file has no section headers, so no symbols");
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
        ElfSymbols symbols = new ElfSymbols(segments, null);
        symbols.readTable(file, headers.bias(), header, start, count);
        return symbols;
      }
    }
    return new ElfSymbols(segments, "the file is stripped: it has no symbol table");
  }

  private void readTable(
      ElfFile file, long bias, long symtabHeader, long sectionHeaders, int sectionCount) {
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
      readSymbol(file, bias, at, strings, strings + stringsBytes);
    }
  }

  private void readSymbol(ElfFile file, long bias, long at, long strings, long stringsEnd) {
    long name = strings + file.u32(at);
    int type = file.u8(at + 4) & 0xF;
    boolean defined = file.u16(at + 6) != 0;
    long value = file.u64(at + 8) + bias;
    if (!defined || name >= stringsEnd) {
      return;
    }
    if (file.u8(name) == '_') {
      for (String wanted : WANTED) {
        if (file.isText(name, stringsEnd, wanted)) {
          named.putIfAbsent(wanted, value);
        }
      }
    }
    if ((type == TYPE_FUNCTION || type == TYPE_NONE)
        && code.size() < SymbolTable.SYMBOLS_MAX
        && isCode(value)) {
      String text = file.text(name, stringsEnd, SymbolTable.NAME_BYTES_MAX);
      if (text != null && !text.isEmpty()) {
        code.add(new SymbolTable.Symbol(value, text));
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

  boolean has(String symbol) {
    return named.containsKey(symbol);
  }

  /** Code symbols, as many as are kept. */
  List<SymbolTable.Symbol> code() {
    return code;
  }

  /**
   * The address of data that the file must have.
   *
   * @param purpose continues "the symbol table lacks NAME, "
   */
  long requireData(String symbol, int bytes, String purpose) {
    return data(symbol, bytes).orElseThrow(() -> lacking(symbol, purpose));
  }

  /** The address of data, checked: aligned to 8 bytes and inside a writable segment. */
  OptionalLong data(String symbol, int bytes) {
    Long address = named.get(symbol);
    if (address == null) {
      return OptionalLong.empty();
    }
    if (address % GuestAbi.RECORD_ALIGNMENT != 0) {
      throw bad(HINT_BUILD, "%s at 0x%x is not aligned to 8 bytes", symbol, address);
    }
    for (ElfImage.Segment each : segments) {
      if (each.writable() && each.contains(address, bytes)) {
        return OptionalLong.of(address);
      }
    }
    throw bad(
        HINT_BUILD,
        "%s at 0x%x (%d bytes) is not inside a writable segment",
        symbol,
        address,
        bytes);
  }

  /**
   * The address of code that the file must have.
   *
   * @param purpose continues "the symbol table lacks NAME, "
   */
  long requireCode(String symbol, String purpose) {
    Long address = named.get(symbol);
    if (address == null) {
      throw lacking(symbol, purpose);
    }
    if (!isCode(address)) {
      throw bad(HINT_BUILD, "%s at 0x%x is not inside executable code", symbol, address);
    }
    return address;
  }

  private RuntimeException lacking(String symbol, String purpose) {
    return absence != null
        ? bad(HINT_SYMBOLS, "%s", absence)
        : bad(HINT_SYMBOLS, "the symbol table lacks %s, %s", symbol, purpose);
  }
}
