/* Adds up what make_items has made; for benchmarks.
 *
 * in:  items  any
 * out: sum    text: `ITEMS SUM`, of their words of eight bytes */
#include <pappus.h>

PAPPUS_FUNCTION(sum_items, IN(items), OUT(sum)) {
  uint64_t count = 0, sum = 0;
  pappus_each(item, in.items) {
    const uint64_t *words = item->data;
    for (size_t j = 0; j < item->size / sizeof *words; j++) {
      sum += words[j];
    }
    count++;
  }
  pappus_put_text(out.sum, pappus_id("sum", 0), "%llu %llu", (unsigned long long)count,
                  (unsigned long long)sum);
  return 0;
}
