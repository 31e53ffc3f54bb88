/* text.c: the little of string.h that compilers and functions need, and searching. */
#include "runtime.h"

#ifndef __clang__
/* Without this the compiler turns the loops below into calls to themselves; clang does not, as long
 * as it is told -ffreestanding. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

typedef uint64_t __attribute__((may_alias, aligned(1))) word;

#ifdef __SSE2__
typedef char vector __attribute__((vector_size(16), may_alias, aligned(1)));
#endif

#ifdef __wasm__

/* These become single instructions. */
void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  return __builtin_memcpy(to, from, size);
}

void *memmove(void *to, const void *from, size_t size) {
  return __builtin_memmove(to, from, size);
}

void *memset(void *to, int value, size_t size) {
  return __builtin_memset(to, value, size);
}

#else

enum { STRING_INSTRUCTION_PAYS = 256 };

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  char *target = to;
  const char *source = from;
  if (size >= STRING_INSTRUCTION_PAYS) {
    __asm__ volatile("rep movsb" : "+D"(target), "+S"(source), "+c"(size)::"memory");
    return to;
  }
  for (; size >= sizeof(word); size -= sizeof(word)) {
    *(word *)target = *(const word *)source;
    target += sizeof(word), source += sizeof(word);
  }
  while (size-- > 0) {
    *target++ = *source++;
  }
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  if ((uintptr_t)to - (uintptr_t)from >= size) {
    /* The target does not begin inside the source: forwards is right. */
    char *target = to;
    const char *source = from;
    if (size >= STRING_INSTRUCTION_PAYS) {
      __asm__ volatile("rep movsb" : "+D"(target), "+S"(source), "+c"(size)::"memory");
    } else {
      while (size-- > 0) {
        *target++ = *source++;
      }
    }
    return to;
  }
  for (; size >= sizeof(word); size -= sizeof(word)) {
    *(word *)((char *)to + size - sizeof(word)) =
        *(const word *)((const char *)from + size - sizeof(word));
  }
  while (size > 0) {
    size--;
    ((char *)to)[size] = ((const char *)from)[size];
  }
  return to;
}

void *memset(void *to, int value, size_t size) {
  char *target = to;
  if (size >= STRING_INSTRUCTION_PAYS) {
    __asm__ volatile("rep stosb" : "+D"(target), "+c"(size) : "a"(value) : "memory");
    return to;
  }
  while (size-- > 0) {
    *target++ = (char)value;
  }
  return to;
}

#endif

int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *left = a, *right = b;
  while (size >= sizeof(word) && *(const word *)left == *(const word *)right) {
    left += sizeof(word), right += sizeof(word), size -= sizeof(word);
  }
  for (; size > 0; size--, left++, right++) {
    if (*left != *right) {
      return *left - *right;
    }
  }
  return 0;
}

#ifndef __SSE2__

/* Which of the eight bytes of `all` equal the byte that fills `pattern`: 0x80 at each, exact from
 * the lowest up to the first. */
static inline uint64_t equal_bytes(uint64_t all, uint64_t pattern) {
  uint64_t difference = all ^ pattern;
  return (difference - 0x0101010101010101) & ~difference & 0x8080808080808080;
}

void *memchr(const void *where, int value, size_t size) {
  const char *at = where, *end = at + size;
  uint64_t pattern = (unsigned char)value * 0x0101010101010101u;
  for (; end - at >= (ptrdiff_t)sizeof(word); at += sizeof(word)) {
    uint64_t equal = equal_bytes(*(const word *)at, pattern);
    if (equal != 0) {
      return (void *)(at + __builtin_ctzll(equal) / 8);
    }
  }
  for (; at < end; at++) {
    if (*at == (char)value) {
      return (void *)at;
    }
  }
  return NULL;
}

#else

void *memchr(const void *where, int value, size_t size) {
  const char *at = where, *end = at + size;
  char wanted = (char)value;
  vector all = {wanted, wanted, wanted, wanted, wanted, wanted, wanted, wanted,
                wanted, wanted, wanted, wanted, wanted, wanted, wanted, wanted};
  for (; end - at >= (ptrdiff_t)sizeof(vector); at += sizeof(vector)) {
    unsigned mask = (unsigned)__builtin_ia32_pmovmskb128(*(const vector *)at == all);
    if (mask != 0) {
      return (void *)(at + __builtin_ctz(mask));
    }
  }
  for (; at < end; at++) {
    if (*at == wanted) {
      return (void *)at;
    }
  }
  return NULL;
}

#endif

size_t strlen(const char *text) {
  const char *end = text;
  while (*end != '\0') {
    end++;
  }
  return (size_t)(end - text);
}

int strcmp(const char *a, const char *b) {
  while (*a != '\0' && *a == *b) {
    a++, b++;
  }
  return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t size) {
  for (; size > 0; size--, a++, b++) {
    if (*a != *b || *a == '\0') {
      return (unsigned char)*a - (unsigned char)*b;
    }
  }
  return 0;
}

/* Looks for the first byte of `what`, and compares the rest where it is. */
static const char *find_by_head(const char *where, size_t places, const char *what,
                                size_t what_size) {
  const char *end = where + places;
  while ((where = memchr(where, *what, (size_t)(end - where))) != NULL) {
    if (memcmp(where + 1, what + 1, what_size - 1) == 0) {
      return where;
    }
    where++;
  }
  return NULL;
}

#ifdef __SSE2__

/* Compares first and last byte of `what` at sixteen places at once, and the rest where both fit. */
static const char *find_by_vectors(const char *where, size_t places, const char *what,
                                   size_t what_size) {
  char head = what[0], tail = what[what_size - 1];
  vector heads = {head, head, head, head, head, head, head, head,
                  head, head, head, head, head, head, head, head};
  vector tails = {tail, tail, tail, tail, tail, tail, tail, tail,
                  tail, tail, tail, tail, tail, tail, tail, tail};
  size_t at = 0;
  for (; at + sizeof(vector) <= places; at += sizeof(vector)) {
    const char *here = where + at;
    unsigned mask = (unsigned)__builtin_ia32_pmovmskb128(
        (*(const vector *)here == heads) & (*(const vector *)(here + what_size - 1) == tails));
    for (; mask != 0; mask &= mask - 1) {
      const char *candidate = here + __builtin_ctz(mask);
      if (memcmp(candidate + 1, what + 1, what_size - 2) == 0) {
        return candidate;
      }
    }
  }
  return find_by_head(where + at, places - at, what, what_size);
}

#endif

const char *pappus_find(const char *where, size_t where_size, const char *what, size_t what_size) {
  if (what_size == 0) {
    return where;
  }
  if (what_size > where_size) {
    return NULL;
  }
  if (what_size == 1) {
    return memchr(where, *what, where_size);
  }
  size_t places = where_size - what_size + 1;
#ifdef __SSE2__
  return find_by_vectors(where, places, what, what_size);
#else
  return find_by_head(where, places, what, what_size);
#endif
}
