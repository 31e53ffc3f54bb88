/* Makes items; for benchmarks.
 *
 * in:  plan   text: `COUNT BYTES`
 * out: items  COUNT items `0`, `1`, ... with keys 0, 1, ...; word j of item i is i + j */
#include <pappus.h>

static uint64_t number(const char **at, const char *end) {
  while (*at < end && **at == ' ') {
    ++*at;
  }
  uint64_t value = 0;
  const char *start = *at;
  while (*at < end && **at >= '0' && **at <= '9' && *at - start < 18) {
    value = value * 10 + (uint64_t)(*(*at)++ - '0');
  }
  if (*at == start) {
    pappus_fail("a plan is `COUNT BYTES`");
  }
  return value;
}

PAPPUS_FUNCTION(make_items, IN(plan), OUT(items)) {
  const pappus_item *plan = pappus_first(in.plan);
  if (plan == NULL) {
    pappus_fail("there is no plan");
  }
  const char *at = plan->data, *end = at + plan->size;
  uint64_t count = number(&at, end), bytes = number(&at, end);
  for (uint64_t i = 0; i < count; i++) {
    uint64_t *room =
        pappus_put_room(out.items, pappus_id(pappus_format("%u", (unsigned)i), (uint32_t)i), bytes);
    for (uint64_t j = 0; j < bytes / sizeof *room; j++) {
      room[j] = i + j;
    }
  }
  return 0;
}
