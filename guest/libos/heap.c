/* heap.c: memory of the library OS's own, instead of runtime/heap.c: small pieces are cut from
 * chunks, large ones get pages for themselves. Only those are
 * handed out again, and cleared before, so all of it is zero. */
#include "memory.h"

enum { CHUNK = 64 << 10, LARGE = CHUNK / 4 };

static uintptr_t cursor, end;

bool pappus_is_on_stack(const void *data) {
  (void)data;
  return false;
}

void *pappus_try_alloc(size_t size, size_t alignment) {
  if (size >= LARGE) {
    return alignment <= PAGE ? memory_own(size) : NULL;
  }
  uintptr_t at = (cursor + alignment - 1) & -alignment;
  if (at > end || size > end - at) {
    cursor = (uintptr_t)memory_own(CHUNK);
    end = cursor == 0 ? 0 : cursor + CHUNK;
    at = cursor;
    if (at == 0) {
      return NULL;
    }
  }
  cursor = at + size;
  return (void *)at;
}

bool pappus_give_back(void *memory, size_t size) {
  bool has_pages = size >= LARGE;
  if (has_pages) {
    memory_disown(memory, size);
  }
  return has_pages;
}

void *pappus_alloc_aligned(size_t size, size_t alignment) {
  void *memory = pappus_try_alloc(size, alignment);
  if (memory == NULL) {
    pappus_out_of_memory(size);
  }
  return memory;
}

void *pappus_alloc(size_t size) {
  return pappus_alloc_aligned(size, size >= 64 ? 64 : 16);
}
