/* clock.c: a clock that advances when somebody looks, and random numbers that are always the same. */
#include "files.h"

uint64_t file_elapsed_nanos;

/* SplitMix64 from seed 0, as one stream of bytes. */
void file_random(void *to, size_t size) {
  static uint64_t state, word;
  static unsigned left;
  for (uint8_t *at = to, *end = at + size; at < end; at++) {
    if (left == 0) {
      state += 0x9E3779B97F4A7C15ull;
      word = (state ^ state >> 30) * 0xBF58476D1CE4E5B9ull;
      word = (word ^ word >> 27) * 0x94D049BB133111EBull;
      word ^= word >> 31;
      left = 8;
    }
    *at = (uint8_t)word;
    word >>= 8;
    left--;
  }
}
