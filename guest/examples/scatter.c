/* Counts pseudo-random numbers in a table: loads and stores whose addresses nobody can foresee; for
 * benchmarks.
 *
 * in:  count     one item: a decimal number, or eight bytes
 * out: checksum  one item `checksum` of eight bytes */
#include <pappus.h>

enum { ROWS = 1 << 15 };

PAPPUS_FUNCTION(scatter, IN(count), OUT(checksum)) {
  int64_t count;
  if (!pappus_number(pappus_first(in.count), &count) || count < 0) {
    pappus_fail("count must be a number from 0");
  }
  uint32_t *table = pappus_alloc(ROWS * sizeof *table);
  uint32_t state = 1, sum = 0;
  for (int64_t i = 0; i < count; i++) {
    state = state * 1664525 + 1013904223;
    uint32_t *row = &table[state >> 17];
    sum += *row;
    *row += state;
  }
  uint64_t *checksum = pappus_put_room(out.checksum, pappus_id("checksum", 0), sizeof *checksum);
  *checksum = sum;
  return 0;
}
