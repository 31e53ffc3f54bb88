/* start.c: entry, sets by position, exit. */
#include "runtime.h"

pappus_control control = {.exit_code = PAPPUS_EXIT_NEVER_INITIALISED};

#ifdef __wasm__

pappus_control *pappus_given_control;

__attribute__((export_name("pappus_run"))) int pappus_run(pappus_control *given) {
  pappus_given_control = given;
  control = *given;
  pappus_exit(pappus_main());
}

#else

uint64_t pappus_way_out;

/* The stack pointer may be anything at entry; the C code below it wants 16-byte alignment. */
__asm__(".section .text._start,\"ax\",@progbits\n"
        ".globl _start\n"
        ".type _start,@function\n"
        "_start:\n"
        "  movq %rax, pappus_way_out(%rip)\n"
        "  xorl %ebp, %ebp\n"
        "  andq $-16, %rsp\n"
        "  call pappus_run\n"
        "  ud2\n"
        ".size _start,.-_start\n"
        ".text\n");

_Noreturn __attribute__((used)) void pappus_run(void) {
  pappus_exit(pappus_main());
}

#endif

void pappus_exit(int code) {
  pappus_publish();
  pappus_leave(code);
}

void pappus_fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  pappus_warn("%s\n", pappus_vformat(format, arguments, NULL));
  va_end(arguments);
  pappus_exit(1);
}

size_t pappus_input_count(void) {
  return control.input_count;
}

size_t pappus_output_count(void) {
  return control.output_count;
}

pappus_in pappus_input(size_t index) {
  if (index >= control.input_count) {
    pappus_fail("input set %zu is not registered", index);
  }
  size_t first = control.input_sets[index].first;
  return (pappus_in){control.input_items + first, control.input_sets[index + 1].first - first};
}

pappus_out pappus_output(size_t index) {
  if (index >= control.output_count) {
    pappus_fail("output set %zu is not registered", index);
  }
  return (pappus_out){index};
}

void pappus_bind(pappus_in *inputs, size_t input_count, pappus_out *outputs, size_t output_count) {
  if (input_count != control.input_count || output_count != control.output_count) {
    pappus_fail("the code declares %zu input and %zu output sets, registered are %zu and %zu",
                input_count, output_count, control.input_count, control.output_count);
  }
  for (size_t i = 0; i < input_count; i++) {
    inputs[i] = pappus_input(i);
  }
  for (size_t i = 0; i < output_count; i++) {
    outputs[i] = pappus_output(i);
  }
}
