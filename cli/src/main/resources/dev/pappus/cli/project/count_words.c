#include <pappus.h>

/* The number of words of each text. */
PAPPUS_FUNCTION(count_words, IN(texts), OUT(counts)) {
  pappus_each(text, in.texts) {
    const char *bytes = text->data;
    size_t words = 0;
    bool inside = false;
    for (size_t i = 0; i < text->size; i++) {
      bool blank = bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\t' || bytes[i] == '\r';
      words += !blank && !inside;
      inside = !blank;
    }
    pappus_put_text(out.counts, text, "%zu\n", words);
  }
  return 0;
}
