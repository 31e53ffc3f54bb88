/* host_runner.c: runs a guest as an ordinary process, for tests on machines without KVM. It is no
 * sandbox: nothing keeps the guest from making system calls.
 *
 *     host_runner CONTEXT ENTRY STACK START:END:PROTECTION...
 *
 * CONTEXT is a file that holds the guest's memory; each START:END (hexadecimal) of it is mapped at
 * the same address, with the sum of 1 to read, 2 to write, 4 to execute. The process prints how the
 * run ended: `exit`, or `trap VECTOR ERRORCODE ADDRESS RIP` in hexadecimal. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* The guest may have changed the FS base, so the handler calls nothing of the C library. */
static long call_kernel(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
  return result;
}

static char *put_hex(char *at, uint64_t value) {
  *at++ = ' ';
  for (int shift = 60; shift >= 0; shift -= 4) {
    *at++ = "0123456789abcdef"[value >> shift & 15];
  }
  return at;
}

static void on_signal(int number, siginfo_t *info, void *context) {
  (void)number;
  (void)info;
  const greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const unsigned char *code = (const unsigned char *)registers[REG_RIP];
  uint64_t vector = (uint64_t)registers[REG_TRAPNO];
  char line[96], *end = line;
  if (vector == 13 && ((code[0] == 0xE6 && code[1] == 0x10) || (code[0] == 0xCD && code[1] == 0x20))) {
    *end++ = 'e', *end++ = 'x', *end++ = 'i', *end++ = 't';
  } else {
    *end++ = 't', *end++ = 'r', *end++ = 'a', *end++ = 'p';
    end = put_hex(end, vector);
    end = put_hex(end, (uint64_t)registers[REG_ERR]);
    end = put_hex(end, (uint64_t)registers[REG_CR2]);
    end = put_hex(end, (uint64_t)registers[REG_RIP]);
  }
  *end++ = '\n';
  call_kernel(SYS_write, 1, (long)line, end - line);
  call_kernel(SYS_exit_group, 0, 0, 0);
}

static void handle_signals(void) {
  static char alternate[64 << 10];
  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigfillset(&action.sa_mask);
  const int signals[] = {SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGTRAP};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    sigaction(signals[i], &action, NULL);
  }
}

static void map(int file, const char *text) {
  char *rest;
  uintptr_t start = strtoul(text, &rest, 16);
  uintptr_t end = strtoul(rest + 1, &rest, 16);
  int bits = atoi(rest + 1);
  int protection = (bits & 1 ? PROT_READ : 0) | (bits & 2 ? PROT_WRITE : 0) | (bits & 4 ? PROT_EXEC : 0);
  void *at = mmap((void *)start, end - start, protection, MAP_SHARED | MAP_FIXED_NOREPLACE, file,
                  (off_t)start);
  if (at != (void *)start) {
    perror(text);
    exit(1);
  }
}

int main(int count, char **arguments) {
  int file = count < 4 ? -1 : open(arguments[1], O_RDWR | O_CLOEXEC);
  if (file < 0) {
    perror("host_runner");
    return 1;
  }
  for (int i = 4; i < count; i++) {
    map(file, arguments[i]);
  }
  handle_signals();
  uintptr_t entry = strtoul(arguments[2], NULL, 16), stack = strtoul(arguments[3], NULL, 16);
  __asm__ volatile("movq %1, %%rsp; movq %%rsp, %%rbp; jmpq *%0" ::"r"(entry), "r"(stack) : "memory");
  __builtin_unreachable();
}
