/* residue.c: looks for what another run has left in its memory, then leaves as much as it can.
 *
 * in:  seed   one item: a number that decides what is left where
 * out: found  one item `found`: the number of bytes that were not as they should be, in decimal
 *
 * Meant for contexts below 16 MiB, whose guard is one page. */
#include <pappus.h>

enum { GUARD_BYTES = 4096, STACK_IN_USE = 16384 };

static uint64_t in_bss[1024];
static uint64_t in_data[1024] = {[0 ... 1023] = 0x0123456789ABCDEF};
static uint64_t state;

static uint64_t next_random(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state >> 16;
}

static uint64_t not_equal(const uint64_t *words, size_t count, uint64_t expected) {
  uint64_t found = 0;
  for (size_t i = 0; i < count; i++) {
    found += words[i] != expected ? sizeof *words : 0;
  }
  return found;
}

/* Fills some pages of a range with a pattern, and now and then all of them. */
static void spoil(uint64_t *words, size_t count) {
  bool all = next_random() % 8 == 0;
  for (size_t i = 0; i < count; i++) {
    if (i % 512 == 0 && !all && next_random() % 4 != 0) {
      i += 511;
      continue;
    }
    words[i] = 0xA5A5A5A5A5A5A5A5 ^ i;
  }
}

#ifdef __wasm__

enum { PAGE = 65536, PAGES = 8 };

/* Memory that did not exist before, and the stack below this function. */
static void find_ranges(uint64_t **heap, size_t *heap_words, uint64_t **stack, size_t *stack_words) {
  size_t first = __builtin_wasm_memory_grow(0, PAGES);
  if (first == SIZE_MAX) {
    pappus_fail("no memory");
  }
  *heap = (uint64_t *)(first * PAGE);
  *heap_words = PAGES * PAGE / sizeof **heap;
  *stack = (uint64_t *)64;
  *stack_words = ((uintptr_t)__builtin_frame_address(0) - STACK_IN_USE - 64) / sizeof **stack;
}

#else

static void find_ranges(uint64_t **heap, size_t *heap_words, uint64_t **stack, size_t *stack_words) {
  /* The first pages of the heap will hold the output. */
  *heap = (uint64_t *)((__dandelion_system_data.heap_begin + 63) & -(uintptr_t)64);
  *heap_words = (__dandelion_system_data.heap_end - (uintptr_t)*heap) / sizeof **heap;
  *stack = (uint64_t *)(__dandelion_system_data.heap_end + GUARD_BYTES);
  *stack_words = ((uintptr_t)__builtin_frame_address(0) - STACK_IN_USE - (uintptr_t)*stack) / sizeof **stack;
}

#endif

PAPPUS_FUNCTION(residue, IN(seed), OUT(found)) {
  uint64_t *heap, *stack;
  size_t heap_words, stack_words;
  find_ranges(&heap, &heap_words, &stack, &stack_words);

  uint64_t found = not_equal(heap, heap_words, 0) + not_equal(stack, stack_words, 0) +
                   not_equal(in_bss, 1024, 0) + not_equal(in_data, 1024, 0x0123456789ABCDEF);

  int64_t seed = 0;
  pappus_number(pappus_first(in.seed), &seed);
  state = (uint64_t)seed;
  pappus_put_text(out.found, pappus_id("found", 0), "%llu", (unsigned long long)found);
  spoil(heap + 1024, heap_words - 1024);
  spoil(stack, stack_words);
  spoil(in_bss, 1024);
  spoil(in_data, 1024);
  return 0;
}
