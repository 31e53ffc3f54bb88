package dev.pappus.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What a binary was built from, kept beside it: the fingerprint of its sources, and which files the
 * compiler read beside those that its function's folder holds.
 *
 * @param fingerprint of the sources; empty if nothing is known
 * @param included further files that the compiler read
 */
record BuildStamp(String fingerprint, List<Path> included) {
  static final BuildStamp NONE = new BuildStamp("", List.of());

  BuildStamp {
    included = List.copyOf(included);
  }

  static BuildStamp read(Path file) throws IOException {
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.isEmpty()
          ? NONE
          : new BuildStamp(lines.getFirst(), lines.stream().skip(1).map(Path::of).toList());
    } catch (NoSuchFileException e) {
      return NONE;
    }
  }

  void write(Path file) throws IOException {
    List<String> lines = new ArrayList<>(List.of(fingerprint));
    included.forEach(each -> lines.add(each.toString()));
    Path fresh = Files.createTempFile(file.getParent(), "stamp", "");
    Files.write(fresh, lines);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The files that a list of dependencies names, as compilers write it for make. */
  static List<Path> dependencies(String rules, Path folder) {
    List<Path> files = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inTarget = true;
    String text = rules.replace("\\\n", " ");
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : '\n';
      if ((c == '\\' || c == '$') && i + 1 < text.length() && isEscaped(c, text.charAt(i + 1))) {
        word.append(text.charAt(++i));
      } else if (c == ':' && inTarget) {
        inTarget = false;
        word.setLength(0);
      } else if (Character.isWhitespace(c)) {
        if (!word.isEmpty() && !inTarget) {
          files.add(folder.resolve(word.toString()).normalize());
        }
        word.setLength(0);
        inTarget |= c == '\n';
      } else {
        word.append(c);
      }
    }
    return files;
  }

  private static boolean isEscaped(char escape, char next) {
    return escape == '$' ? next == '$' : next == ' ' || next == '#' || next == '\\';
  }
}
