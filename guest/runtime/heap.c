/* heap.c: a bump allocator. Memory is zero at first, and nothing is handed out twice, so all of it
 * is zero. Natively it lies between heap_begin and heap_end; in WebAssembly above the data, as far as
 * the memory can be made to grow. */
#include "runtime.h"

static uintptr_t cursor;

#ifdef __wasm__

enum { PAGE = 65536 };

extern char __global_base, __heap_base;

/* The stack lies below the data: wasm-ld --stack-first. */
bool pappus_is_on_stack(const void *data) {
  return (uintptr_t)data < (uintptr_t)&__global_base;
}

static uintptr_t heap_begin(void) {
  return (uintptr_t)&__heap_base;
}

/* Bytes from `cursor` on, `wanted` at least if the memory grows so far. */
static size_t room(size_t wanted) {
  size_t pages = __builtin_wasm_memory_size(0);
  size_t left = pages * PAGE - cursor;
  if (wanted > left) {
    size_t missing = (wanted - left - 1) / PAGE + 1;
    /* Much at once, so that growing is rare; as much as is needed where there is no more. */
    size_t ahead = missing > pages / 2 ? missing : pages / 2;
    if (__builtin_wasm_memory_grow(0, ahead) != SIZE_MAX ||
        __builtin_wasm_memory_grow(0, missing) != SIZE_MAX) {
      left = __builtin_wasm_memory_size(0) * PAGE - cursor;
    }
  }
  return left;
}

/* What the platform takes memory from before the run; 0 if there is none. */
__attribute__((export_name("pappus_allocate"))) void *pappus_allocate(size_t size, size_t alignment) {
  return pappus_try_alloc(size, alignment);
}

#else

bool pappus_is_on_stack(const void *data) {
  return (uintptr_t)data >= control.heap_end;
}

static uintptr_t heap_begin(void) {
  return control.heap_begin;
}

static size_t room(size_t wanted) {
  (void)wanted;
  return control.heap_end - cursor;
}

#endif

void *pappus_try_alloc(size_t size, size_t alignment) {
  if (cursor == 0) {
    cursor = heap_begin();
  }
  size_t padding = -cursor & (alignment - 1);
  if (size > SIZE_MAX - padding || padding + size > room(padding + size)) {
    return NULL;
  }
  void *memory = (void *)(cursor + padding);
  cursor += padding + size;
  return memory;
}

bool pappus_give_back(void *memory, size_t size) {
  (void)memory, (void)size;
  return false;
}

void *pappus_alloc_aligned(size_t size, size_t alignment) {
  void *memory = pappus_try_alloc(size, alignment);
  if (memory == NULL) {
    pappus_out_of_memory(size);
  }
  return memory;
}

void *pappus_alloc(size_t size) {
  /* What spans cache lines begins with one, so that vectors do not lie across two. */
  return pappus_alloc_aligned(size, size >= 64 ? 64 : 16);
}
