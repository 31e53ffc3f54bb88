/* wasi.h: WASI preview 1 for one run: a file system in memory, clocks that only count, and random
 * numbers that are always the same (docs/wasm.md). */
#ifndef PAPPUS_WASI_H
#define PAPPUS_WASI_H

#include "../files/files.h"
#include "../wasm/wasm.h"

/* The module's imports take this as their first argument; wasm2c chose the name. */
typedef struct Z_wasi_snapshot_preview1_instance_t {
  wasm_rt_memory_t *memory;
} wasi;

#define WASI(function) uint32_t Z_wasi_snapshot_preview1Z_##function

/* Error numbers of preview 1, as far as they are used. */
enum {
  E_SUCCESS = 0,
  E_BADF = 8,
  E_BUSY = 10,
  E_EXIST = 20,
  E_FAULT = 21,
  E_FBIG = 22,
  E_INVAL = 28,
  E_ISDIR = 31,
  E_LOOP = 32,
  E_MFILE = 33,
  E_NAMETOOLONG = 37,
  E_NOENT = 44,
  E_NOSPC = 51,
  E_NOSYS = 52,
  E_NOTDIR = 54,
  E_NOTEMPTY = 55,
  E_NOTSUP = 58,
  E_ROFS = 69,
  E_SPIPE = 70,
  E_NOTCAPABLE = 76,
};

enum { TYPE_UNKNOWN = 0, TYPE_DIRECTORY = 3, TYPE_FILE = 4 };

/* What a file descriptor stands for. */
typedef enum { CLOSED, STREAM_IN, STREAM_OUT, STREAM_ERR, FILE_OPEN, DIRECTORY_OPEN } open_kind;

typedef struct {
  open_kind kind;
  uint16_t flags;
  uint64_t rights, inheriting;
  node *node;
  uint64_t offset;
  /* The entries of a directory when its reading began. */
  node **listing;
  uint32_t listing_count;
} descriptor;

/* ---- process.c ------------------------------------------------------------------------------- */

/* What preview 1 calls an error of the kernel's. */
uint32_t wasi_error(int error);

/* ---- descriptors.c --------------------------------------------------------------------------- */

/* Null if there is none of this number. */
descriptor *wasi_descriptor(uint32_t number);

/* The lowest free number, or -1. */
uint32_t wasi_open(descriptor opened);

/* What preview 1 knows of a file, and its times. */
uint32_t wasi_node_state(wasi *instance, const node *found, uint32_t result);
uint32_t wasi_set_times(node *file, uint64_t accessed, uint64_t modified, uint32_t flags);

/* Shows the inputs as files; without it there are no files. */
void wasi_take_inputs(void);

/* ---- guest memory ---------------------------------------------------------------------------- */

/* `size` bytes of linear memory, or null if they are not all there. */
static inline void *wasi_at(wasi *instance, uint32_t address, uint64_t size) {
  wasm_rt_memory_t *memory = instance->memory;
  return size > memory->size || address > memory->size - size ? NULL : memory->data + address;
}

static inline bool wasi_store(wasi *instance, uint32_t address, const void *from, size_t size) {
  void *to = wasi_at(instance, address, size);
  if (to == NULL) {
    return false;
  }
  memcpy(to, from, size);
  return true;
}

static inline bool wasi_store32(wasi *instance, uint32_t address, uint32_t value) {
  return wasi_store(instance, address, &value, sizeof value);
}

static inline bool wasi_store64(wasi *instance, uint32_t address, uint64_t value) {
  return wasi_store(instance, address, &value, sizeof value);
}

#endif
