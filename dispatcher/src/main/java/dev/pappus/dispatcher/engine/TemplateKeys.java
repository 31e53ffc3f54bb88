package dev.pappus.dispatcher.engine;

import dev.pappus.model.Digest;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Names what a template depends on. The kind of sandbox is not among it: what one has made, others
 * go on from.
 */
final class TemplateKeys {
  private TemplateKeys() {}

  /**
   * The key of a function's template.
   *
   * @param libos version of the library OS
   * @param processor what a program may have found out about the processor before its snapshot
   *     point: a template is of use on processors of one kind alone
   */
  static Digest of(FunctionCode code, Digest libos, String processor) {
    String text =
        String.join(
            "\n", "template 2", code.content().hex(), code.spec().name(), libos.hex(), processor);
    return Digest.of(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
  }
}
