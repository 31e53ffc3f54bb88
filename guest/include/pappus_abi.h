/* pappus_abi.h: the guest ABI, version 1, as docs/abi.md describes it. Functions include pappus.h
 * instead; this header is for those who write a runtime of their own. */
#ifndef PAPPUS_ABI_H
#define PAPPUS_ABI_H

#include <stddef.h>
#include <stdint.h>

/* A word of a record: 64 bits everywhere, of which a WebAssembly function sees the low 32; the high
 * ones are zero. */
#ifdef __wasm32__
#define PAPPUS_WORD(type, name) \
  type name;                    \
  uint32_t name##_high
#else
#define PAPPUS_WORD(type, name) type name
#endif

/* An item: an input as the platform wrote it, or an output as the function leaves it. */
typedef struct {
  PAPPUS_WORD(const char *, name); /* not terminated; null if empty */
  PAPPUS_WORD(size_t, name_size);
  PAPPUS_WORD(const void *, data); /* inputs are aligned to 128 bytes */
  PAPPUS_WORD(size_t, size);
  uint64_t key; /* the low 32 bits count */
} pappus_item;

/* A set: its items are number `first` up to the `first` of the next record, exclusive. */
typedef struct {
  PAPPUS_WORD(const char *, name); /* not terminated; null if empty */
  PAPPUS_WORD(size_t, name_size);
  PAPPUS_WORD(size_t, first);
} pappus_set_record;

typedef struct {
  int32_t exit_code; /* 256 in the file, -1 before the run, the function's when it leaves */
  uint32_t reserved;
  PAPPUS_WORD(uintptr_t, heap_begin); /* first free address, of any alignment; 0 in WebAssembly */
  PAPPUS_WORD(uintptr_t, heap_end);
  PAPPUS_WORD(size_t, input_count);
  PAPPUS_WORD(pappus_set_record *, input_sets); /* input_count records and a sentinel */
  PAPPUS_WORD(size_t, output_count);
  PAPPUS_WORD(pappus_set_record *, output_sets); /* output_count records and a sentinel */
  PAPPUS_WORD(pappus_item *, input_items);
  PAPPUS_WORD(pappus_item *, output_items); /* 0 before the run */
} pappus_control;

/* The last bytes printed; byte number n of all stands at text[n % 4096]. */
#define PAPPUS_LOG_CAPACITY 4096
typedef struct {
  uint64_t total;
  char text[PAPPUS_LOG_CAPACITY];
} pappus_log_ring;

extern pappus_control __dandelion_system_data;
extern pappus_log_ring __pappus_log;

/* Exit codes with a meaning; 0 to 255 and negative ones are the function's. */
#define PAPPUS_EXIT_NEVER_INITIALISED 256
#define PAPPUS_EXIT_OUT_OF_MEMORY 259
#define PAPPUS_EXIT_BAD_OUTPUT 260

/* Writing any byte to this port ends the run; so does `int 0x20`. */
#define PAPPUS_EXIT_PORT 0x10

/* The ELF note of PAPPUS_FUNCTION: owner and type. In WebAssembly it is the custom section
 * pappus.function. */
#define PAPPUS_NOTE_OWNER "Pappus"
#define PAPPUS_NOTE_FUNCTION 1
#define PAPPUS_NOTE_WASM 2

/* The description of the note of native code of a WebAssembly module. */
typedef struct {
  uint64_t base; /* where linear memory stands; 0 in the heap, and the code checks its bounds */
  uint32_t initial_pages, maximum_pages; /* of 64 KiB */
} __attribute__((packed, aligned(4))) pappus_wasm_note;

/* Writing any byte to this port asks for RDI more pages of linear memory; RAX tells how many there
 * were, or -1. Only for code whose note has a base. */
#define PAPPUS_GROW_PORT 0x12

#endif
