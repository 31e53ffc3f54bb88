package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.bad;

import dev.pappus.model.Names;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The three texts of a function note, each ended by NUL: name, inputs, outputs (docs/abi.md). */
final class FunctionNoteText {
  private static final int BYTES_MAX = 16 << 10;
  private static final String HINT = "write PAPPUS_FUNCTION(name, IN(set, …), OUT(set, …))";

  private FunctionNoteText() {}

  /**
   * Takes the texts apart.
   *
   * @throws dev.pappus.model.ProblemException with BAD_BINARY if they break the rules
   */
  static FunctionNote parse(MemorySegment texts) {
    if (texts.byteSize() > BYTES_MAX) {
      throw bad(
          HINT, "the function note has %d bytes; at most %d are read", texts.byteSize(), BYTES_MAX);
    }
    String[] fields =
        new String(texts.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1)
            .split("\0", -1);
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
}
