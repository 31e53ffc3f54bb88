/* alloca.h for what wasm2c writes; only exceptions would use it, and there are none. */
