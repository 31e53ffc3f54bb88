/* heap.c: a bump allocator between heap_begin and heap_end. Memory there is zero at first, and
 * nothing is handed out twice, so all of it is zero. */
#include "runtime.h"

static uintptr_t cursor;

void *pappus_alloc_aligned(size_t size, size_t alignment) {
  if (cursor == 0) {
    cursor = control.heap_begin;
  }
  size_t padding = -cursor & (alignment - 1);
  size_t left = control.heap_end - cursor;
  if (padding > left || size > left - padding) {
    pappus_out_of_memory(size);
  }
  void *memory = (void *)(cursor + padding);
  cursor += padding + size;
  return memory;
}

void *pappus_alloc(size_t size) {
  /* What spans cache lines begins with one, so that vectors do not lie across two. */
  return pappus_alloc_aligned(size, size >= 64 ? 64 : 16);
}

void pappus_out_of_memory(size_t wanted) {
  char digits[24];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + wanted % 10);
    wanted /= 10;
  } while (wanted > 0);
  static const char before[] = "out of memory: ", after[] = " bytes wanted\n";
  pappus_log(before, sizeof before - 1);
  pappus_log(digits + at, sizeof digits - at);
  pappus_log(after, sizeof after - 1);
  pappus_leave(PAPPUS_EXIT_OUT_OF_MEMORY);
}
