package dev.pappus.sandbox.wasm;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a text into words as the reference does: at blanks; {@code '} and {@code "} quote and are
 * left out, parts that touch are one word, and there are no escapes.
 */
final class Words {
  private Words() {}

  static List<byte[]> split(byte[] text) {
    List<byte[]> words = new ArrayList<>();
    ByteArrayOutputStream word = new ByteArrayOutputStream();
    boolean inWord = false;
    byte quote = 0;
    for (byte each : text) {
      if (quote != 0) {
        if (each == quote) {
          quote = 0;
        } else {
          word.write(each);
        }
      } else if (each == '\'' || each == '"') {
        quote = each;
        inWord = true;
      } else if (isBlank(each)) {
        if (inWord) {
          words.add(word.toByteArray());
          word.reset();
          inWord = false;
        }
      } else {
        word.write(each);
        inWord = true;
      }
    }
    if (inWord) {
      words.add(word.toByteArray());
    }
    return words;
  }

  private static boolean isBlank(byte each) {
    return each == ' ' || (each >= '\t' && each <= '\r');
  }
}
