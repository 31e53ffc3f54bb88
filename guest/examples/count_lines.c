/* Counts, for each log, the lines that contain one of the patterns, as `LC_ALL=C grep -acF -e` does
 * on bytes: a last line counts without its newline, an empty pattern is in every line, a newline in
 * a pattern separates alternatives.
 *
 * in:  log      any items
 *      pattern  one item, or several alternatives
 * out: counts   for each log an item of its name and key, the count in decimal */
#include <pappus.h>

struct alternative {
  const char *text;
  size_t size;
  const char *next; /* its first occurrence from the current line on, or null */
};

static size_t split(pappus_in patterns, struct alternative *alternatives) {
  size_t count = 0;
  pappus_each(pattern, patterns) {
    const char *at = pattern->data, *end = at + pattern->size;
    for (;;) {
      const char *newline = memchr(at, '\n', (size_t)(end - at));
      const char *stop = newline == NULL ? end : newline;
      if (alternatives != NULL) {
        alternatives[count] = (struct alternative){at, (size_t)(stop - at), NULL};
      }
      count++;
      if (newline == NULL) {
        break;
      }
      at = newline + 1;
    }
  }
  return count;
}

static size_t count_lines_with(const pappus_item *log, struct alternative *alternatives,
                               size_t alternative_count) {
  const char *line = log->data, *end = line + log->size;
  for (size_t i = 0; i < alternative_count; i++) {
    alternatives[i].next = pappus_find(line, log->size, alternatives[i].text, alternatives[i].size);
  }
  size_t lines = 0;
  while (line < end) {
    const char *hit = NULL;
    for (size_t i = 0; i < alternative_count; i++) {
      struct alternative *each = &alternatives[i];
      if (each->next != NULL && each->next < line) {
        each->next = pappus_find(line, (size_t)(end - line), each->text, each->size);
      }
      if (each->next != NULL && (hit == NULL || each->next < hit)) {
        hit = each->next;
      }
    }
    if (hit == NULL) {
      break;
    }
    lines++;
    const char *newline = memchr(hit, '\n', (size_t)(end - hit));
    line = newline == NULL ? end : newline + 1;
  }
  return lines;
}

PAPPUS_FUNCTION(count_lines, IN(log, pattern), OUT(counts)) {
  size_t count = split(in.pattern, NULL);
  struct alternative *alternatives = pappus_alloc(count * sizeof *alternatives);
  split(in.pattern, alternatives);
  pappus_each(log, in.log) {
    pappus_put_text(out.counts, log, "%zu", count_lines_with(log, alternatives, count));
  }
  return 0;
}
