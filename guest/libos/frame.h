/* frame.h: the program's registers, as the kernel keeps them for a signal handler. */
#ifndef PAPPUS_LIBOS_FRAME_H
#define PAPPUS_LIBOS_FRAME_H

#include <asm/sigcontext.h>
#include <linux/signal.h>
/* Needs what signal.h says. */
#include <asm/ucontext.h>

#include "libos.h"

static inline struct libos_frame frame_of(const struct sigcontext *saved) {
  return (struct libos_frame){
      saved->rax, saved->rdi, saved->rsi, saved->rdx, saved->r10, saved->r8, saved->r9,
      saved->rbx, saved->rbp, saved->r12, saved->r13, saved->r14, saved->r15,
      saved->rip, saved->rsp, saved->eflags};
}

static inline void put_frame(const struct libos_frame *frame, struct sigcontext *to) {
  to->rax = frame->rax, to->rdi = frame->rdi, to->rsi = frame->rsi, to->rdx = frame->rdx;
  to->r10 = frame->r10, to->r8 = frame->r8, to->r9 = frame->r9;
  to->rbx = frame->rbx, to->rbp = frame->rbp, to->r12 = frame->r12;
  to->r13 = frame->r13, to->r14 = frame->r14, to->r15 = frame->r15;
  to->rip = frame->rip, to->rsp = frame->rsp, to->eflags = frame->flags;
}

#endif
