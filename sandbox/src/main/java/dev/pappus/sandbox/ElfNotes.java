package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.bad;

import dev.pappus.model.Names;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the note that {@code PAPPUS_FUNCTION} writes (docs/abi.md). */
final class ElfNotes {
  static final String OWNER = "Pappus";
  static final int TYPE_FUNCTION = 1;
  private static final int HEADER_BYTES = 12;
  private static final int DESCRIPTION_BYTES_MAX = 16 << 10;
  private static final String HINT = "write PAPPUS_FUNCTION(name, IN(set, …), OUT(set, …))";

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
        found = parse(file, description, descriptionBytes);
      }
      at = description + roundUp4(descriptionBytes);
    }
    return found;
  }

  private static FunctionNote parse(ElfFile file, long offset, long bytes) {
    if (bytes > DESCRIPTION_BYTES_MAX) {
      throw bad(
          HINT,
          "the function note has %d bytes; at most %d are read",
          bytes,
          DESCRIPTION_BYTES_MAX);
    }
    byte[] raw =
        file.slice("the function note", offset, bytes)
            .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    String[] fields = new String(raw, StandardCharsets.ISO_8859_1).split("\0", -1);
    if (fields.length != 4 || !fields[3].isEmpty()) {
      throw bad(HINT, "the function note does not consist of a name and two lists");
    }
    String name = fields[0].strip();
    requireIdentifier("function", name);
    return new FunctionNote(name, names("input set", fields[1]), names("output set", fields[2]));
  }

  private static List<String> names(String kind, String list) {
    List<String> names = new ArrayList<>();
    if (list.isBlank()) {
      return names;
    }
    for (String each : list.split(",", -1)) {
      String name = each.strip();
      requireIdentifier(kind, name);
      if (names.contains(name)) {
        throw bad(
            "give each set a name of its own", "the function note names %s %s twice", kind, name);
      }
      names.add(name);
    }
    return names;
  }

  private static void requireIdentifier(String kind, String name) {
    if (!Names.isIdentifier(name)) {
      throw bad(
          "a name is a letter or '_' followed by at most 62 letters, digits or '_'",
          "the function note has '%s', which cannot name a %s",
          Names.printable(name),
          kind);
    }
  }

  private static long roundUp4(long value) {
    return (value + 3) & -4;
  }
}
