/* assert.h for what wasm2c writes: what it asserts holds by construction. */
#define assert(condition) ((void)0)
