/* answer.h: what a program that launcher.c starts does, and says. */
#ifndef ANSWER_H
#define ANSWER_H

#include "../examples/kernels.h"
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

struct answer {
  int64_t begun; /* CLOCK_MONOTONIC in nanoseconds, when its own code began */
  uint64_t checksum;
};

static inline int64_t nanos(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static inline size_t room_bytes(size_t n) {
  return (3 * n * n + 1) * sizeof(int64_t);
}

/* Multiplies n x n matrices in `room`, zeroed; answers; and waits until its input ends. */
static inline bool answer(size_t n, int64_t *room, int input, int output) {
  struct answer own = {.begun = nanos(CLOCK_MONOTONIC)};
  own.checksum = matmul_checksum(n, room);
  if (write(output, &own, sizeof own) != sizeof own) return false;
  char byte;
  while (read(input, &byte, 1) > 0) {
  }
  return true;
}

#endif
