/* entry.S: the ways between program and library OS. The program's registers rest in libos_frame; the
 * library OS has its own stack, because below the program's stack pointer is a red zone, and uses no
 * vector registers. There is one thread. */

#include "../process/mark.h"

#define RAX 0
#define RDI 8
#define RSI 16
#define RDX 24
#define R10 32
#define R8 40
#define R9 48
#define RBX 56
#define RBP 64
#define R12 72
#define R13 80
#define R14 88
#define R15 96
#define RIP 104
#define RSP 112
#define FLAGS 120

#define frame(field) libos_frame+field(%rip)
#define RT_SIGRETURN 15
#define ARCH_PRCTL 158

  .text

/* The image's entry. rax is not 0 where a kernel is below (__pappus_signal): the way out of the run. */
  .globl __pappus_entry
__pappus_entry:
  movq %rax, libos_kernel(%rip)
  movq %rsp, frame(RSP)
  leaq libos_stack_end(%rip), %rsp
  xorl %ebp, %ebp
  call libos_begin

  .type return_to_program, @function
return_to_program:
  movq frame(RAX), %rax
  movq frame(RDI), %rdi
  movq frame(RSI), %rsi
  movq frame(RDX), %rdx
  movq frame(R10), %r10
  movq frame(R8), %r8
  movq frame(R9), %r9
  movq frame(RBX), %rbx
  movq frame(RBP), %rbp
  movq frame(R12), %r12
  movq frame(R13), %r13
  movq frame(R14), %r14
  movq frame(R15), %r15
  movq frame(RIP), %rcx
  movq frame(FLAGS), %r11
  pushq %r11
  popfq
  movq frame(RSP), %rsp
  jmp *%rcx

/* Where a run from a template begins, perhaps in another kind of sandbox than the template's. */
  .globl libos_resume
  .hidden libos_resume
libos_resume:
  movq %rax, libos_kernel(%rip)
  leaq libos_stack_end(%rip), %rsp
  xorl %ebp, %ebp
  call libos_continue
  jmp return_to_program

/* SYSCALL arrives here: under PVM at CPL 3, on other hosts at CPL 0 on the same pages, which the host
 * allows (SMEP and SMAP off). Then SYSRET goes on at CPL 3. */
  .globl __pappus_syscall
  .type __pappus_syscall, @function
__pappus_syscall:
  movq %rsp, frame(RSP)
  leaq libos_stack_end(%rip), %rsp
  movq %rax, frame(RAX)
  movq %rdi, frame(RDI)
  movq %rsi, frame(RSI)
  movq %rdx, frame(RDX)
  movq %r10, frame(R10)
  movq %r8, frame(R8)
  movq %r9, frame(R9)
  movq %rbx, frame(RBX)
  movq %rbp, frame(RBP)
  movq %r12, frame(R12)
  movq %r13, frame(R13)
  movq %r14, frame(R14)
  movq %r15, frame(R15)
  movq %rcx, frame(RIP)
  movq %r11, frame(FLAGS)
  /* No direction flag, no alignment check, no trap flag here. */
  pushq $2
  popfq
  movl %cs, %eax
  testb $3, %al
  jnz 1f
  leaq 1f(%rip), %rcx
  movl $2, %r11d
  sysretq
1:
  call libos_call
  jmp return_to_program

/* SIGSYS arrives here. What the kernel saved is changed in place, and restored by it. */
  .globl __pappus_signal
  .type __pappus_signal, @function
__pappus_signal:
  movq %rdx, %rdi
  leaq libos_stack_end(%rip), %rsp
  call libos_signal
  /* The kernel looks for its frame by the stack pointer (sys_rt_sigreturn): the context lies where a
   * handler's return would have left it. */
  movq libos_signal_context(%rip), %rsp
  movq $0, libos_signal_context(%rip)
  movl $RT_SIGRETURN, %eax
  syscall
  ud2

/* Ends the run from inside of a signal handler, where another signal could not be delivered. */
  .globl libos_leave
  .hidden libos_leave
libos_leave:
  jmp *libos_kernel(%rip)

/* long libos_arch_prctl(int what, uint64_t address): asks the kernel below. */
  .globl libos_arch_prctl
  .hidden libos_arch_prctl
  .type libos_arch_prctl, @function
libos_arch_prctl:
  movl $ARCH_PRCTL, %eax
  movl $LIBOS_MARK, %edx
  syscall
  ret

  .bss
  .balign 64
libos_stack:
  .skip 0x10000
libos_stack_end:

  .section .note.GNU-stack, "", @progbits
