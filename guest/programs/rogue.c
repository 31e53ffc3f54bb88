/* rogue.c: a program that does what it should not. Its first word says what to do before it reads
 * standard input, where a snapshot is made; the first word of its input what to do then. The words
 * after that are numbers: addresses that the test knows. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EXIT_TEMPLATE = 261, SECRET = 32, MASK = 0x5A };

static char text[1 << 16];
static uint64_t numbers[8];
static unsigned char kept[SECRET];
static sigjmp_buf back;

static _Noreturn void leave(volatile int32_t *control, int code) {
  *control = code;
  __asm__ volatile("outb %%al, $0x10" ::"a"(0) : "memory");
  __builtin_trap();
}

/* control, template, resume, begin and end of what it says is free */
static void lie(void) {
  uint64_t *record = (uint64_t *)numbers[1];
  record[0] = numbers[2];
  record[1] = numbers[3];
  record[2] = numbers[4];
  leave((int32_t *)numbers[0], EXIT_TEMPLATE);
}

/* What an honest run prints; it has used memory of all kinds by then. */
static int work(void) {
  uint64_t sum = 0;
  unsigned char *mapped = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 1 << 20; i++) sum += mapped[i];
  for (int i = 0; i < SECRET; i++) sum += kept[i];
  FILE *file = fopen("/tmp/secret", "r");
  printf("%llu %s\n", (unsigned long long)sum, file == NULL ? "clean" : "there is a file");
  return 0;
}

/* Puts the secret wherever a program can put something. */
static int keep(const char *secret) {
  char *heap = malloc(100000);
  char stack[5000];
  for (int i = 0; i + SECRET < 5000; i += SECRET) memcpy(stack + i, secret, SECRET), memcpy(heap + i, secret, SECRET);
  memcpy(kept, secret, SECRET);
  char *mapped = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(mapped + (1 << 19), secret, SECRET);
  FILE *file = fopen("/tmp/secret", "w");
  fwrite(secret, 1, SECRET, file);
  fclose(file);
  file = fopen("/out/stdio/secret", "w");
  if (file != NULL) fwrite(secret, 1, SECRET, file), fclose(file);
  __asm__ volatile("movdqu (%0), %%xmm7\n movq (%0), %%r15" ::"r"(secret) : "xmm7", "r15");
  return stack[77] == heap[77] ? 0 : 1;
}

/* Looks for a secret whose bytes came masked, so that this run itself does not hold it. */
static int scan(const unsigned char *masked) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[300];
  uint64_t pages = 0;
  while (fgets(line, sizeof line, maps) != NULL) {
    unsigned long begin, end;
    char right;
    if (sscanf(line, "%lx-%lx %c", &begin, &end, &right) != 3 || right != 'r') continue;
    pages += (end - begin) / 4096;
    for (const unsigned char *at = (void *)begin; at + SECRET <= (unsigned char *)end; at++) {
      int i = 0;
      while (i < SECRET && (at[i] ^ MASK) == masked[i]) i++;
      if (i == SECRET) {
        printf("found at %p\n", (void *)at);
        return 0;
      }
    }
  }
  printf("%s\n", pages > 20 ? "nothing" : "too few pages");
  return 0;
}

/* Writes over all from numbers[0] to numbers[1], then calls. */
static int scribble(int value) {
  memset((void *)numbers[0], value, numbers[1] - numbers[0]);
  write(1, "still here\n", 11);
  return 0;
}

static long call_with_stack(long number, uint64_t stack) {
  long result;
  __asm__ volatile(
      "movq %%rsp, %%rbx\n movq %2, %%rsp\n syscall\n movq %%rbx, %%rsp"
      : "=a"(result) : "a"(number), "r"(stack) : "rbx", "rcx", "r11", "memory");
  return result;
}

static int stacks(void) {
  static const uint64_t values[] = {0, 1, -1ull, 0x7F0000010000, 8, 0xFFFF800000000000};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    if (call_with_stack(SYS_getuid, values[i]) != 1000) return 1;
  }
  puts("stacks");
  return 0;
}

/* A stack pointer that is no address. */
static int wild_stack(void) {
  if (call_with_stack(SYS_getuid, 0x8000000000000000) != 1000) return 1;
  puts("wild stack");
  return 0;
}

/* Direction flag, alignment check, nested task, carry: a call keeps what the kernel keeps. */
static int flags(void) {
  static const uint64_t values[] = {0x400, 0x40000, 0x4000, 1, 0x40400, 0x200000};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    long result;
    uint64_t after;
    __asm__ volatile(
        "subq $128, %%rsp\n pushfq\n orq %3, (%%rsp)\n popfq\n syscall\n pushfq\n popq %1\n cld\n"
        "pushq $0x202\n popfq\n addq $128, %%rsp"
        : "=a"(result), "=&r"(after) : "0"((long)SYS_getuid), "r"(values[i]) : "rcx", "r11", "memory", "cc");
    if (result != 1000 || (after & values[i] & 0x401) != (values[i] & 0x401)) {
      printf("flags %llx gave %ld %llx\n", (unsigned long long)values[i], result, (unsigned long long)after);
      return 1;
    }
  }
  puts("flags");
  return 0;
}

static void handler(int number) {
  char line[64];
  write(1, line, (size_t)snprintf(line, sizeof line, "signal %d\n", number));
  if (number == SIGUSR2) siglongjmp(back, 1);
}

static int signals(void) {
  signal(SIGUSR1, handler);
  signal(SIGUSR2, handler);
  raise(SIGUSR1);
  if (sigsetjmp(back, 1) == 0) raise(SIGUSR2);
  kill(getpid(), SIGUSR1);
  puts("signals");
  return 0;
}

static int act(const char *what, const char *secret) {
  if (strcmp(what, "work") == 0) return work();
  if (strcmp(what, "keep") == 0) return keep(secret);
  if (strcmp(what, "scan") == 0) return scan((const unsigned char *)secret);
  if (strcmp(what, "zeroes") == 0) return scribble(0);
  if (strcmp(what, "ones") == 0) return scribble(0xFF);
  if (strcmp(what, "noise") == 0) return scribble(0x41);
  if (strcmp(what, "wild_stack") == 0) return wild_stack();
  if (strcmp(what, "stacks") == 0) return stacks();
  if (strcmp(what, "flags") == 0) return flags();
  if (strcmp(what, "signals") == 0) return signals();
  if (strcmp(what, "jump") == 0) ((void (*)(void))numbers[0])();
  if (strcmp(what, "leave") == 0) leave((int32_t *)numbers[0], (int)numbers[1]);
  if (strcmp(what, "trap") == 0) __asm__ volatile("pushfq\n orq $0x100, (%%rsp)\n popfq\n syscall" ::"a"(SYS_getuid) : "rcx", "r11", "memory");
  return 3;
}

int main(int count, char **words) {
  if (count > 1 && strcmp(words[1], "lie") == 0) {
    for (int i = 2; i < count && i < 10; i++) numbers[i - 2] = strtoull(words[i], NULL, 0);
    lie();
  }
  ssize_t size = 0, more;
  while ((more = read(0, text + size, sizeof text - 1 - (size_t)size)) > 0) size += more;
  char *end = memchr(text, '\n', (size_t)size);
  if (end == NULL) return 2;
  *end = 0;
  char *state;
  char *what = strtok_r(text, " ", &state);
  for (int i = 0; i < 8; i++) {
    char *word = strtok_r(NULL, " ", &state);
    if (word == NULL) break;
    numbers[i] = strtoull(word, NULL, 0);
  }
  return act(what, end + 1);
}
