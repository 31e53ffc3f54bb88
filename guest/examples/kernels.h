/* kernels.h: computations that benchmarks run both in the sandbox and natively, from one source. */
#ifndef KERNELS_H
#define KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* product += left (rows x inner) * right (inner x columns). */
static inline void multiply_add(const int64_t *restrict left, const int64_t *restrict right,
                                int64_t *restrict product, size_t rows, size_t inner,
                                size_t columns) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t k = 0; k < inner; k++) {
      int64_t factor = left[i * inner + k];
      for (size_t j = 0; j < columns; j++) {
        product[i * columns + j] += factor * right[k * columns + j];
      }
    }
  }
}

/* Multiplies two n x n matrices made here, in `room` for 3 * n * n numbers, the last third zero. */
static inline uint64_t matmul_checksum(size_t n, int64_t *room) {
  int64_t *left = room, *right = room + n * n, *product = room + 2 * n * n;
  for (size_t i = 0; i < n * n; i++) {
    left[i] = (int64_t)(i % 7) - 3;
    right[i] = (int64_t)(i % 11) - 5;
  }
  multiply_add(left, right, product, n, n, n);
  uint64_t checksum = 0;
  for (size_t i = 0; i < n * n; i++) {
    checksum = checksum * 31 + (uint64_t)product[i];
  }
  return checksum;
}

/* Writes and reads back one word in each cache line of `size` bytes. */
static inline uint64_t touch_checksum(size_t size, volatile uint64_t *room) {
  size_t words = size / sizeof *room, step = 64 / sizeof *room;
  for (size_t i = 0; i < words; i += step) {
    room[i] += i + 1;
  }
  uint64_t checksum = 0;
  for (size_t i = 0; i < words; i += step) {
    checksum = checksum * 31 + room[i];
  }
  return checksum;
}

/* Steps a generator; nothing of it can be left out or computed in advance. */
static inline uint64_t spin_checksum(uint64_t iterations) {
  uint64_t state = 1;
  for (uint64_t i = 0; i < iterations; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    __asm__ volatile("" : "+r"(state));
  }
  return state;
}

#endif
