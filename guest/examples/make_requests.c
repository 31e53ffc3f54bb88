/* Turns a list of servers into HTTP requests.
 *
 * in:  servers   text, one server a line: `name url` or just `url`; blank lines and lines that begin
 *                with # are skipped
 * out: requests  one GET request for each server, named after it (or after the URL's host and port),
 *                keys 0, 1, 2, ...; any status but success fails the composition */
#include <pappus.h>

struct word {
  const char *text;
  size_t size;
};

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

static struct word next_word(const char **at, const char *end) {
  while (*at < end && is_blank(**at)) {
    ++*at;
  }
  struct word word = {*at, 0};
  while (*at < end && !is_blank(**at)) {
    ++*at;
  }
  word.size = (size_t)(*at - word.text);
  return word;
}

/* Host and port of a URL. */
static struct word authority(struct word url) {
  const char *end = url.text + url.size;
  const char *scheme = pappus_find(url.text, url.size, "://", 3);
  const char *start = scheme == NULL ? url.text : scheme + 3;
  const char *stop = start;
  while (stop < end && *stop != '/' && *stop != '?' && *stop != '#') {
    stop++;
  }
  return (struct word){start, (size_t)(stop - start)};
}

static uint32_t requests;

static void add_request(pappus_out out, const char *line, const char *end, size_t number) {
  struct word first = next_word(&line, end), second = next_word(&line, end);
  if (first.size == 0 || *first.text == '#') {
    return;
  }
  if (next_word(&line, end).size > 0) {
    pappus_fail("line %zu of the server list has more than `name url`", number);
  }
  struct word url = second.size > 0 ? second : first;
  struct word name = second.size > 0 ? first : authority(url);
  const pappus_item id = {.name = name.text, .name_size = name.size, .key = requests++};
  pappus_put_text(out, &id, "GET %.*s HTTP/1.1\nPappus-Expect: 2xx\n\n", (int)url.size, url.text);
}

PAPPUS_FUNCTION(make_requests, IN(servers), OUT(requests)) {
  pappus_each(list, in.servers) {
    const char *line = list->data, *end = line + list->size;
    for (size_t number = 1; line < end; number++) {
      const char *newline = memchr(line, '\n', (size_t)(end - line));
      const char *stop = newline == NULL ? end : newline;
      add_request(out.requests, line, stop, number);
      line = newline == NULL ? end : newline + 1;
    }
  }
  return 0;
}
