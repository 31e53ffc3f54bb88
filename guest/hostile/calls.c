/* calls.c: a library OS of a few lines, for what the process sandbox does with system calls of
 * Linux programs. The tests know where its code stands, and say that it is one.
 *
 * Calls are answered by twice their number, but for those that the handler has a use for. See modes.h for
 * its sets. */
#include "../process/zygote.h"
#include "modes.h"

#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/ucontext.h>

PAPPUS_FUNCTION(calls, IN(mode, number), OUT(result));

/* The handler's own requests, beyond all numbers of Linux. */
enum { CALL_FAULT = 1000, CALL_NESTED, CALL_LOOP, CALL_LEAVE, CALL_OUT };
enum { MUNMAP = 11, RT_SIGRETURN = 15, ARCH_PRCTL = 158, EXIT_GROUP = 231, EXIT_STATUS = 7 };
enum { SET_GS = 0x1001, SET_FS, GET_FS, GET_GS }; /* of arch_prctl */
enum { FLAG_ALIGNMENT = 1 << 18, FLAG_DIRECTION = 1 << 10, FLAG_CARRY = 1 };

/* struct ucontext, as <asm/ucontext.h> has it, up to the flags. */
struct frame {
  uint64_t flags, link, stack[3];
  uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
  uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
};

__asm__(
    ".pushsection libos, \"ax\", @progbits\n"
    ".globl __pappus_signal, libos_call, libos_restore\n"
    "__pappus_signal:\n"
    "  cmpl $31, %edi\n"
    "  jne 1f\n"
    "  leaq 8(%rsp), %rbx\n"
    "  movq %rdx, %rdi\n"
    "  call answer\n"
    "  movq %rbx, %rsp\n"
    "  movl $15, %eax\n"
    "  syscall\n"
    "1: ud2\n"
    "libos_restore:\n"
    "  movq %rdi, %rsp\n"
    "  movl $15, %eax\n"
    "  syscall\n"
    /* A call from here; the number comes as the first argument. */
    "libos_call:\n"
    "  movq %rdi, %rax\n"
    "  movq %rsi, %rdi\n"
    "  movq %rdx, %rsi\n"
    "  syscall\n"
    "  ret\n"
    ".popsection\n");

extern uint64_t libos_call(uint64_t number, uint64_t first, uint64_t second);
extern _Noreturn void libos_restore(struct ucontext *context);

__attribute__((section("libos"), target("general-regs-only"), used, noinline)) static void answer(struct frame *frame) {
  switch (frame->rax) {
    case CALL_FAULT: __asm__ volatile("movl $1, 8"); break;
    case CALL_NESTED: frame->rax = libos_call(39 /* getpid */, 0, 0); return;
    case CALL_LOOP: for (;;) __asm__ volatile("");
    case CALL_LEAVE:
      control.exit_code = EXIT_STATUS;
      libos_call(EXIT_GROUP, frame->rdi, 0);
      break;
    case CALL_OUT:
      control.exit_code = EXIT_STATUS;
      __asm__ volatile("outb %al, $0x10");
      break;
    default: frame->rax = 2 * frame->rax;
  }
}

static uint64_t call(uint64_t number) {
  uint64_t result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(0), "S"(0), "d"(0) : "rcx", "r11", "memory");
  return result;
}

static uint64_t any_call(uint64_t number) { return call(number); }

/* Numbers that something is known to be at each place in which a program may keep one. */
static struct { uint64_t general[14], red_zone[16], fs, gs, flags; uint8_t vectors[2048]; } before, after;

__asm__(
    ".pushsection .text\n"
    "call_keeping:\n"
    "  .irp r, rbx,rbp,r12,r13,r14,r15\n"
    "  pushq %\\r\n"
    "  .endr\n"
    "  pushq %rdi\n"
    "  .set i, 0\n"
    "  .irp r, rbx,rbp,rdx,rsi,r8,r9,r10,r12,r13,r14,r15,rdi\n"
    "  movq before+8*i(%rip), %\\r\n"
    "  .set i, i+1\n"
    "  .endr\n"
    "  .set i, 1\n"
    "  .rept 16\n"
    "  movq before+112+8*(i-1)(%rip), %rax\n"
    "  movq %rax, -8*i(%rsp)\n"
    "  .set i, i+1\n"
    "  .endr\n"
    "  movl $300, %eax\n"
    /* Alignment, direction and carry flag; no stack is touched while the first is set, but by the
     * kernel. */
    "  leaq -128(%rsp), %rsp\n"
    "  pushq $0x40403\n"
    "  popfq\n"
    "  leaq 128(%rsp), %rsp\n"
    "  syscall\n"
    "  leaq -128(%rsp), %rsp\n"
    "  pushfq\n"
    "  popq after+256(%rip)\n"
    "  pushq $2\n"
    "  popfq\n"
    "  leaq 128(%rsp), %rsp\n"
    "  .set i, 0\n"
    "  .irp r, rbx,rbp,rdx,rsi,r8,r9,r10,r12,r13,r14,r15,rdi\n"
    "  movq %\\r, after+8*i(%rip)\n"
    "  .set i, i+1\n"
    "  .endr\n"
    "  movq %rax, %rbx\n"
    "  .set i, 1\n"
    "  .rept 16\n"
    "  movq -8*i(%rsp), %rax\n"
    "  movq %rax, after+112+8*(i-1)(%rip)\n"
    "  .set i, i+1\n"
    "  .endr\n"
    "  movq %rbx, %rax\n"
    "  popq %rdi\n"
    "  .irp r, r15,r14,r13,r12,rbp,rbx\n"
    "  popq %\\r\n"
    "  .endr\n"
    "  ret\n"
    ".popsection\n");

extern uint64_t call_keeping(uint64_t unused);

static uint64_t xcr0(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

/* How many of the bytes that a call must preserve it has not. */
static uint64_t preserved(uint64_t seed) {
  uint8_t *bytes = (uint8_t *)&before;
  for (size_t i = 0; i < sizeof before; i++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    bytes[i] = (uint8_t)(seed >> 33);
  }
  before.fs = seed & 0x7FFFFFFFFFFF;
  before.gs = (uint64_t)&before;
  before.flags = FLAG_ALIGNMENT | FLAG_DIRECTION | FLAG_CARRY | 2;
  libos_call(ARCH_PRCTL, SET_FS, before.fs);
  libos_call(ARCH_PRCTL, SET_GS, before.gs);
  bool wide = (xcr0() & 0xE0) == 0xE0;
#define EACH(what) what(0) what(1) what(2) what(3) what(4) what(5) what(6) what(7) what(8) what(9) what(10) what(11) what(12) what(13) what(14) what(15)
#define LOAD(n) __asm__ volatile("movups %0, %%xmm" #n :: "m"(before.vectors[16 * n]));
#define LOAD_WIDE(n) __asm__ volatile("vmovdqu64 (%0), %%zmm" #n :: "r"(&before.vectors[64 * n]));
#define STORE(n) __asm__ volatile("movups %%xmm" #n ", %0" : "=m"(after.vectors[16 * n]));
#define STORE_WIDE(n) __asm__ volatile("vmovdqu64 %%zmm" #n ", (%0)" :: "r"(&after.vectors[64 * n]) : "memory");
  if (wide) { EACH(LOAD_WIDE) } else { EACH(LOAD) }
  uint64_t result = call_keeping(0);
  if (wide) { EACH(STORE_WIDE) } else { EACH(STORE) }
  libos_call(ARCH_PRCTL, GET_FS, (uint64_t)&after.fs);
  libos_call(ARCH_PRCTL, GET_GS, (uint64_t)&after.gs);
  uint64_t wrong = result == 600 ? 0 : 1000000;
  for (size_t i = 0; i < 12; i++) wrong += before.general[i] != after.general[i];
  for (size_t i = 0; i < 16; i++) wrong += 100 * (before.red_zone[i] != after.red_zone[i]);
  wrong += 10000 * (before.fs != after.fs) + 10000 * (before.gs != after.gs);
  wrong += 100000 * ((before.flags & 0x40403) != (after.flags & 0x40403));
  size_t vectors = wide ? 16 * 64 : 16 * 16;
  for (size_t i = 0; i < vectors; i++) wrong += before.vectors[i] != after.vectors[i] ? 10000000 : 0;
  return wrong;
}

/* Where the program's stack pointer points to nothing. */
static uint64_t without_stack(uint64_t number) {
  uint64_t result, pointer;
  __asm__ volatile("movq %%rsp, %1; movq $-8, %%rsp; syscall; movq %1, %%rsp"
                   : "=a"(result), "=&r"(pointer) : "a"(number), "D"(0), "S"(0), "d"(0) : "rcx", "r11", "memory");
  return result;
}

/* From the stub's signal stack itself. */
static uint64_t on_exit_stack(uint64_t number) {
  uint64_t result, pointer;
  __asm__ volatile("movq %%rsp, %1; movabsq $0x7F0000004000, %%rsp; syscall; movq %1, %%rsp"
                   : "=a"(result), "=&r"(pointer) : "a"(number), "D"(0), "S"(0), "d"(0) : "rcx", "r11", "memory");
  return result;
}

static uint64_t many(uint64_t times) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < times; i++) sum += call(1 + i % 200);
  return sum;
}

static uint64_t from_libos(uint64_t number) { return libos_call(number, 0, 0); }

static uint64_t base_from_libos(uint64_t what) {
  static uint64_t area[512];
  return libos_call(ARCH_PRCTL, what, (uint64_t)area);
}

/* Whether what is set is there, and read back, after calls that another process may have run between. */
static uint64_t bases_from_libos(uint64_t number) {
  static uint64_t areas[2], read[2];
  areas[0] = number;
  areas[1] = number + 1;
  libos_call(ARCH_PRCTL, SET_FS, (uint64_t)&areas[0]);
  libos_call(ARCH_PRCTL, SET_GS, (uint64_t)&areas[1]);
  uint64_t fs, gs, wrong = 0;
  for (uint64_t i = 0; i < 1000; i++) {
    call(39 /* getpid */);
    __asm__ volatile("movq %%fs:0, %0; movq %%gs:0, %1" : "=r"(fs), "=r"(gs));
    libos_call(ARCH_PRCTL, GET_FS, (uint64_t)&read[0]);
    libos_call(ARCH_PRCTL, GET_GS, (uint64_t)&read[1]);
    wrong += fs != number || gs != number + 1 || read[0] != (uint64_t)&areas[0] || read[1] != (uint64_t)&areas[1];
  }
  return wrong;
}

static uint64_t call_32(uint64_t number) {
  uint64_t result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(0), "c"(0), "d"(0) : "memory");
  return result;
}

static uint64_t unmap_zygote(uint64_t address) {
  uint64_t result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(MUNMAP), "D"(address), "S"(0x100000), "d"(0) : "rcx", "r11", "memory");
  return result;
}

enum { TRAP_NEXT_RUN = 1, BLOCK_SIGNALS = 2, STACK_IN_CONTEXT = 4, STACK_OVER_START = 8, STACK_OVER_REPORT = 16 };

static uint8_t signal_area[0x10000];

/* Ends its run well, after it has had the kernel set what only that can: where signals are put, which
 * are blocked, and the trap flag for when the stub wakes up. */
static uint64_t leave_spoiled(uint64_t how) {
  static struct ucontext context;
  const unsigned char *wait = (const unsigned char *)STUB_ADDRESS;
  while (__builtin_memcmp(wait, "\xB8\x22\0\0\0\x0F\x05", 7) != 0) wait++;
  context.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
  context.uc_mcontext.rip = (uint64_t)wait + 5;
  context.uc_mcontext.rax = 34;
  context.uc_mcontext.rsp = (uint64_t)&context;
  context.uc_mcontext.rbx = context.uc_mcontext.r12 = ~0ul;
  context.uc_mcontext.cs = 0x33;
  context.uc_mcontext.ss = 0x2B;
  context.uc_mcontext.eflags = how & TRAP_NEXT_RUN ? 0x302 : 0x202;
  if (how & BLOCK_SIGNALS) context.uc_sigmask = ~0ul;
  if (how & STACK_IN_CONTEXT) context.uc_stack = (stack_t){signal_area, 0, sizeof signal_area};
  if (how & STACK_OVER_START) context.uc_stack = (stack_t){(void *)(EXIT_ADDRESS + EXIT_BYTES), 0, 0x2000};
  if (how & STACK_OVER_REPORT) context.uc_stack = (stack_t){(void *)EXIT_ADDRESS, 0, EXIT_BYTES};
  control.exit_code = 0;
  libos_restore(&context);
}

/* How many bytes of the area are not as at first. */
static uint64_t spoilt_bytes(uint64_t ignored) {
  (void)ignored;
  uint64_t count = 0;
  for (size_t i = 0; i < sizeof signal_area; i++) count += ((volatile uint8_t *)signal_area)[i] != 0;
  return count;
}

static const struct mode modes[] = {
    MODE(leave_spoiled), MODE(spoilt_bytes), MODE(any_call), MODE(preserved), MODE(without_stack), MODE(on_exit_stack), MODE(many),
    MODE(from_libos), MODE(base_from_libos), MODE(bases_from_libos), MODE(call_32), MODE(unmap_zygote),
};

static int calls(void) {
  return run_mode(modes, sizeof modes / sizeof *modes, in.mode, in.number, out.result);
}
