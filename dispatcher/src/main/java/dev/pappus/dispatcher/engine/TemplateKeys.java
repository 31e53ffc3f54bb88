package dev.pappus.dispatcher.engine;

import dev.pappus.model.Digest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Names what a template depends on. A program may have looked at the processor before its snapshot
 * point, so a template is of use on processors of one kind alone.
 */
final class TemplateKeys {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final List<String> CPU_LINES =
      List.of("vendor_id", "cpu family", "model", "model name", "stepping", "flags");

  private final String processor;

  TemplateKeys() {
    processor = processor();
  }

  /** The first processor's lines; what cannot be read distinguishes nothing. */
  private static String processor() {
    try (Stream<String> lines = Files.lines(CPU_INFO, StandardCharsets.ISO_8859_1)) {
      return lines
          .takeWhile(line -> !line.isBlank())
          .filter(line -> CPU_LINES.contains(line.split("\\s*:", 2)[0]))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      return "";
    }
  }

  /** The key of a function's template with a version of the library OS. */
  Digest of(FunctionCode code, Digest libos) {
    StringBuilder text = new StringBuilder("template 1\n");
    text.append(code.version()).append('\n').append(code.spec().name()).append('\n');
    for (String argument : code.spec().program().arguments()) {
      text.append(argument.length()).append(':').append(argument).append('\n');
    }
    text.append(code.sandbox()).append('\n').append(libos).append('\n').append(processor);
    return Digest.of(MemorySegment.ofArray(text.toString().getBytes(StandardCharsets.UTF_8)));
  }
}
