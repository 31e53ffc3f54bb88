/* Multiplies matrices as matmul_n does, and then runs until it is ended; for benchmarks, which look
 * at the memory of running functions.
 *
 * in:  n         one item: a decimal number, or eight bytes
 * out: checksum  never */
#include "kernels.h"
#include <pappus.h>

PAPPUS_FUNCTION(hold, IN(n), OUT(checksum)) {
  int64_t n;
  if (!pappus_number(pappus_first(in.n), &n) || n < 0 || n > 8192) {
    pappus_fail("n must be a number from 0 to 8192");
  }
  matmul_checksum((size_t)n, pappus_alloc(3 * (size_t)(n * n) * sizeof(int64_t)));
  for (;;) {
    __asm__ volatile("" ::: "memory");
  }
}
