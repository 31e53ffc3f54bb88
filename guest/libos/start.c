/* start.c: what a program finds on its stack when it begins (System V ABI, x86-64, 3.4). */
#include <linux/auxvec.h>

#include "memory.h"
#include "opened.h"

struct pappus_start SHOWN __pappus_start = {.version = PAPPUS_START_VERSION};
struct pappus_template SHOWN __pappus_template;
struct libos_frame libos_frame;
struct ucontext *libos_signal_context;

enum { USER = 1000, TICKS_PER_SECOND = 100, RANDOM_BYTES = 16 };
enum { ALWAYS_SET = 1 << 1, INTERRUPTS = 1 << 9 }; /* RFLAGS */

static uint64_t stack_at;

static uint64_t push(const void *data, size_t size) {
  if (size > stack_at - __pappus_start.stack_bottom) {
    pappus_fail("arguments and environment do not fit on the stack");
  }
  stack_at -= size;
  memcpy((void *)stack_at, data, size);
  return stack_at;
}

static void push_word(uint64_t word) {
  push(&word, sizeof word);
}

/* Pushes pointers to `count` strings, the first lowest, and a null. */
static void push_pointers(const char *strings, uint64_t at, size_t count) {
  push_word(0);
  uint64_t pointers = stack_at - count * sizeof(uint64_t);
  for (size_t i = 0; i < count; i++) {
    push_word(0);
  }
  for (size_t i = 0; i < count; i++) {
    ((uint64_t *)pointers)[i] = at;
    size_t size = strlen(strings) + 1;
    strings += size;
    at += size;
  }
}

static size_t size_of(const char *strings, size_t count) {
  const char *at = strings;
  for (size_t i = 0; i < count; i++) {
    at += strlen(at) + 1;
  }
  return (size_t)(at - strings);
}

/* Whether the item stdio/environ has a variable that begins with this, "NAME=". */
static bool is_set(const char *name, size_t size) {
  const char *at = file_environment.text;
  for (uint32_t i = 0; i < file_environment.count; i++) {
    if (strncmp(at, name, size) == 0) {
      return true;
    }
    at += strlen(at) + 1;
  }
  return false;
}

/* The environment: what the item says, and some that programs look for. */
static file_words environment(void) {
  static const char fixed[] = "HOME=/\0LANG=C.UTF-8\0PATH=/bin\0TMPDIR=/tmp";
  file_words words = file_environment;
  words.text = memcpy(pappus_alloc_aligned(words.size + sizeof fixed, 1), words.text, words.size);
  for (const char *at = fixed; at < fixed + sizeof fixed; at += strlen(at) + 1) {
    size_t size = strlen(at) + 1, name = (size_t)((const char *)memchr(at, '=', size) - at) + 1;
    if (!is_set(at, name)) {
      memcpy(words.text + words.size, at, size);
      words.size += (uint32_t)size;
      words.count++;
    }
  }
  return words;
}

static void push_start(void) {
  file_words words = {.text = (char *)__pappus_start.words, .count = (uint32_t)__pappus_start.word_count};
  words = file_arguments.count > 0 ? file_arguments : words;
  file_words variables = environment();
  static const uint8_t random[RANDOM_BYTES] = {0x50, 0x61, 0x70, 0x70, 0x75, 0x73, 0x21, 0x8A,
                                               0x11, 0xC7, 0x3D, 0x92, 0xE4, 0x5B, 0xF0, 0x6E};
  static const char platform[] = "x86_64";
  uint64_t environment_at = push(variables.text, variables.size);
  uint64_t words_at = push(words.text, size_of(words.text, words.count));
  uint64_t platform_at = push(platform, sizeof platform);
  stack_at &= -16ul;
  uint64_t random_at = push(random, sizeof random);
  const uint64_t auxiliary[][2] = {
      {AT_PHDR, __pappus_start.headers}, {AT_PHENT, 56},
      {AT_PHNUM, __pappus_start.header_count}, {AT_PAGESZ, PAGE},
      {AT_BASE, 0}, {AT_FLAGS, 0},
      {AT_ENTRY, __pappus_start.entry}, {AT_UID, USER},
      {AT_EUID, USER}, {AT_GID, USER},
      {AT_EGID, USER}, {AT_SECURE, 0},
      {AT_RANDOM, random_at}, {AT_EXECFN, words_at},
      {AT_PLATFORM, platform_at}, {AT_CLKTCK, TICKS_PER_SECOND},
      {AT_NULL, 0},
  };
  /* The stack pointer is a multiple of 16 once argc is pushed. */
  size_t pointers = words.count + 1 + variables.count + 1 + 1;
  if (pointers % 2 != 0) {
    push_word(0);
  }
  push(auxiliary, sizeof auxiliary);
  push_pointers(variables.text, environment_at, variables.count);
  push_pointers(words.text, words_at, words.count);
  push_word(words.count);
}

__attribute__((used)) void libos_begin(void) {
  memory_begin();
  descriptors_begin();
  snapshot_begin();
  platform_begin((const char *)__pappus_start.words);
  stack_at = libos_frame.rsp;
  push_start();
  libos_frame = (struct libos_frame){
      .rip = __pappus_start.entry, .rsp = stack_at, .flags = INTERRUPTS | ALWAYS_SET};
}
