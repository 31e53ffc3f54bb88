package dev.pappus.cli;

import java.nio.file.Path;
import java.util.List;

/** The lines at the end of the demo, each to be pasted into a shell. */
final class DemoNext {
  private DemoNext() {}

  static void print(Terminal terminal, String pattern, byte[] bytes, List<DemoLog> logs) {
    for (String line : lines(terminal.launcher(), pattern, bytes, logs)) {
      terminal.out().println("next: " + line);
    }
    terminal.out().flush();
  }

  /** Compare with grep or see generated logs again; keep the node; write a function. */
  static List<String> lines(String launcher, String pattern, byte[] bytes, List<DemoLog> logs) {
    List<Path> files =
        logs.stream().flatMap(log -> java.util.Optional.ofNullable(log.file()).stream()).toList();
    String compare =
        files.isEmpty()
            ? launcher + " demo -o json --pattern " + quote("ERROR")
            : "LC_ALL=C grep -acF -e " + quotedPattern(pattern, bytes) + " " + quoted(files);
    return List.of(compare, launcher + " doctor", launcher + " demo --keep");
  }

  private static String quoted(List<Path> files) {
    return String.join(" ", files.stream().map(file -> quote(file.toString())).toList());
  }

  /** As text if it is UTF-8, else byte by byte in the shell's own notation. */
  private static String quotedPattern(String pattern, byte[] bytes) {
    if (java.util.Arrays.equals(pattern.getBytes(java.nio.charset.StandardCharsets.UTF_8), bytes)) {
      return quote(pattern);
    }
    StringBuilder octal = new StringBuilder("\"$(printf '");
    for (byte each : bytes) {
      octal.append(String.format(java.util.Locale.ROOT, "\\%03o", Byte.toUnsignedInt(each)));
    }
    return octal.append("')\"").toString();
  }

  /** For a POSIX shell. */
  static String quote(String text) {
    return text.matches("[A-Za-z0-9_./:=@%+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
