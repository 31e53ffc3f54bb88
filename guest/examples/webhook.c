/* Answers a webhook: acknowledges what was posted and says what it was. It checks no signature.
 *
 * in:  http   items method, path, query and headers of the request
 *      body   one item, the request's body
 * out: http   items status and headers of the answer
 *      reply  one item, the answer's body */
#include <pappus.h>

/* The item of a set with this name; an empty one if there is none. */
static const pappus_item *named(pappus_in set, const char *name) {
  static const pappus_item none;
  size_t size = strlen(name);
  pappus_each(item, set) {
    if (item->name_size == size && memcmp(item->name, name, size) == 0) {
      return item;
    }
  }
  return &none;
}

/* The value of a header field; the lines of the item are `name: value`, names in lower case. */
static const char *field(const pappus_item *headers, const char *name) {
  const char *lines = pappus_format("\n%s", pappus_string(headers));
  const char *start = pappus_format("\n%s: ", name);
  const char *found = pappus_find(lines, strlen(lines), start, strlen(start));
  if (found == NULL) {
    return "nothing";
  }
  const char *value = found + strlen(start);
  const char *end = memchr(value, '\n', strlen(value));
  return pappus_format("%.*s", (int)(end - value), value);
}

PAPPUS_FUNCTION(webhook, IN(http, body), OUT(http, reply)) {
  const char *method = pappus_string(named(in.http, "method"));
  if (strcmp(method, "POST") != 0) {
    pappus_put_text(out.http, pappus_id("status", 0), "405");
    pappus_put_text(out.http, pappus_id("headers", 0), "allow: POST\n");
    return 0;
  }
  const pappus_item *headers = named(in.http, "headers");
  const pappus_item *body = pappus_first(in.body);
  pappus_put_text(out.http, pappus_id("status", 0), "202");
  pappus_put_text(out.http, pappus_id("headers", 0), "content-type: text/plain\nx-event: %s\n",
                  field(headers, "x-event"));
  pappus_put_text(out.reply, pappus_id("reply", 0), "%s?%s got %zu bytes of %s\n",
                  pappus_string(named(in.http, "path")), pappus_string(named(in.http, "query")),
                  body->size, field(headers, "content-type"));
  return 0;
}
