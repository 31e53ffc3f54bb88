package dev.pappus.language;

/**
 * A comment with its delimiters.
 *
 * @param text from {@code //} to the last visible character of the line, or from slash-star to
 *     star-slash with line ends as {@code \n}
 * @param start offset of its first char
 * @param end offset after its last char
 * @param next index of the token that follows it
 * @param index its own index among the text's comments
 */
record Comment(String text, int start, int end, int next, int index) {
  /** Whether everything after it on its line would belong to it. */
  boolean endsLine() {
    return text.startsWith("//");
  }
}
