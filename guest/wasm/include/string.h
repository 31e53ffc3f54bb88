/* string.h for what wasm2c writes: -ffreestanding takes the compiler's own knowledge of these away. */
#ifndef PAPPUS_WASM_STRING_H
#define PAPPUS_WASM_STRING_H

#define memcpy __builtin_memcpy
#define memmove __builtin_memmove
#define memset __builtin_memset

#endif
