/* libos.h: what the parts of the library OS know of each other. */
#ifndef PAPPUS_LIBOS_PARTS_H
#define PAPPUS_LIBOS_PARTS_H

#include <asm/unistd_64.h>
#include <linux/errno.h>
#include <pappus_libos.h>

#include "../runtime/runtime.h"

#define PAGE 4096ul
#define SHOWN __attribute__((visibility("default"), used, retain))

extern struct pappus_start __pappus_start;
extern struct pappus_template __pappus_template;

/* ---- entry.S --------------------------------------------------------------------------------- */

/* The program's registers during a call; entry.S knows the order. */
struct libos_frame {
  uint64_t rax, rdi, rsi, rdx, r10, r8, r9; /* number of the call, its arguments */
  uint64_t rbx, rbp, r12, r13, r14, r15;
  uint64_t rip, rsp, flags;
};

extern struct libos_frame libos_frame;

/* What the kernel saved of the program, where calls arrive as signals; else null. */
extern struct ucontext *libos_signal_context;

/* Where a run from a template begins. */
void libos_resume(void);

/* Not 0 in a process, where a kernel is below. */
extern uint64_t libos_kernel;

/* ---- memory.c -------------------------------------------------------------------------------- */

enum rights { READABLE = 1, WRITABLE = 2, EXECUTABLE = 4 }; /* as PROT_... */

enum region_kind {
  REGION_IMAGE,
  REGION_BREAK,
  REGION_MAPPED,
  REGION_STACK,
  REGION_OWN, /* the library OS's: for the program there is nothing */
};

/* A piece of the address space in whole pages, and what the program may do there. */
struct region {
  uint64_t begin, end;
  uint8_t kind, rights;
  bool clean;     /* was never accessible, so it is zero */
  bool read_only; /* the processor refuses writes, whatever the rights */
  bool keeps;     /* holds a file's bytes, or is shared: MADV_DONTNEED does not clear it */
};

void memory_begin(void);

/* Where the program's stack ends. */
extern uint64_t memory_stack_end;

/* Pages of the library OS's own, zero; null if there are none. */
void *memory_own(size_t size);

/* Gives such pages back, or some of them. */
void memory_disown(void *memory, size_t size);

/* Whether the program may read, or write, all of it. */
bool memory_readable(const void *at, size_t size);
bool memory_writable(const void *at, size_t size);

/* The length of a string of the program's; -1 if it does not end in memory that may be read. */
long memory_length(const char *text);

/* ---- calls.c --------------------------------------------------------------------------------- */

/* Answers the call in libos_frame. */
void libos_call(void);

/* ---- signals.c ------------------------------------------------------------------------------- */

/* Sends a signal to the program. */
void libos_raise(int signal);

/* Delivers what was sent: lets libos_frame enter a handler, or ends the program. */
void libos_deliver(void);

/* ---- process.c ------------------------------------------------------------------------------- */

/* The FS and GS base: ARCH_SET_... or ARCH_GET_... */
void thread_set(int what, uint64_t base);
uint64_t thread_get(int what);

/* ---- leave.c, process.c, waiting.c ----------------------------------------------------------- */

enum { LIBOS_PROCESS = 1, LIBOS_STATUS_STUCK = 125 };

/* Remembers a call that functions do not have, and what it is for, if it is the first; -error. If the
 * program fails later, its last words name it. */
long libos_lacks(const char *call, const char *purpose, int error);
long libos_unsupported(const char *call, int error);

/* Adds to the last words. */
void libos_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the program. */
_Noreturn void libos_exit(int status);

/* Ends a program that waits for what cannot come. */
_Noreturn long libos_stuck(const char *what);

#endif
