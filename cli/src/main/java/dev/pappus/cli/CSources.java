package dev.pappus.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * C sources that a node is to compile to one program.
 *
 * @param path of the first, after which the program is called
 * @param files their bytes by name; for the compiler all of them lie in one folder
 */
record CSources(Path path, Map<String, byte[]> files) {
  /** A name with one of these would be more than one word to the compiler. */
  private static final Pattern NOT_IN_NAMES = Pattern.compile("[\"'\\\\\\p{Cntrl}]");

  /** Whether {@code file} is for a C compiler. */
  static boolean takes(String file) {
    return file.endsWith(".c") || file.endsWith(".h");
  }

  /**
   * Reads them.
   *
   * @throws CliException USAGE if they are not the sources of one program
   */
  static CSources read(Terminal terminal, List<String> paths) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String each : paths) {
      Path path = terminal.folder().resolve(each);
      String name = String.valueOf(path.getFileName());
      if (NOT_IN_NAMES.matcher(name).find()) {
        throw new CliException(
            ExitCode.USAGE,
            ProblemText.printable(each) + ": a compiler does not take such a name",
            "rename the file");
      }
      if (files.put(name, SourceFile.readBytes(path)) != null) {
        throw new CliException(
            ExitCode.USAGE,
            "there are two files " + name,
            "they lie in one folder for the compiler");
      }
    }
    if (files.keySet().stream().noneMatch(name -> name.endsWith(".c"))) {
      throw new CliException(ExitCode.USAGE, "there is no C source among the files", null);
    }
    return new CSources(Path.of(paths.getFirst()), files);
  }
}
