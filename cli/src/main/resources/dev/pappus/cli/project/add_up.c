#include <pappus.h>

/* The sum of all numbers. */
PAPPUS_FUNCTION(add_up, IN(numbers), OUT(total)) {
  int64_t sum = 0;
  pappus_each(item, in.numbers) {
    int64_t number;
    if (!pappus_number(item, &number)) {
      pappus_fail("'%s' is no number\n", pappus_string(item));
    }
    sum += number;
  }
  pappus_put_text(out.total, pappus_id("total", 0), "%lld\n", (long long)sum);
  return 0;
}
