/* Plays a function of a recorded trace: writes to memory, computes, and has somebody else wait.
 *
 * in:  task      one item: text, `ITERATIONS BYTES` and perhaps ` URL`; an iteration takes about a
 *                nanosecond, a word in each page of so many bytes is written
 * out: result    one item `result`: text, `CHECKSUM PAGES`, pages that were zero before
 *      requests  one GET request for the URL if there is one */
#include "kernels.h"
#include <pappus.h>

static const char *at, *end;

static void skip_blanks(void) {
  while (at < end && *at == ' ') {
    at++;
  }
}

static uint64_t number(void) {
  skip_blanks();
  uint64_t value = 0;
  const char *start = at;
  while (at < end && *at >= '0' && *at <= '9' && at - start < 18) {
    value = value * 10 + (uint64_t)(*at++ - '0');
  }
  if (at == start) {
    pappus_fail("a task is `ITERATIONS BYTES` and perhaps ` URL`");
  }
  return value;
}

PAPPUS_FUNCTION(trace_work, IN(task), OUT(result, requests)) {
  const pappus_item *task = pappus_first(in.task);
  if (task == NULL) {
    pappus_fail("there is no task");
  }
  at = task->data;
  end = at + task->size;
  uint64_t iterations = number(), bytes = number(), pages = 0;
  skip_blanks();
  volatile uint64_t *room = pappus_alloc(bytes);
  for (uint64_t i = 0; i < bytes / sizeof *room; i += 4096 / sizeof *room) {
    pages += room[i] == 0;
    room[i] = i + 1;
  }
  pappus_put_text(out.result, pappus_id("result", 0), "%llu %llu",
                  (unsigned long long)spin_checksum(iterations), (unsigned long long)pages);
  if (at < end) {
    pappus_put_text(out.requests, pappus_id("wait", 0),
                    "GET %.*s HTTP/1.1\nPappus-Expect: 2xx\n\n", (int)(end - at), at);
  }
  return 0;
}
