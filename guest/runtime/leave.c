/* leave.c: the end of a run. Natively compiled once for each of the two agreed exits, and for the one
 * that functions of the reference's process platform use. */
#include "runtime.h"

#ifdef __wasm__

__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit")))
_Noreturn void pappus_proc_exit(int code);

void pappus_leave(int code) {
  control.exit_code = code;
  *pappus_given_control = control;
  pappus_proc_exit(code);
}

#else

void pappus_leave(int code) {
  control.exit_code = code;
#ifdef PAPPUS_EXIT_BY_INTERRUPT
  __asm__ volatile("int $0x20" ::: "memory");
#elif defined PAPPUS_EXIT_BY_CALL
  __asm__ volatile("syscall" ::"a"(231 /* exit_group */), "D"(0) : "rcx", "r11", "memory");
#else
  if (pappus_way_out != 0) {
    __asm__ volatile("jmp *%0" ::"r"(pappus_way_out) : "memory");
  }
  __asm__ volatile("outb %%al, %0" ::"i"(PAPPUS_EXIT_PORT), "a"(0) : "memory");
#endif
  __builtin_trap();
}

#endif
