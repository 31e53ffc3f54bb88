/* pappus_libos.h: what the host and the library OS tell each other (docs/abi.md). The library OS
 * is one ELF that lies in a context above a Linux program and answers its system calls. */
#ifndef PAPPUS_LIBOS_H
#define PAPPUS_LIBOS_H

#include <stdint.h>

/* Symbol __pappus_start, 8-aligned, in a writable segment: filled by the host when it composes the
 * image. Texts are strings that end with NUL, one after the other. */
struct pappus_start {
  uint64_t version;                /* PAPPUS_START_VERSION */
  uint64_t flags;                  /* enum pappus_start_flags */
  uint64_t entry;                  /* of the program */
  uint64_t headers, header_count;  /* its program headers in memory: AT_PHDR, AT_PHNUM */
  uint64_t image_begin, image_end; /* of the program, whole pages */
  uint64_t words, word_count;      /* argv; the first is the program's name */
  uint64_t inputs, input_count;    /* names of the input sets that are not static */
  uint64_t stack_bottom;           /* of the stack; its end is RSP at entry + 32 */
};

#define PAPPUS_START_VERSION 1

enum pappus_start_flags {
  PAPPUS_START_TEMPLATE = 1, /* leave at the snapshot point */
};

/* Symbol __pappus_template, likewise: filled by the library OS before it leaves with
 * PAPPUS_EXIT_TEMPLATE. */
struct pappus_template {
  uint64_t resume;               /* where a run from the template begins, in the library OS */
  uint64_t free_begin, free_end; /* whole pages between heap_begin and heap_end, unused and zero */
};

#define PAPPUS_EXIT_TEMPLATE 261

/* Symbols of code:
 *   __pappus_syscall  where SYSCALL arrives, at CPL 3 or 0, with rcx and r11 as the processor sets
 *                     them and rsp as the program left it
 *   __pappus_signal   where SIGSYS arrives: rdi signal, rsi siginfo, rdx ucontext, any stack */

#endif
