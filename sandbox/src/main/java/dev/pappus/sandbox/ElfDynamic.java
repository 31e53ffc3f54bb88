package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.HINT_BUILD;
import static dev.pappus.sandbox.ElfFile.bad;

/**
 * What the dynamic section of an ELF file says.
 *
 * @param present whether there is one
 * @param needsLibraries whether the file wants shared libraries
 * @param otherRelocations whether it has relocations beside those of {@code relocations}
 * @param relocations address of its table of relocations with addends, as the file counts addresses
 * @param relocationBytes size of that table, 0 if there is none
 */
record ElfDynamic(
    boolean present,
    boolean needsLibraries,
    boolean otherRelocations,
    long relocations,
    long relocationBytes) {
  static final ElfDynamic NONE = new ElfDynamic(false, false, false, 0, 0);

  private static final int ENTRY_BYTES = 16;
  private static final int ENTRIES_MAX = 4096;
  private static final long DT_NULL = 0;
  private static final long DT_NEEDED = 1;
  private static final long DT_RELA = 7;
  private static final long DT_RELASZ = 8;
  private static final long DT_REL = 17;
  private static final long DT_JMPREL = 23;
  private static final long DT_RELR = 36;

  /** Reads the section at {@code [offset, offset + bytes)} of the file. */
  static ElfDynamic read(ElfFile file, long offset, long bytes) {
    file.require("the dynamic section", offset, bytes);
    if (bytes / ENTRY_BYTES > ENTRIES_MAX) {
      throw bad(HINT_BUILD, "a dynamic section of %d bytes", bytes);
    }
    boolean needed = false;
    boolean others = false;
    long table = 0;
    long tableBytes = 0;
    for (long at = offset; at <= offset + bytes - ENTRY_BYTES; at += ENTRY_BYTES) {
      long tag = file.u64(at);
      long value = file.u64(at + 8);
      if (tag == DT_NULL) {
        break;
      }
      needed |= tag == DT_NEEDED;
      others |= tag == DT_REL || tag == DT_JMPREL || tag == DT_RELR;
      if (tag == DT_RELA) {
        table = value;
      } else if (tag == DT_RELASZ) {
        tableBytes = value;
      }
    }
    return new ElfDynamic(true, needed, others, table, tableBytes);
  }
}
