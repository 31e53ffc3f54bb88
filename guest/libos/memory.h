/* memory.h: the address space, for those who change it. */
#ifndef PAPPUS_LIBOS_MEMORY_H
#define PAPPUS_LIBOS_MEMORY_H

#include "libos.h"

#define PAGE_CEILING(address) (((address) + PAGE - 1) & -PAGE)

/* What lies where, ascending, without overlap. */
extern struct region *memory_regions;
extern uint32_t memory_count;

extern struct memory_limits {
  uint64_t break_begin, break_now;
  uint64_t break_limit; /* 0: up to the lowest mapping */
  uint64_t floor, ceiling; /* mappings lie between them */
} memory_limits;

/* The first region that ends above `address`. */
uint32_t memory_index(uint64_t address);

/* Makes room in the list for one call's changes; false if there is no memory for that. The list may move
 * to any gap in the pool: a call asks for room before it chooses a place. */
bool memory_reserve(void);

/* Adds a region where there is none. */
void memory_add(struct region region);

/* Lets regions begin and end at these addresses, or makes one again of those that are alike. */
void memory_split(uint64_t begin, uint64_t end);
void memory_settle(uint64_t begin, uint64_t end);

/* Takes away and clears what the program has there. */
void memory_remove(uint64_t begin, uint64_t end);

/* Whether it lies in the pool and belongs to nobody. */
bool memory_is_free(uint64_t begin, uint64_t end);

/* The highest gap of that size in the pool, or 0. */
uint64_t memory_gap(uint64_t size);

/* Where the lowest mapping above the break begins, the library OS's among them. */
uint64_t memory_lowest_above_break(void);

#endif
