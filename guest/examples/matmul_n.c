/* Multiplies two n x n matrices of its own making; for benchmarks.
 *
 * in:  n         one item: a decimal number, or eight bytes
 * out: checksum  one item `checksum` of eight bytes */
#include "kernels.h"
#include <pappus.h>

PAPPUS_FUNCTION(matmul_n, IN(n), OUT(checksum)) {
  int64_t n;
  if (!pappus_number(pappus_first(in.n), &n) || n < 0 || n > 8192) {
    pappus_fail("n must be a number from 0 to 8192");
  }
  uint64_t *checksum = pappus_put_room(out.checksum, pappus_id("checksum", 0), sizeof *checksum);
  *checksum = matmul_checksum((size_t)n, pappus_alloc(3 * (size_t)(n * n) * sizeof(int64_t)));
  return 0;
}
