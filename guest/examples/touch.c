/* Touches memory; for benchmarks.
 *
 * in:  bytes     one item: a decimal number, or eight bytes
 * out: checksum  one item `checksum` of eight bytes */
#include "kernels.h"
#include <pappus.h>

PAPPUS_FUNCTION(touch, IN(bytes), OUT(checksum)) {
  int64_t bytes;
  if (!pappus_number(pappus_first(in.bytes), &bytes) || bytes < 0) {
    pappus_fail("bytes must be a number from 0");
  }
  uint64_t *checksum = pappus_put_room(out.checksum, pappus_id("checksum", 0), sizeof *checksum);
  *checksum = touch_checksum((size_t)bytes, pappus_alloc((size_t)bytes));
  return 0;
}
