/* registers.c: what a call leaves alone: registers, flags, the red zone, vector registers, thread-local
 * variables. It is a read of standard input, so it is also where a snapshot is taken. */
#include "check.h"

#include <fenv.h>

static char byte[8];
static _Thread_local long local = 77;

/* Fills registers, calls, and sums up what is there afterwards. */
static void general(void) {
  long result = SYS_read, sum;
  __asm__ volatile(
      "pushq %%rbp\n"
      "pushq %%rbx\n"
      "movl $8, %%edx\n"
      "movl $1, %%ebx\n movl $2, %%ebp\n movl $4, %%r8d\n movl $8, %%r9d\n movl $16, %%r10d\n"
      "movl $32, %%r12d\n movl $64, %%r13d\n movl $128, %%r14d\n movl $256, %%r15d\n"
      "syscall\n"
      "leaq (%%rbx, %%rbp), %%rcx\n"
      "addq %%r8, %%rcx\n addq %%r9, %%rcx\n addq %%r10, %%rcx\n addq %%r12, %%rcx\n"
      "addq %%r13, %%rcx\n addq %%r14, %%rcx\n addq %%r15, %%rcx\n addq %%rdi, %%rcx\n addq %%rdx, %%rcx\n"
      "popq %%rbx\n"
      "popq %%rbp\n"
      : "+a"(result), "=&c"(sum)
      : "D"(0l), "S"(byte)
      : "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory");
  SHOW(result);
  SHOW(sum);
}

/* A leaf that keeps words below the stack pointer. */
__attribute__((noinline)) static long red_zone(void) {
  long result;
  __asm__ volatile(
      "movq $111, -8(%%rsp)\n movq $222, -64(%%rsp)\n movq $333, -128(%%rsp)\n"
      "movl %1, %%eax\n"
      "syscall\n"
      "movq -8(%%rsp), %%rax\n addq -64(%%rsp), %%rax\n addq -128(%%rsp), %%rax\n"
      : "=&a"(result)
      : "i"(SYS_getppid)
      : "rcx", "r11", "memory");
  return result;
}

static void vectors(void) {
  uint64_t pattern[4] = {1, 2, 3, 4}, kept[4] = {0};
  long result = SYS_read;
  fesetround(FE_UPWARD);
  __asm__ volatile("movups %3, %%xmm0\n movups %3, %%xmm15\n"
                   "syscall\n"
                   "paddq %%xmm15, %%xmm0\n movups %%xmm0, %1\n"
                   : "+a"(result), "=m"(kept)
                   : "D"(0l), "m"(pattern), "S"(byte), "d"(8l)
                   : "rcx", "r11", "memory", "xmm0", "xmm15");
  SHOW(result);
  SHOW(kept[0]);
  SHOW(kept[1]);
  memcpy(kept, pattern, sizeof kept);
  if (__builtin_cpu_supports("avx")) {
    memset(kept, 0, sizeof kept);
    result = SYS_read;
    __asm__ volatile("vmovups %3, %%ymm7\n"
                     "syscall\n"
                     "vmovups %%ymm7, %1\n vzeroupper\n"
                     : "+a"(result), "=m"(kept)
                     : "D"(0l), "m"(pattern), "S"(byte), "d"(8l)
                     : "rcx", "r11", "memory", "xmm7");
  }
  SAYS(memcmp(pattern, kept, sizeof kept) == 0);
  SHOW(fegetround() == FE_UPWARD);
  fesetround(FE_TONEAREST);
}

/* The direction flag is the program's, and no call goes by it. */
static void flags(void) {
  long set;
  __asm__ volatile("std\n movl %1, %%eax\n syscall\n pushfq\n popq %%rax\n cld\n"
                   : "=&a"(set)
                   : "i"(SYS_getppid)
                   : "rcx", "r11", "memory");
  SHOW(set >> 10 & 1);
}

int main(int count, char **words) {
  begin(count, words);
  local++;
  general();
  SHOW(red_zone());
  vectors();
  flags();
  SHOW(local);
  return 0;
}
