package dev.pappus.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of the command line: Java decodes arguments, and what is not valid in the locale's
 * character set is lost on the way.
 */
final class RawArguments {
  private final List<String> decoded;
  private final List<byte[]> raw;

  private RawArguments(List<String> decoded, List<byte[]> raw) {
    this.decoded = decoded;
    this.raw = raw;
  }

  /** Arguments that never were bytes. */
  static RawArguments none() {
    return new RawArguments(List.of(), List.of());
  }

  /** Those of this process, whose {@code main} was given {@code arguments}. */
  static RawArguments ofProcess(String... arguments) {
    List<byte[]> all = new ArrayList<>();
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc/self/cmdline"));
      int start = 0;
      for (int i = 0; i < line.length; i++) {
        if (line[i] == 0) {
          all.add(Arrays.copyOfRange(line, start, i));
          start = i + 1;
        }
      }
    } catch (IOException e) {
      return none();
    }
    if (all.size() < arguments.length) {
      return none();
    }
    return new RawArguments(
        List.of(arguments), all.subList(all.size() - arguments.length, all.size()));
  }

  /** The bytes of {@code value}, which is an argument or what follows {@code =} in one. */
  byte[] bytes(String value) {
    for (int i = 0; i < decoded.size(); i++) {
      String argument = decoded.get(i);
      if (argument.equals(value)) {
        return raw.get(i).clone();
      }
      int equals = argument.indexOf('=');
      // What stands before the sign is an option of ours, so that a character of it is a byte.
      if (equals > 0 && argument.startsWith("--") && argument.substring(equals + 1).equals(value)) {
        return Arrays.copyOfRange(raw.get(i), equals + 1, raw.get(i).length);
      }
    }
    return value.getBytes(StandardCharsets.UTF_8);
  }
}
