/* zygote.c: the parent of all children in which functions run as Linux processes.
 *
 * It holds nothing but itself, makes children, and never touches what a function wrote. A child maps
 * a context, drops everything else and may make no system call any more when the function's first
 * instruction runs. What is left of this file in it is the page at STUB_ADDRESS. At the end of a run
 * it waits there, inside of a system call that only the node can answer, for the next run in the
 * same context. Children are the node's, not the zygote's (CLONE_PARENT): the node awaits their ends.
 *
 * No C library and no thread pointer: nothing is registered with the kernel that could outlive the
 * mappings. No vector registers, so that children start with clean ones. */
#include "zygote.h"

#include <asm/errno.h>
#include <asm/ptrace-abi.h>
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/ucontext.h>
#include <asm/unistd_64.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdbool.h>

#define STUB __attribute__((section("stub"), used))
#define NOBODY 65534
#define CONTEXT_DESCRIPTOR(slot) (16 + (int)(slot))
#define SS_AUTODISARM_FLAG (1u << 31)
/* Of Linux 5.19; the kernel's headers may be older than the kernel. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1ul << 5)
#endif

/* Signals that faults arrive as, and the one by which the node asks where a function is. */
static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGXCPU};

/* Whether the kernel lets children wait for another run, so that the node hears of it. */
static bool can_wait;

static volatile struct status *const status = (void *)STATUS_ADDRESS;

/* SAFETY: each caller passes what the kernel's call of that number takes; unused arguments are 0. */
static inline __attribute__((always_inline)) long kernel(
    long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

#define CALL(number, a, b, c) kernel(__NR_##number, (long)(a), (long)(b), (long)(c), 0, 0, 0)

static _Noreturn void leave(void) {
  for (;;) CALL(exit_group, 0, 0, 0);
}

static _Noreturn void fail(enum step step, long result) {
  status->error = (int32_t)-result;
  status->step = step;
  leave();
}

static void require(long result) {
  if (result < 0) fail(STEP_START, result);
}

/* ---- The stub: what stays in a child ---- */

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

/* stub_wait: the end of a run, good or not. Past the call that waits there the kernel comes with the
 * node's answer; a function that jumps there begins its own run again.
 *
 * stub_begin: the start of a run, with the processor as docs/abi.md says. No register is trusted, RSP
 * included: the kernel must not take it for one on the stack of signals. What an earlier run has left
 * can only be trapped here (its trap flag, say), which is told on the pages that the stub and the node
 * share, before this run has begun; the node begins it in a new child. What the kernel keeps of a child,
 * signals and segment bases, costs four calls to put back, and is only so where the node says it may
 * differ: in a new child, in a program, after a signal, and after a function has changed its bases.
 *
 * stub_enter: drops the zygote first. */
__asm__(
    ".pushsection stub, \"ax\", @progbits\n"
    "stub_wait:\n"
    "  movl $" TEXT(__NR_pause) ", %eax\n"
    "  syscall\n"
    "stub_woken:\n"
    "  testq %rax, %rax\n"
    "  jz stub_begin\n"
    "stub_leave:\n"
    "  movl $" TEXT(__NR_exit_group) ", %eax\n"
    "  xorl %edi, %edi\n"
    "  syscall\n"
    "  jmp stub_leave\n"
    "stub_enter:\n"
    "  movl $" TEXT(__NR_munmap) ", %eax\n"
    "  movabsq $0x7F0000100000, %rdi\n"
    "  movl $0x100000, %esi\n"
    "  syscall\n"
    "  testq %rax, %rax\n"
    "  jnz stub_leave\n"
    "stub_begin:\n"
    "  movl $0x55555554, %eax\n"
    "  xorl %ecx, %ecx\n"
    "  xorl %edx, %edx\n"
    "stub_keys:\n"
    "  .byte 0x0F, 0x1F, 0x00\n" /* a no-op; wrpkru where that exists, see fit_processor */
    "  movl %ecx, %ds\n"
    "  movl %ecx, %es\n"
    "  movl %ecx, %fs\n"
    "  movl %ecx, %gs\n"
    "  cmpl $2, asked(%rip)\n" /* ASK_RESTORE */
    "  jne stub_restored\n"
    "  xorl %esp, %esp\n"
    "  xorl %esi, %esi\n"
    "  movl $" TEXT(__NR_arch_prctl) ", %eax\n"
    "  movl $0x1001, %edi\n" /* ARCH_SET_GS */
    "  syscall\n"
    "  movl $" TEXT(__NR_arch_prctl) ", %eax\n"
    "  movl $0x1002, %edi\n" /* ARCH_SET_FS */
    "  syscall\n"
    "  movl $" TEXT(__NR_sigaltstack) ", %eax\n"
    "  leaq start_signal_stack(%rip), %rdi\n"
    "  syscall\n"
    "  testq %rax, %rax\n"
    "  jnz stub_leave\n"
    "  movl $" TEXT(__NR_rt_sigprocmask) ", %eax\n"
    "  movl $" TEXT(SIG_SETMASK) ", %edi\n"
    "  leaq start_blocked(%rip), %rsi\n"
    "  xorl %edx, %edx\n"
    "  movl $8, %r10d\n"
    "  syscall\n"
    "  testq %rax, %rax\n"
    "  jnz stub_leave\n"
    "stub_restored:\n"
    "  movl $0, asked(%rip)\n"
    "  xorl %ecx, %ecx\n"
    "stub_bases:\n"
    "  .byte 0x0F, 0x1F, 0x44, 0, 0\n" /* no-ops; wrfsbase and wrgsbase where those work */
    "  .byte 0x0F, 0x1F, 0x44, 0, 0\n"
    "  fninit\n"
    "  movl $0xFFFFFDFF, %eax\n" /* all but the protection keys */
    "  movl $0xFFFFFFFF, %edx\n"
    "stub_state:\n"
    "  xrstor64 start_state(%rip)\n"
    "  movl $1, begun(%rip)\n"
    "  movabsq $0x7F000000A000, %rsp\n"
    "  popfq\n"
    "  .irp r, rcx,rdx,rbx,rbp,rsi,rdi,r8,r9,r10,r11,r12,r13,r14,r15\n"
    "  movq $0, %\\r\n"
    "  .endr\n"
    "  movq start_way_out(%rip), %rax\n"
    "  movq start_stack_pointer(%rip), %rsp\n"
    "  jmpq *start_entry(%rip)\n"
    ".popsection\n");

/* Where signals arrive, on a stack of their own. Flags are as the function left them, so alignment
 * checks are switched off first. A system call of a program goes on to its library OS, with the
 * kernel's arguments and frame; calls in the 32-bit ABI, and all else, are the function's end. */
__asm__(
    ".pushsection stub, \"ax\", @progbits\n"
    "stub_signal:\n"
    "  pushq $2\n"
    "  popfq\n"
    "  cmpl $" TEXT(SIGSYS) ", %edi\n"
    "  jne stub_report\n"
    "  cmpl $0xC000003E, 0x1C(%rsi)\n"
    "  jne stub_report\n"
    "  cmpq $0, calls_address(%rip)\n"
    "  je stub_report\n"
    "  jmpq *calls_address(%rip)\n"
    ".popsection\n");
_Static_assert(AUDIT_ARCH_X86_64 == 0xC000003E && offsetof(siginfo_t, si_arch) == 0x1C,
               "see stub_signal");

STUB _Noreturn void stub_report(int number, const siginfo_t *info, const struct ucontext *context) {
  volatile struct report *report = (void *)REPORT_ADDRESS;
  const struct sigcontext *state = &context->uc_mcontext;
  report->code = info->si_code;
  report->vector = state->trapno;
  report->error_code = state->err;
  report->address = state->cr2;
  report->instruction = state->rip;
  report->flags = state->eflags;
  report->rdx = state->rdx;
  report->call = (uint32_t)info->si_syscall;
  report->architecture = info->si_arch;
  report->signal = (uint32_t)number;
  __asm__ volatile("jmp stub_wait");
  __builtin_unreachable();
}

_Static_assert(ZYGOTE_ADDRESS == 0x7F0000100000 && ZYGOTE_BYTES == 0x100000, "see stub_enter");
_Static_assert(START_ADDRESS == 0x7F000000A000 && offsetof(struct start, flags) == 0 &&
                   offsetof(struct start, signal_stack) == 0x08 &&
                   offsetof(struct start, blocked) == 0x20 &&
                   offsetof(struct start, way_out) == 0x28 &&
                   offsetof(struct start, entry) == 0x30 &&
                   offsetof(struct start, stack_pointer) == 0x38 &&
                   offsetof(struct start, calls) == 0x40 &&
                   offsetof(struct start, state) == 0x80 &&
                   REPORT_ADDRESS + offsetof(struct report, begun) == 0x7F0000008F40 &&
                   REPORT_ADDRESS + offsetof(struct report, asked) == 0x7F0000008F44 && ASK_RESTORE == 2,
               "see stub_begin, stub_signal, and the places in the Makefile");

extern void stub_signal(void) __attribute__((visibility("hidden")));
extern _Noreturn void stub_enter(void) __attribute__((visibility("hidden")));
extern const char stub_wait[] __attribute__((visibility("hidden")));
extern const char stub_woken[] __attribute__((visibility("hidden")));
extern unsigned char stub_keys[] __attribute__((visibility("hidden")));
extern unsigned char stub_bases[] __attribute__((visibility("hidden")));
extern unsigned char stub_state[] __attribute__((visibility("hidden")));

/* ---- Children ---- */

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_ARGUMENT(n, half) \
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[n]) + 4 * (half))
#define IF_NOT(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, skip)
#define IF(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), skip, 0)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_##what)

#define LOAD_PLACE(half) \
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4 * (half))

/* What the stub asks for, the last rules of each filter, with the call's number at hand: the munmap
 * of stub_enter, which a second time does nothing; from its own instruction alone, to wait for the
 * next run; and to handle signals as at the start. What waiting is answered with is filled in. */
enum { RULE_WOKEN = 13, RULE_WAIT = 14, STUB_RULES_COUNT = 27 };
#define START_PLACE(field) (START_ADDRESS + offsetof(struct start, field))
#define STUB_RULES                                                        \
  IF_NOT(__NR_munmap, 8),                                                 \
  LOAD_ARGUMENT(0, 0),                                                    \
  IF_NOT(ZYGOTE_ADDRESS & 0xFFFFFFFF, 23),                                \
  LOAD_ARGUMENT(0, 1),                                                    \
  IF_NOT(ZYGOTE_ADDRESS >> 32, 21),                                       \
  LOAD_ARGUMENT(1, 0),                                                    \
  IF_NOT(ZYGOTE_BYTES, 19),                                               \
  LOAD_ARGUMENT(1, 1),                                                    \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 16, 17),                         \
  IF_NOT(__NR_pause, 5),                                                  \
  LOAD_PLACE(1),                                                          \
  IF_NOT(STUB_ADDRESS >> 32, 14),                                         \
  LOAD_PLACE(0),                                                          \
  IF_NOT(0, 12),                                                          \
  RETURN(ALLOW),                                                          \
  IF_NOT(__NR_sigaltstack, 4),                                            \
  LOAD_ARGUMENT(0, 0),                                                    \
  IF_NOT(START_PLACE(signal_stack) & 0xFFFFFFFF, 8),                      \
  LOAD_ARGUMENT(0, 1),                                                    \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, START_PLACE(signal_stack) >> 32, 5, 6), \
  IF_NOT(__NR_rt_sigprocmask, 5),                                         \
  LOAD_ARGUMENT(1, 0),                                                    \
  IF_NOT(START_PLACE(blocked) & 0xFFFFFFFF, 3),                           \
  LOAD_ARGUMENT(1, 1),                                                    \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, START_PLACE(blocked) >> 32, 0, 1),  \
  RETURN(ALLOW),                                                          \
  RETURN(TRAP)

/* What a function may ask of the kernel besides: to end, and to set its thread pointer (the
 * reference's process platform does). */
static struct sock_filter function_rules[] = {
    LOAD(arch),
    IF_NOT(AUDIT_ARCH_X86_64, 34),
    LOAD(nr),
    IF(__NR_exit_group, 31),
    IF_NOT(__NR_arch_prctl, 5),
    LOAD_ARGUMENT(2, 0),
    IF(LIBOS_MARK, 29),
    LOAD_ARGUMENT(0, 0),
    IF(0x1001 /* ARCH_SET_GS */, 26),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x1002 /* ARCH_SET_FS */, 25, 26),
    STUB_RULES,
};

/* What a Linux program may: the library OS in it, or the stub, ends it; returns from the signals that
 * its calls are; and asks for its FS and GS base, and sets them. That a call comes from there keeps
 * programs that mean well apart from it, no more: anybody can jump there. */
enum { RULE_BEGIN_LOW = 14, RULE_BYTES = 15, RULE_BEGIN_HIGH = 17, RULE_END_HIGH = 18 };
static struct sock_filter program_rules[] = {
    LOAD(arch),
    IF_NOT(AUDIT_ARCH_X86_64, 43),
    LOAD(nr),
    IF(__NR_exit_group, 5),
    IF(__NR_rt_sigreturn, 4),
    IF_NOT(__NR_arch_prctl, 13),
    LOAD_ARGUMENT(0, 0),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x1001 /* ARCH_SET_GS */, 0, 37),
    BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 0x1004 /* ARCH_GET_GS */, 36, 0),
    LOAD_PLACE(1),
    IF_NOT(STUB_ADDRESS >> 32, 2),
    LOAD_PLACE(0),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)EXIT_ADDRESS, 32, 31),
    LOAD_PLACE(0),
    [RULE_BEGIN_LOW] = BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 0),
    [RULE_BYTES] = BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0, 29, 0),
    LOAD_PLACE(1),
    [RULE_BEGIN_HIGH] = IF(0, 26),
    [RULE_END_HIGH] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 25, 26),
    STUB_RULES,
};

_Static_assert((STUB_ADDRESS & 0xFFFFFFFF) == 0, "program_rules takes the stub's size for its end");

/* The child's filter, from here on; in its own copy of this memory. */
static long lock_in(const struct request *request) {
  struct sock_fprog filter = {sizeof function_rules / sizeof *function_rules, function_rules};
  if (request->libos_end != 0) {
    program_rules[RULE_BEGIN_LOW].k = (uint32_t)request->libos_begin;
    program_rules[RULE_BYTES].k = (uint32_t)(request->libos_end - request->libos_begin);
    program_rules[RULE_BEGIN_HIGH].k = (uint32_t)(request->libos_begin >> 32);
    program_rules[RULE_END_HIGH].k = (uint32_t)(request->libos_end >> 32);
    filter = (struct sock_fprog){sizeof program_rules / sizeof *program_rules, program_rules};
  }
  struct sock_filter *own = filter.filter + filter.len - STUB_RULES_COUNT;
  own[RULE_WOKEN].k = (uint32_t)(uintptr_t)stub_woken;
  if (!request->stays || !can_wait) own[RULE_WAIT].k = SECCOMP_RET_ERRNO | ENOSYS;
  return CALL(seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
}

static _Noreturn void become_function(const struct request *request, long node) {
  CALL(prctl, PR_SET_PDEATHSIG, SIGKILL, 0);
  if (CALL(getppid, 0, 0, 0) != node) leave();
  const struct range *range = request->ranges;
  for (uint32_t i = 0; i < request->range_count; i++, range++) {
    long at = kernel(__NR_mmap, (long)range->start, (long)(range->end - range->start),
                     (long)range->protection, MAP_SHARED | MAP_FIXED_NOREPLACE,
                     CONTEXT_DESCRIPTOR(request->slot), (long)range->start);
    if (at != (long)range->start) fail(STEP_MAP, at);
  }
  for (uint32_t i = 0; i < request->warm_count; i++, range++) {
    /* Only saves faults: what does not become present now does when it is used. */
    CALL(madvise, range->start, range->end - range->start, range->protection);
  }
  CALL(close_range, 0, ~0u, 0);
  long result = lock_in(request);
  if (result != 0) fail(STEP_FILTER, result);
  stub_enter();
}

/* ---- The zygote ---- */

static void drop_privileges(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
  require(CALL(capget, &header, data, 0));
  /* A node without CAP_KILL could not end processes of another user. */
  if (CALL(geteuid, 0, 0, 0) == 0 && (data[0].effective & 1u << CAP_KILL) != 0) {
    /* In a user namespace without `nobody` these fail; capabilities go in any case. */
    CALL(setgroups, 0, 0, 0);
    CALL(setresgid, NOBODY, NOBODY, NOBODY);
    CALL(setresuid, NOBODY, NOBODY, NOBODY);
  }
  const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
  require(CALL(capset, &header, none, 0));
  require(CALL(prctl, PR_SET_NO_NEW_PRIVS, 1, 0));
  require(CALL(prctl, PR_SET_DUMPABLE, 0, 0));
  static const struct rlimit zero;
  require(CALL(setrlimit, RLIMIT_CORE, &zero, 0));
  require(CALL(setrlimit, RLIMIT_FSIZE, &zero, 0));
  require(CALL(setrlimit, RLIMIT_MEMLOCK, &zero, 0));
}

/* Where memory runs out, the kernel ends a child or its zygote rather than the node. */
static void stand_back(void) {
  long file = CALL(open, "/proc/self/oom_score_adj", 1 /* O_WRONLY */, 0);
  if (file >= 0) CALL(write, file, "1000", 4);
}

static void map_memory(void) {
  const int prot = PROT_READ | PROT_WRITE, flags = MAP_SHARED | MAP_FIXED;
  if (kernel(__NR_mmap, (long)STATUS_ADDRESS, 0x1000, prot, flags, ZYGOTE_MEMORY, 0) < 0) leave();
  require(kernel(__NR_mmap, (long)EXIT_ADDRESS, EXIT_BYTES, prot, flags, ZYGOTE_MEMORY, 0x1000));
  require(kernel(__NR_mmap, (long)START_ADDRESS, START_BYTES, prot, flags, ZYGOTE_MEMORY,
                 0x1000 + EXIT_BYTES));
}

/* What runs begin with, but for what the node fills in. */
static void prepare_start(void) {
  struct start *start = (void *)START_ADDRESS;
  start->flags = 2;
  start->signal_stack = (stack_t){
      .ss_sp = (void *)EXIT_ADDRESS, .ss_flags = (int)SS_AUTODISARM_FLAG, .ss_size = EXIT_STACK_BYTES};
  start->way_out = (uint64_t)stub_wait;
  const uint16_t x87_control = 0x37F;
  const uint32_t sse_control = 0x1F80;
  __builtin_memcpy(start->state, &x87_control, sizeof x87_control);
  __builtin_memcpy(start->state + 24, &sse_control, sizeof sse_control);
  require(CALL(mprotect, START_ADDRESS, START_BYTES, PROT_READ));
}

struct cpuid {
  uint32_t eax, ebx, ecx, edx;
};

static struct cpuid cpuid(uint32_t leaf) {
  struct cpuid answer = {.eax = leaf};
  __asm__ volatile("cpuid" : "+a"(answer.eax), "=b"(answer.ebx), "+c"(answer.ecx), "=d"(answer.edx));
  return answer;
}

static void skip_instruction(int number, const siginfo_t *info, struct ucontext *context) {
  (void)number, (void)info;
  context->uc_mcontext.rip += 5;
  context->uc_mcontext.rax = 0;
}

extern void return_from_signal(void) __attribute__((visibility("hidden")));
__asm__(
    ".text\n"
    "return_from_signal:\n"
    "  movl $" TEXT(__NR_rt_sigreturn) ", %eax\n"
    "  syscall\n");

/* Tried, as there are kernels that have not enabled the instructions and run above one that has. Once:
 * a guest that is moved to other hardware while it runs keeps the first answer. */
static bool can_set_bases(void) {
  const struct sigaction action = {
      .sa_handler = (__sighandler_t)(void *)skip_instruction,
      .sa_flags = SA_SIGINFO | 0x04000000 /* SA_RESTORER */,
      .sa_restorer = (__sigrestore_t)return_from_signal,
  };
  const sigset_t none = 0;
  require(kernel(__NR_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, sizeof none, 0, 0));
  require(kernel(__NR_rt_sigaction, SIGILL, (long)&action, 0, sizeof action.sa_mask, 0, 0));
  uint64_t can = 1;
  __asm__ volatile(".byte 0xF3, 0x48, 0x0F, 0xAE, 0xD1" /* wrfsbase %rcx */ : "+a"(can) : "c"(0ul));
  return can != 0;
}

/* A function that has taken its pages' protection key away (wrpkru) must not spoil the start of the
 * next run; what sets FS and GS base in a function must put them back; and processors without xrstor
 * have fxrstor. */
static void fit_processor(void) {
  static const unsigned char bases[] = {0xF3, 0x48, 0x0F, 0xAE, 0xD1,  /* wrfsbase %rcx */
                                        0xF3, 0x48, 0x0F, 0xAE, 0xD9}; /* wrgsbase %rcx */
  const bool set_bases = can_set_bases();
  const bool keys = cpuid(0).eax >= 7 && (cpuid(7).ecx & 1u << 4 /* OSPKE */) != 0;
  const bool xrstor = (cpuid(1).ecx & 1u << 27 /* OSXSAVE */) != 0;
  if (xrstor && cpuid(0xD).ebx /* bytes of all enabled state */ > STATE_BYTES_MAX) {
    fail(STEP_START, -EOVERFLOW);
  }
  require(CALL(mprotect, STUB_ADDRESS, 0x1000, PROT_READ | PROT_WRITE));
  if (keys) stub_keys[0] = 0x0F, stub_keys[1] = 0x01, stub_keys[2] = 0xEF;
  if (set_bases) __builtin_memcpy(stub_bases, bases, sizeof bases);
  if (!xrstor) stub_state[3] = 0x0D;
  require(CALL(mprotect, STUB_ADDRESS, 0x1000, PROT_READ | PROT_EXEC));
}

/* Stack, vdso and vvar of the start: functions must not see them, and forks need not copy them. */
static void drop_mappings(void) {
  const unsigned long exit_end = EXIT_ADDRESS + EXIT_BYTES, end = ZYGOTE_ADDRESS + ZYGOTE_BYTES;
  const unsigned long start_end = START_ADDRESS + START_BYTES;
  require(CALL(munmap, 0, STUB_ADDRESS, 0));
  /* The kernel chooses the place of the vdso at random, perhaps even here. */
  require(CALL(munmap, exit_end, START_ADDRESS - exit_end, 0));
  require(CALL(munmap, start_end, ZYGOTE_ADDRESS - start_end, 0));
  require(CALL(munmap, end, 0x7FFFFFFFF000ull - end, 0));
}

static void handle_signals(void) {
  struct sigaction action = {
      .sa_handler = (__sighandler_t)stub_signal,
      .sa_flags = SA_SIGINFO | SA_ONSTACK | 0x04000000 /* SA_RESTORER */,
      .sa_restorer = (__sigrestore_t)stub_signal,
  };
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    /* A system call of a program is answered in its handler, which may fault, and be asked where
     * it is: those signals come on whatever stack it uses then, and end it. */
    action.sa_mask = signals[i] == SIGSYS ? 0 : ~0ul;
    require(kernel(__NR_rt_sigaction, signals[i], (long)&action, 0, sizeof action.sa_mask, 0, 0));
  }
  /* Until a run begins: nobody comes to the stub who is not locked in. */
  const sigset_t all = ~0ul;
  require(kernel(__NR_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, sizeof all, 0, 0));
}

/* A message of the socket, with at most one descriptor. */
struct control { size_t size; int level, type; int descriptor; int padding; };
struct message {
  void *name; uint32_t name_size; struct vector { void *base; size_t size; } *vector; size_t vector_count;
  struct control *control; size_t control_size; int flags;
};

static struct request request;

/* Takes one request; the descriptor that came along, or -1. Ends with the node. */
static int receive(void) {
  struct vector vector = {&request, sizeof request};
  struct control control = {0};
  struct message message = {0, 0, &vector, 1, &control, sizeof control, 0};
  const int close_on_exec = 0x40000000;
  long size = CALL(recvmsg, ZYGOTE_SOCKET, &message, close_on_exec);
  if (size < (long)offsetof(struct request, ranges)) leave();
  return message.control_size > 0 ? control.descriptor : -1;
}

/* An answer; with a descriptor, unless that is below 0. */
static void answer(int32_t value, int descriptor) {
  struct vector vector = {&value, sizeof value};
  struct control control = {offsetof(struct control, padding), 1 /* SOL_SOCKET */, 1 /* SCM_RIGHTS */,
                            descriptor, 0};
  struct message message = {0, 0, &vector, 1, &control, descriptor < 0 ? 0 : sizeof control, 0};
  if (CALL(sendmsg, ZYGOTE_SOCKET, &message, 0) < 0) leave();
}

/* Lets the node hear of children that wait, and of functions that set their FS or GS base to anything
 * but 0, and sends it where. From then on no signal but the last one interrupts a child that waits,
 * once the node knows of it. */
static void offer_to_wait(void) {
  static struct sock_filter rules[] = {
      LOAD(nr),
      IF(__NR_pause, 8),
      IF_NOT(__NR_arch_prctl, 6),
      LOAD_ARGUMENT(2, 0),
      IF(LIBOS_MARK, 4),
      LOAD_ARGUMENT(1, 0),
      IF_NOT(0, 3),
      LOAD_ARGUMENT(1, 1),
      IF_NOT(0, 1),
      RETURN(ALLOW),
      RETURN(USER_NOTIF),
  };
  const struct sock_fprog filter = {sizeof rules / sizeof *rules, rules};
  long listener = CALL(seccomp, SECCOMP_SET_MODE_FILTER,
                       SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &filter);
  can_wait = listener >= 0;
  answer(can_wait ? 0 : (int32_t)-listener, (int)listener);
  if (can_wait) CALL(close, listener, 0, 0);
}

static void serve(long node) {
  int descriptor = receive();
  int own = CONTEXT_DESCRIPTOR(request.slot);
  switch ((enum operation)request.operation) {
    case OPERATION_ATTACH: {
      long result = CALL(dup3, descriptor, own, 02000000 /* O_CLOEXEC */);
      if (result < 0) fail(STEP_ATTACH, result);
      CALL(close, descriptor, 0, 0);
      break;
    }
    case OPERATION_DETACH:
      CALL(close, own, 0, 0);
      break;
    case OPERATION_START: {
      long child = CALL(clone, CLONE_PARENT, 0, 0);
      if (child == 0) become_function(&request, node);
      if (child < 0) fail(STEP_CLONE, child);
      answer((int32_t)child, -1);
      break;
    }
  }
}

__attribute__((used)) static _Noreturn void zygote(void) {
  map_memory();
  stand_back();
  drop_privileges();
  require(CALL(prctl, PR_SET_PDEATHSIG, SIGKILL, 0));
  require(CALL(close_range, 0, ZYGOTE_SOCKET - 1, 0));
  require(CALL(close_range, ZYGOTE_MEMORY, ~0u, 0));
  drop_mappings();
  prepare_start();
  fit_processor();
  handle_signals();
  offer_to_wait();
  long node = CALL(getppid, 0, 0, 0);
  for (;;) serve(node);
}

static char own_stack[0x4000] __attribute__((aligned(16), used));

__asm__(
    ".globl _start\n"
    "_start:\n"
    "  xorl %ebp, %ebp\n"
    "  leaq own_stack+0x4000(%rip), %rsp\n"
    "  call zygote\n");
