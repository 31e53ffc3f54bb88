/* process.c: what a function may try in a Linux process, one thing per run. See modes.h for its sets. */
#include "../process/zygote.h"
#include "modes.h"

PAPPUS_FUNCTION(process, IN(mode, number), OUT(result));

static uint64_t call(uint64_t number, uint64_t first, uint64_t second) {
  register uint64_t third __asm__("r10") = 0;
  uint64_t result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(first), "S"(second), "d"(0ull), "r"(third)
                   : "rcx", "r11", "memory");
  return result;
}

enum { ARCH_PRCTL = 158, MUNMAP = 11, EXIT_GROUP = 231, SET_GS = 0x1001, SET_FS = 0x1002 };

static uint64_t any_call(uint64_t number) { return call(number, 0, 0); }

static uint64_t call_32(uint64_t number) {
  uint64_t result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(0), "c"(0), "d"(0) : "memory");
  return result;
}

/* From the stub's own instruction: where a call comes from makes no difference. */
static uint64_t call_from_stub(uint64_t number) {
  const unsigned char *code = (const unsigned char *)STUB_ADDRESS;
  while (code[0] != 0x0F || code[1] != 0x05) code++;
  uint64_t result;
  __asm__ volatile("jmp *%2" : "=a"(result) : "a"(number), "r"(code), "D"(0), "S"(0), "d"(0) : "memory");
  return result;
}

/* Where in the stub an instruction sequence stands. */
static uint64_t stub_place(const unsigned char *code, size_t size) {
  const unsigned char *at = (const unsigned char *)STUB_ADDRESS;
  while (__builtin_memcmp(at, code, size) != 0) at++;
  return (uint64_t)at;
}

/* The stub's `mov $34, %eax; syscall`, which waits for the next run. */
static uint64_t stub_wait(void) { return stub_place((const unsigned char *)"\xB8\x22\0\0\0\x0F\x05", 7); }

enum { SPOIL_FLAGS = 1, TRAP_NEXT_RUN = 2, SPOIL_STACK = 4 };

/* Ends its run well, with flags that no run begins with, with a stack pointer that no processor takes,
 * or in such a way that the trap flag is on when the stub wakes up. */
static uint64_t leave_spoiled(uint64_t how) {
  uint64_t flags = how & SPOIL_FLAGS ? 0x244CD7 : 0x202, wait = stub_wait();
  control.exit_code = 0;
  if (how & TRAP_NEXT_RUN) {
    /* To the system call itself: the trap comes after it. */
    static uint64_t frame[5];
    frame[0] = wait + 5;
    frame[1] = 0x33;
    frame[2] = flags | 0x100;
    frame[3] = how & SPOIL_STACK ? 0x5A5A5A5A5A5A : (uint64_t)frame;
    frame[4] = 0x2B;
    __asm__ volatile("movq %0, %%rsp; movl $34, %%eax; iretq" ::"r"(frame) : "memory");
  } else if (how & SPOIL_STACK) {
    __asm__ volatile("pushq %0; popfq; movq %1, %%rsp; jmp *%2" ::"r"(flags), "r"(0x5A5A5A5A5A5A5A5A), "r"(wait));
  } else {
    __asm__ volatile("pushq %0; popfq; jmp *%1" ::"r"(flags), "r"(wait));
  }
  __builtin_unreachable();
}

/* Flags that runs begin without: trap, direction, overflow, nested task, alignment check,
 * identification. */
static uint64_t flags(uint64_t ignored) {
  (void)ignored;
  uint64_t value;
  __asm__ volatile("pushfq; popq %0" : "=r"(value));
  return value & 0x244D00;
}

static uint64_t loop(uint64_t ignored) {
  while (true) __asm__ volatile("");
  return ignored;
}

static uint64_t arch_prctl(uint64_t code) { return call(ARCH_PRCTL, code, 0x10000); }
static uint64_t unmap(uint64_t address) { return call(MUNMAP, address, 4096); }
static uint64_t unmap_again(uint64_t times) {
  uint64_t result = 0;
  for (uint64_t i = 0; i < times; i++) result |= call(MUNMAP, ZYGOTE_ADDRESS, ZYGOTE_BYTES);
  return result;
}

/* As the reference's process platform does it. */
static uint64_t thread_pointer(uint64_t number) {
  static uint64_t area[32];
  area[0] = number;
  uint64_t result = call(ARCH_PRCTL, SET_FS, (uint64_t)area), read;
  __asm__ volatile("movq %%fs:0, %0" : "=r"(read));
  return result == 0 ? read : result;
}

static uint64_t read_bases(void) {
  uint64_t fs, gs;
  __asm__ volatile("rdfsbase %0; rdgsbase %1" : "=r"(fs), "=r"(gs));
  return fs | gs;
}

/* What a run finds in its segment registers, which should be nothing: at its start, and what the kernel
 * puts there when it has let another process run, as it does when a base is set. Leaves them full. */
static uint64_t bases(uint64_t set) {
  uint64_t fs, gs;
  __asm__ volatile("movl %%fs, %k0; movl %%gs, %k1" : "=r"(fs), "=r"(gs));
  uint64_t found = fs | gs | read_bases();
  found |= call(ARCH_PRCTL, set, 0x10000);
  uint64_t other;
  if (set == SET_GS) {
    __asm__ volatile("rdfsbase %0" : "=r"(other));
  } else {
    __asm__ volatile("rdgsbase %0" : "=r"(other));
  }
  __asm__ volatile("movl %0, %%ds; movl %0, %%es" ::"r"(0x2B));
  __asm__ volatile("movl %0, %%fs; movl %0, %%gs" ::"r"(0x2B));
  return found | other;
}

static uint64_t leave_by_call(uint64_t status) {
  control.exit_code = 0;
  return call(EXIT_GROUP, status, 0);
}

static uint64_t read_at(uint64_t address) { return *(volatile uint64_t *)address; }
static uint64_t write_at(uint64_t address) { return *(volatile uint64_t *)address = 1; }
static uint64_t jump_to(uint64_t address) { return ((uint64_t(*)(void))address)(); }

static uint64_t state;

static uint64_t next_random(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state >> 16;
}

static void scribble(void) {
  volatile uint64_t *words = (volatile uint64_t *)EXIT_ADDRESS;
  for (size_t i = 0; i < EXIT_BYTES / sizeof *words; i++) {
    words[i] = next_random() << 40 ^ next_random() << 20 ^ next_random();
  }
}

/* Fills the pages that it shares with the node, lies about its end with more or less likely
 * numbers, and ends in one of several ways. */
static uint64_t forge(uint64_t seed) {
  static const uint32_t signals[] = {0, 4, 5, 7, 8, 9, 11, 24, 31};
  state = seed;
  scribble();
  volatile struct report *report = (volatile struct report *)REPORT_ADDRESS;
  if (next_random() % 4 != 0) report->signal = signals[next_random() % (sizeof signals / sizeof *signals)];
  if (next_random() % 2 != 0) report->vector = next_random() % 40;
  if (next_random() % 2 != 0) report->instruction = next_random() % 0x40000;
  if (next_random() % 2 != 0) report->call = (uint32_t)next_random() % 600;
  if (next_random() % 2 != 0) report->architecture = 0xC000003E;
  switch (next_random() % 6) {
    case 0: __asm__ volatile("movabsq $0x7F0000004000, %rsp; ud2"); __builtin_unreachable();
    case 1: __asm__ volatile("movl $1, 0"); __builtin_unreachable();
    case 2: __asm__ volatile("outb %al, $0x10"); __builtin_unreachable();
    case 3: return jump_to(STUB_ADDRESS + next_random() % 4096);
    default: return call(EXIT_GROUP, next_random(), 0);
  }
}

static const struct mode modes[] = {
    MODE(any_call), MODE(call_32), MODE(call_from_stub), MODE(arch_prctl), MODE(unmap),
    MODE(unmap_again), MODE(thread_pointer), MODE(bases), MODE(leave_by_call), MODE(read_at),
    MODE(write_at), MODE(jump_to), MODE(forge), MODE(leave_spoiled), MODE(flags), MODE(loop),
};

static int process(void) {
  return run_mode(modes, sizeof modes / sizeof *modes, in.mode, in.number, out.result);
}
