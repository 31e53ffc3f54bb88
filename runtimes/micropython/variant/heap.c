// heap.c: how much more the garbage collector may take.
#include <stddef.h>

size_t gc_get_max_new_split(void);

// As much as malloc gives: who allocates too much is told by malloc, whose memory is the sandbox's.
size_t gc_get_max_new_split(void) { return (size_t)1 << 40; }
