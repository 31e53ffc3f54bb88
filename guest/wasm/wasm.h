/* wasm.h: what the parts of the WebAssembly runtime know of each other. */
#ifndef PAPPUS_WASM_H
#define PAPPUS_WASM_H

#include "../runtime/runtime.h"
#include "include/wasm-rt.h"

#define WASM_PAGE 65536

/* Where linear memory stands if the hardware checks its bounds; 0 if the code does, and memory comes
 * from the heap. Each module defines it (entry.c). */
extern const uintptr_t pappus_wasm_base;

/* Takes the next bytes of linear memory from the lower end of the heap, or none at all. */
uint8_t *pappus_wasm_extend(size_t size);

/* The end of the module's run: makes outputs of what it has left if `code` is 0. Each module defines
 * it (entry.c). */
_Noreturn void pappus_wasm_finish(int code);

#endif
