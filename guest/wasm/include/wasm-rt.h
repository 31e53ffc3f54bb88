/* wasm-rt.h: what the C code that wasm2c (wabt 1.0.32) writes needs of its runtime. An
 * implementation of our own, for one module in one sandbox that lives for one run: nothing is freed,
 * no signal is caught, and a trap is an instruction. */
#ifndef PAPPUS_WASM_RT_H
#define PAPPUS_WASM_RT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define LIKELY(x) __builtin_expect(!!(x), 1)

/* The stack has a guard below it: running into it is the trap "call stack exhausted". */
#define WASM_RT_USE_STACK_DEPTH_COUNT 0

#ifdef PAPPUS_WASM_BASE
/* Hardware checks: linear memory stands at a fixed address, and nothing is mapped for 8 GiB but its
 * current size. Saying where it stands at each access lets the compiler forget the pointer. (`mem`
 * is what wasm2c calls the memory in every function that uses this macro.) */
#define WASM_RT_MEMCHECK_SIGNAL_HANDLER 1
#define wasm_rt_memcpy(to, from, size)                                                          \
  (mem->data == (uint8_t *)PAPPUS_WASM_BASE ? (void)0 : __builtin_unreachable(),                \
   __builtin_memcpy(to, from, size))
#else
#define WASM_RT_MEMCHECK_SIGNAL_HANDLER 0
#define wasm_rt_memcpy __builtin_memcpy
#endif

/* What wasm2c declares so becomes a part of the function that uses it, so that a trap in it is that
 * function's. */
#define inline inline __attribute__((always_inline))

/* Traps are UD1 with their number as displacement (docs/abi.md, section 11). */
enum {
  WASM_RT_TRAP_OOB = 1,
  WASM_RT_TRAP_INT_OVERFLOW = 2,
  WASM_RT_TRAP_DIV_BY_ZERO = 3,
  WASM_RT_TRAP_INVALID_CONVERSION = 4,
  WASM_RT_TRAP_UNREACHABLE = 5,
  WASM_RT_TRAP_CALL_INDIRECT = 6,
  WASM_RT_TRAP_EXHAUSTION = 7,
};

#define wasm_rt_trap(number)                                                                    \
  ({                                                                                            \
    __asm__ volatile("ud1l %c0(%%rax), %%eax" ::"i"(number) : "memory");                        \
    __builtin_unreachable();                                                                    \
  })

typedef enum {
  WASM_RT_I32,
  WASM_RT_I64,
  WASM_RT_F32,
  WASM_RT_F64,
  WASM_RT_FUNCREF,
  WASM_RT_EXTERNREF,
} wasm_rt_type_t;

typedef void (*wasm_rt_function_ptr_t)(void);

typedef struct {
  uint32_t func_type; /* from wasm_rt_register_func_type */
  wasm_rt_function_ptr_t func;
  void *module_instance; /* what `func` takes as its first argument */
} wasm_rt_funcref_t;

typedef void *wasm_rt_externref_t;

static const wasm_rt_funcref_t wasm_rt_funcref_null_value __attribute__((unused));
static const wasm_rt_externref_t wasm_rt_externref_null_value __attribute__((unused));

typedef struct {
  uint8_t *data;
  uint64_t size; /* bytes; 65536 pages need more than 32 bits */
  uint32_t pages, max_pages;
} wasm_rt_memory_t;

typedef struct {
  wasm_rt_funcref_t *data;
  uint32_t max_size, size;
} wasm_rt_funcref_table_t;

typedef struct {
  wasm_rt_externref_t *data;
  uint32_t max_size, size;
} wasm_rt_externref_table_t;

static inline bool wasm_rt_is_initialized(void) {
  return true;
}

/* Equal types get equal numbers, none of which is 0. */
uint32_t wasm_rt_register_func_type(uint32_t params, uint32_t results, ...);

void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t initial_pages, uint32_t max_pages);

/* The number of pages before, or -1 if there are not so many more. */
uint32_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint32_t pages);

void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t *table, uint32_t elements,
                                    uint32_t max_elements);
void wasm_rt_allocate_externref_table(wasm_rt_externref_table_t *table, uint32_t elements,
                                      uint32_t max_elements);
uint32_t wasm_rt_grow_funcref_table(wasm_rt_funcref_table_t *table, uint32_t delta,
                                    wasm_rt_funcref_t init);
uint32_t wasm_rt_grow_externref_table(wasm_rt_externref_table_t *table, uint32_t delta,
                                      wasm_rt_externref_t init);

static inline void wasm_rt_free_memory(wasm_rt_memory_t *memory) {
  (void)memory;
}

static inline void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t *table) {
  (void)table;
}

static inline void wasm_rt_free_externref_table(wasm_rt_externref_table_t *table) {
  (void)table;
}

#endif
