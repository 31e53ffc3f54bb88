/* math.h for what wasm2c writes: what SSE4.1 does in one instruction. There is no libm below. */
#ifndef PAPPUS_WASM_MATH_H
#define PAPPUS_WASM_MATH_H

#ifndef __SSE4_1__
#error "native code of WebAssembly modules needs SSE4.1: -march=x86-64-v2 or newer"
#endif

#define NAN __builtin_nanf("")
#define INFINITY __builtin_inff()
#define isnan __builtin_isnan
#define signbit __builtin_signbit
#define copysign __builtin_copysign
#define copysignf __builtin_copysignf
#define fabs __builtin_fabs
#define fabsf __builtin_fabsf

typedef double pappus_doubles_ __attribute__((vector_size(16)));
typedef float pappus_floats_ __attribute__((vector_size(16)));

/* The immediates of ROUNDSD: nearest even, down, up, towards zero; 8 keeps "inexact" quiet. */
#define PAPPUS_ROUND_(name, mode)                                                               \
  static inline double name(double x) {                                                         \
    pappus_doubles_ v = {x, 0};                                                                 \
    return __builtin_ia32_roundsd(v, v, 8 | (mode))[0];                                         \
  }                                                                                             \
  static inline float name##f(float x) {                                                        \
    pappus_floats_ v = {x, 0, 0, 0};                                                            \
    return __builtin_ia32_roundss(v, v, 8 | (mode))[0];                                         \
  }

PAPPUS_ROUND_(nearbyint, 0)
PAPPUS_ROUND_(floor, 1)
PAPPUS_ROUND_(ceil, 2)
PAPPUS_ROUND_(trunc, 3)

static inline double sqrt(double x) {
  pappus_doubles_ v = {x, 0};
  return __builtin_ia32_sqrtsd(v)[0];
}

static inline float sqrtf(float x) {
  pappus_floats_ v = {x, 0, 0, 0};
  return __builtin_ia32_sqrtss(v)[0];
}

#endif
