/* sets.c: what a module finds open when it begins. */
#include "wasi.h"

void wasi_take_inputs(void) {
  file_begin_sets();
  for (size_t i = 0; i < control.input_count; i++) {
    file_add_input_set(&control.input_sets[i]);
  }
  file_begin_outputs();
  wasi_open((descriptor){.kind = DIRECTORY_OPEN,
                         .rights = UINT32_MAX >> 2,
                         .inheriting = UINT32_MAX >> 2,
                         .node = &file_root});
}

/* Directories of the platform's own. */
bool file_is_taken(const char *name, size_t size) {
  return (size == 2 && memcmp(name, "in", 2) == 0) ||
         (size == 3 && (memcmp(name, "out", 3) == 0 || memcmp(name, "tmp", 3) == 0));
}
