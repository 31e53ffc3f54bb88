/* Adds decimal numbers.
 *
 * in:  numbers  items of one decimal number each
 * out: total    one item `total`, key 0, in decimal */
#include <pappus.h>

PAPPUS_FUNCTION(sum, IN(numbers), OUT(total)) {
  int64_t sum = 0;
  pappus_each(item, in.numbers) {
    int64_t number;
    if (!pappus_number(item, &number) || __builtin_add_overflow(sum, number, &sum)) {
      pappus_fail("cannot add item %s", pappus_name(item));
    }
  }
  pappus_put_text(out.total, pappus_id("total", 0), "%lld", (long long)sum);
  return 0;
}
