/* zygote.h: what an engine of the node and its zygote tell each other.
 *
 * The zygote is started with two descriptors: a SOCK_SEQPACKET socket, on which it takes requests
 * and answers some, and a memory file of ZYGOTE_MEMORY_BYTES, which the node maps too.
 * dev.pappus.sandbox.process knows the same numbers; a test compares them.
 *
 * The first answer comes unasked: an int32_t, and with it the descriptor on which the kernel tells
 * the node that a child waits for its next run, or that a function changes its FS or GS base
 * (seccomp_unotify(2)). It is 0, or why there is no such descriptor: then a child serves one run. */
#ifndef PAPPUS_ZYGOTE_H
#define PAPPUS_ZYGOTE_H

#include <asm/signal.h>
#include <stddef.h>
#include <stdint.h>

#include "mark.h"

enum { ZYGOTE_SOCKET = 3, ZYGOTE_MEMORY = 4 };

/* Where things stand in the zygote, far above the largest context. Of these only the stub, the exit
 * pages and the start pages are left when a child enters its function. */
#define STUB_ADDRESS 0x7F0000000000ull
#define EXIT_ADDRESS 0x7F0000001000ull
#define EXIT_BYTES 0x8000
#define START_ADDRESS 0x7F000000A000ull
#define START_BYTES 0x3000
#define ZYGOTE_ADDRESS 0x7F0000100000ull
#define ZYGOTE_BYTES 0x100000ull
#define STATUS_ADDRESS 0x7F00001FF000ull

/* The memory file: one page for the status, the exit pages, the start pages. */
#define ZYGOTE_MEMORY_BYTES (0x1000 + EXIT_BYTES + START_BYTES)

/* Written by the zygote and by children that have not locked themselves in yet; functions never
 * have it. The node clears it. */
struct status {
  int32_t step;   /* what went wrong on the way into the function, enum step; 0: nothing */
  int32_t error;  /* and why */
};

enum step {
  STEP_START = 1,    /* the zygote could not lock itself in */
  STEP_CLONE = 2,    /* no child could be made */
  STEP_MAP = 3,      /* the function's memory could not be mapped */
  STEP_FILTER = 4,   /* the system call filter could not be installed */
  STEP_ATTACH = 5,   /* no room for one more descriptor */
};

/* At the end of the exit pages; before it is the stack of the signal handler. The function can
 * write here what it likes: it can only lie about its own end. Between what the node writes and the
 * stub reads before a run, no function runs. */
struct report {
  uint32_t signal;  /* 0: the child ended without one */
  int32_t code;     /* si_code */
  uint64_t vector;
  uint64_t error_code;
  uint64_t address;      /* CR2 */
  uint64_t instruction;  /* RIP; for a system call, behind it */
  uint64_t flags;        /* RFLAGS */
  uint64_t rdx;
  uint32_t call;          /* number of a forbidden system call */
  uint32_t architecture;  /* AUDIT_ARCH_... of it */
  uint32_t begun;         /* 1: nothing of what earlier runs have left was in the way of this one */
  uint32_t asked;   /* enum ask: what the node wants of the stub; 0 once that has begun */
};

enum ask {
  ASK_BEGIN = 1,    /* a run */
  ASK_RESTORE = 2,  /* a run, and before it what the kernel keeps of the child as it was at first */
};

#define REPORT_RESERVE 256
#define EXIT_STACK_BYTES (EXIT_BYTES - REPORT_RESERVE)
#define REPORT_ADDRESS (EXIT_ADDRESS + EXIT_STACK_BYTES)

/* What a run begins with: the node writes entry, stack pointer and `calls` before each, the zygote the
 * rest, once. Functions can read it. */
struct start {
  uint64_t flags;
  stack_t signal_stack;
  uint64_t blocked;       /* signals */
  uint64_t way_out;       /* where a run may jump to, to end, as RAX tells it at entry */
  uint64_t entry;
  uint64_t stack_pointer;
  uint64_t calls;         /* where system calls of a program go on, 0: they are the run's end */
  _Alignas(64) unsigned char state[512 + 64]; /* for xrstor: all in its first state */
};

/* What xrstor may look at: some processors try the last byte of all enabled state, present or not
 * (11008 bytes with AMX). */
#define STATE_BYTES_MAX (START_BYTES - offsetof(struct start, state))

enum operation {
  OPERATION_ATTACH = 1,  /* the descriptor sent along is the memory file of `slot` */
  OPERATION_DETACH = 2,  /* forget it */
  OPERATION_START = 3,   /* make a child that maps it and runs a function; answered by its number */
};

enum { SLOTS_MAX = 256, RANGES_MAX = 272 };

/* Part of a context, page-aligned; mapped at its address. */
struct range {
  uint64_t start;
  uint64_t end;
  uint32_t protection;  /* PROT_... */
  uint32_t reserved;
};

struct request {
  uint32_t operation;
  uint32_t slot;
  /* Of a Linux program; 0 for other functions. The library OS's code, which may end the child and
   * return from signals. */
  uint64_t libos_begin;
  uint64_t libos_end;
  uint32_t range_count;
  uint32_t warm_count;
  uint32_t stays; /* whether it may wait for another run, or ends with the first */
  uint32_t reserved;
  struct range ranges[RANGES_MAX]; /* first those to map, then those that are worth being present */
};

#endif
