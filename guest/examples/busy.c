/* Burns processor time.
 *
 * in:  iterations  one item: a decimal number, or eight bytes; about a nanosecond each
 * out: result      one item `result` of eight bytes */
#include "kernels.h"
#include <pappus.h>

PAPPUS_FUNCTION(busy, IN(iterations), OUT(result)) {
  int64_t iterations;
  if (!pappus_number(pappus_first(in.iterations), &iterations) || iterations < 0) {
    pappus_fail("iterations must be a number from 0");
  }
  uint64_t *result = pappus_put_room(out.result, pappus_id("result", 0), sizeof *result);
  *result = spin_checksum((uint64_t)iterations);
  return 0;
}
