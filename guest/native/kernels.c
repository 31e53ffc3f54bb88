/* kernels.c: the kernels of the example functions as a shared library, so that benchmarks can
 * compare the sandbox with native code of the same source and flags. */
#include "../examples/kernels.h"

uint64_t pappus_native_matmul(size_t n, int64_t *room) {
  for (size_t i = 2 * n * n; i < 3 * n * n; i++) {
    room[i] = 0;
  }
  return matmul_checksum(n, room);
}

uint64_t pappus_native_touch(size_t size, uint64_t *room) {
  for (size_t i = 0; i < size / sizeof *room; i += 64 / sizeof *room) {
    room[i] = 0;
  }
  return touch_checksum(size, room);
}

uint64_t pappus_native_spin(uint64_t iterations) {
  return spin_checksum(iterations);
}
