/* heap.c: the heap of a WebAssembly module, instead of runtime/heap.c. Linear memory grows from its
 * lower end upwards, in one piece; everything else comes from the upper end. Nothing is handed out
 * twice, so all of it is zero. */
#include "wasm.h"

enum { RUNTIME_SHARE = 16 };

static uintptr_t low, high;

bool pappus_is_on_stack(const void *data) {
  return (uintptr_t)data >= control.heap_end && (uintptr_t)data - pappus_wasm_base > UINT32_MAX;
}

static void begin(void) {
  if (high == 0) {
    low = (control.heap_begin + 63) & -64ul;
    high = control.heap_end;
  }
}

void *pappus_try_alloc(size_t size, size_t alignment) {
  begin();
  if (size > high - low) {
    return NULL;
  }
  uintptr_t at = (high - size) & -alignment;
  if (at < low) {
    return NULL;
  }
  high = at;
  return (void *)at;
}

bool pappus_give_back(void *memory, size_t size) {
  (void)memory, (void)size;
  return false;
}

uint8_t *pappus_wasm_extend(size_t size) {
  begin();
  /* So that a module that takes all it can get still has room for files and outputs. */
  size_t reserve = (control.heap_end - control.heap_begin) / RUNTIME_SHARE;
  size_t left = high - low;
  if (left < reserve || size > left - reserve) {
    return NULL;
  }
  uint8_t *memory = (uint8_t *)low;
  low += size;
  return memory;
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
