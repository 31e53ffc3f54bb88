package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.bad;

import org.jspecify.annotations.Nullable;

/** Finds the note that {@code PAPPUS_FUNCTION} writes (docs/abi.md). */
final class ElfNotes {
  static final String OWNER = "Pappus";
  static final int TYPE_FUNCTION = 1;
  private static final int HEADER_BYTES = 12;

  private ElfNotes() {}

  /** The function note in {@code [offset, offset + bytes)} of the file, or null. */
  static @Nullable FunctionNote read(ElfFile file, long offset, long bytes) {
    FunctionNote found = null;
    long at = offset;
    long end = offset + bytes;
    while (end - at >= HEADER_BYTES) {
      long ownerBytes = file.u32(at);
      long descriptionBytes = file.u32(at + 4);
      long type = file.u32(at + 8);
      long owner = at + HEADER_BYTES;
      long description = owner + roundUp4(ownerBytes);
      if (description > end || descriptionBytes > end - description) {
        throw bad(ElfFile.HINT_BUILD, "a note reaches beyond its segment");
      }
      if (type == TYPE_FUNCTION
          && ownerBytes == OWNER.length() + 1
          && file.isText(owner, owner + ownerBytes, OWNER)) {
        if (found != null) {
          throw bad("keep one PAPPUS_FUNCTION per binary", "the binary declares two functions");
        }
        found =
            FunctionNoteText.parse(file.slice("the function note", description, descriptionBytes));
      }
      at = description + roundUp4(descriptionBytes);
    }
    return found;
  }

  private static long roundUp4(long value) {
    return (value + 3) & -4;
  }
}
