/* memory.c: linear memory and tables of the module. */
#include "wasm.h"

/* Asks the monitor to map `pages` more; it answers how many there were, or -1. */
static uint32_t grow_by_monitor(uint32_t pages) {
  uint64_t answer = 0;
  __asm__ volatile("outb %%al, %1" : "+a"(answer) : "i"(PAPPUS_GROW_PORT), "D"((uint64_t)pages)
                   : "memory");
  return (uint32_t)answer;
}

void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t initial_pages, uint32_t max_pages) {
  size_t size = (size_t)initial_pages * WASM_PAGE;
  memory->data = pappus_wasm_base != 0 ? (uint8_t *)pappus_wasm_base : pappus_wasm_extend(size);
  if (memory->data == NULL) {
    pappus_out_of_memory(size);
  }
  memory->size = size;
  memory->pages = initial_pages;
  memory->max_pages = max_pages;
}

uint32_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint32_t pages) {
  uint32_t before = memory->pages;
  if (pages == 0) {
    return before;
  }
  if (pages > memory->max_pages - before) {
    return UINT32_MAX;
  }
  size_t size = (size_t)pages * WASM_PAGE;
  if (pappus_wasm_base != 0 ? grow_by_monitor(pages) != before : pappus_wasm_extend(size) == NULL) {
    return UINT32_MAX;
  }
  memory->pages = before + pages;
  memory->size += size;
  return before;
}

/* Tables come with growth of a power of two, so that growing one by one costs no more than that. */
static void *table_room(const void *data, uint32_t size, uint32_t wanted, size_t element) {
  size_t room = 8;
  while (room < wanted) {
    room *= 2;
  }
  if (data != NULL && size > room / 2) {
    return (void *)data;
  }
  void *fresh = pappus_try_alloc(room * element, 16);
  if (fresh != NULL && data != NULL) {
    memcpy(fresh, data, size * element);
  }
  return fresh;
}

#define DEFINE_TABLE(kind)                                                                      \
  void wasm_rt_allocate_##kind##_table(wasm_rt_##kind##_table_t *table, uint32_t elements,      \
                                       uint32_t max_elements) {                                 \
    table->data = table_room(NULL, 0, elements, sizeof(wasm_rt_##kind##_t));                    \
    if (table->data == NULL) {                                                                  \
      pappus_out_of_memory(elements * sizeof(wasm_rt_##kind##_t));                              \
    }                                                                                           \
    table->size = elements;                                                                     \
    table->max_size = max_elements;                                                             \
  }                                                                                             \
                                                                                                \
  uint32_t wasm_rt_grow_##kind##_table(wasm_rt_##kind##_table_t *table, uint32_t delta,         \
                                       wasm_rt_##kind##_t init) {                               \
    uint32_t before = table->size;                                                              \
    if (delta > table->max_size - before) {                                                     \
      return UINT32_MAX;                                                                        \
    }                                                                                           \
    void *data = table_room(table->data, before, before + delta, sizeof(wasm_rt_##kind##_t));   \
    if (data == NULL) {                                                                         \
      return UINT32_MAX;                                                                        \
    }                                                                                           \
    table->data = data;                                                                         \
    table->size = before + delta;                                                               \
    for (uint32_t i = before; i < table->size; i++) {                                           \
      table->data[i] = init;                                                                    \
    }                                                                                           \
    return before;                                                                              \
  }

DEFINE_TABLE(funcref)
DEFINE_TABLE(externref)

struct function_type {
  struct function_type *next;
  uint32_t params, results;
  uint8_t types[];
};

uint32_t wasm_rt_register_func_type(uint32_t params, uint32_t results, ...) {
  static struct function_type *first;
  struct function_type *type = pappus_alloc(sizeof *type + params + results);
  type->params = params;
  type->results = results;
  va_list arguments;
  va_start(arguments, results);
  for (uint32_t i = 0; i < params + results; i++) {
    type->types[i] = (uint8_t)va_arg(arguments, int);
  }
  va_end(arguments);
  uint32_t number = 1;
  struct function_type **link = &first;
  for (; *link != NULL; link = &(*link)->next, number++) {
    struct function_type *other = *link;
    if (other->params == params && other->results == results &&
        memcmp(other->types, type->types, params + results) == 0) {
      return number;
    }
  }
  *link = type;
  return number;
}
