/* memory.c: the address space of the program: what lies where, and who may do what there.
 *
 * All memory that is not the image's or the stack's comes from one pool: the heap that the host
 * gave. The break grows upwards from its lower end, mappings come from its upper end downwards.
 * Memory of the pool that belongs to nobody is always zero: it is cleared when it is given back. */
#include "memory.h"

#include <linux/elf.h>

struct region *memory_regions;
uint32_t memory_count;
struct memory_limits memory_limits;
uint64_t memory_stack_end;

/* The stack pointer at entry lies so far below the stack's end (docs/abi.md, section 5).
 *
 * No call has more than four regions besides those before it: mremap to a fixed address may cut two in
 * three parts each, and adds one. Making room takes one itself. */
enum { FIRST_REGIONS = 64, MOST_FOR_ONE_CALL = 8, STACK_RESERVE = 32 };

static struct region first_regions[FIRST_REGIONS];
static uint32_t capacity = FIRST_REGIONS;

uint32_t memory_index(uint64_t address) {
  uint32_t low = 0, high = memory_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (memory_regions[middle].end <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static bool same(const struct region *low, const struct region *high) {
  return low->end == high->begin && low->kind == high->kind && low->rights == high->rights &&
         low->clean == high->clean && low->read_only == high->read_only &&
         low->keeps == high->keeps;
}

/* Makes one of neighbours that are alike, from `index` on. */
static void merge(uint32_t index) {
  if (index + 1 < memory_count && same(&memory_regions[index], &memory_regions[index + 1])) {
    memory_regions[index].end = memory_regions[index + 1].end;
    memory_count--;
    memmove(&memory_regions[index + 1], &memory_regions[index + 2],
            (memory_count - index - 1) * sizeof *memory_regions);
  }
}

static void insert(uint32_t index, struct region region) {
  memmove(&memory_regions[index + 1], &memory_regions[index],
          (memory_count - index) * sizeof region);
  memory_regions[index] = region;
  memory_count++;
}

void memory_add(struct region region) {
  uint32_t index = memory_index(region.begin);
  insert(index, region);
  merge(index);
  if (index > 0) {
    merge(index - 1);
  }
}

/* Lets a region begin at `address` if one goes across it. */
static void split(uint64_t address) {
  uint32_t index = memory_index(address);
  if (index < memory_count && memory_regions[index].begin < address) {
    struct region high = memory_regions[index];
    high.begin = memory_regions[index].end = address;
    insert(index + 1, high);
  }
}

void memory_split(uint64_t begin, uint64_t end) {
  split(begin);
  split(end);
}

void memory_settle(uint64_t begin, uint64_t end) {
  uint32_t index = memory_index(begin);
  index -= index > 0;
  while (index + 1 < memory_count && memory_regions[index].begin <= end) {
    uint32_t before = memory_count;
    merge(index);
    index += memory_count == before;
  }
}

/* Takes away and clears what belongs to the program there, or to the library OS. */
static void remove(uint64_t begin, uint64_t end, bool own) {
  memory_split(begin, end);
  uint32_t first = memory_index(begin), kept = first;
  for (uint32_t index = first; index < memory_count; index++) {
    struct region *region = &memory_regions[index];
    if (region->begin < end && (region->kind == REGION_OWN) == own) {
      if (!region->clean && !region->read_only) {
        memset((void *)region->begin, 0, region->end - region->begin);
      }
    } else {
      memory_regions[kept++] = *region;
    }
  }
  memory_count = kept;
}

void memory_remove(uint64_t begin, uint64_t end) {
  remove(begin, end, false);
}

bool memory_is_free(uint64_t begin, uint64_t end) {
  uint32_t index = memory_index(begin);
  return begin >= memory_limits.floor && end <= memory_limits.ceiling &&
         (index == memory_count || memory_regions[index].begin >= end);
}

uint64_t memory_gap(uint64_t size) {
  uint64_t top = memory_limits.ceiling;
  for (uint32_t index = memory_index(top); index > 0 && top > memory_limits.floor; index--) {
    const struct region *below = &memory_regions[index - 1];
    uint64_t bottom = below->end > memory_limits.floor ? below->end : memory_limits.floor;
    if (top > bottom && top - bottom >= size) {
      return top - size;
    }
    top = below->begin;
  }
  return top > memory_limits.floor && top - memory_limits.floor >= size ? top - size : 0;
}

uint64_t memory_lowest_above_break(void) {
  uint32_t index = memory_index(PAGE_CEILING(memory_limits.break_now));
  uint64_t begin = index < memory_count ? memory_regions[index].begin : memory_limits.ceiling;
  return begin < memory_limits.ceiling ? begin : memory_limits.ceiling;
}

/* ---- The library OS's own -------------------------------------------------------------------- */

/* Takes pages for which there is room in the list. */
static void *take(size_t size) {
  if (size > SIZE_MAX - PAGE) {
    return NULL;
  }
  uint64_t begin = memory_gap(PAGE_CEILING(size));
  if (begin != 0) {
    memory_add((struct region){.begin = begin, .end = begin + PAGE_CEILING(size), .kind = REGION_OWN,
                               .rights = READABLE | WRITABLE});
  }
  return (void *)begin;
}

static void give_back(void *memory, size_t size) {
  uint64_t begin = (uint64_t)memory;
  remove(begin, begin + PAGE_CEILING(size), true);
}

bool memory_reserve(void) {
  if (memory_count + MOST_FOR_ONE_CALL <= capacity) {
    return true;
  }
  size_t size = capacity * sizeof *memory_regions;
  struct region *smaller = memory_regions, *larger = take(2 * size);
  if (larger == NULL) {
    return false;
  }
  memory_regions = memcpy(larger, smaller, memory_count * sizeof *larger);
  capacity *= 2;
  if (smaller != first_regions) {
    give_back(smaller, size);
  }
  return true;
}

void *memory_own(size_t size) {
  return memory_reserve() ? take(size) : NULL;
}

void memory_disown(void *memory, size_t size) {
  /* Without room they stay the library OS's, for they may have been made one region with others. */
  if (memory_reserve()) {
    give_back(memory, size);
  }
}

/* ---- What the program passes ----------------------------------------------------------------- */

/* How many of `size` bytes from `address` on the program has these rights to. */
static size_t accessible(uint64_t address, size_t size, uint8_t rights) {
  size_t checked = 0;
  for (uint32_t index = memory_index(address); checked < size && index < memory_count; index++) {
    const struct region *region = &memory_regions[index];
    uint64_t at = address + checked;
    if (region->begin > at || region->kind == REGION_OWN || (region->rights & rights) != rights) {
      break;
    }
    checked = region->end - address;
  }
  return checked < size ? checked : size;
}

bool memory_readable(const void *at, size_t size) {
  return accessible((uint64_t)at, size, READABLE) == size;
}

bool memory_writable(const void *at, size_t size) {
  return accessible((uint64_t)at, size, WRITABLE) == size;
}

long memory_length(const char *text) {
  for (size_t length = 0;;) {
    size_t page = PAGE - ((uint64_t)text + length) % PAGE;
    size_t there = accessible((uint64_t)text + length, page, READABLE);
    const char *end = memchr(text + length, '\0', there);
    if (end != NULL) {
      return end - text;
    }
    if (there < page) {
      return -1;
    }
    length += page;
  }
}

/* ---- The beginning --------------------------------------------------------------------------- */

static void add_region(struct region region) {
  if (!memory_reserve()) {
    pappus_fail("there is no memory for the list of the program's segments");
  }
  memory_add(region);
}

static void add_segments(void) {
  const struct elf64_phdr *headers = (void *)__pappus_start.headers;
  /* A program that moves itself says in its headers where it lies from 0 on. */
  uint64_t lowest = UINT64_MAX;
  for (uint64_t i = 0; i < __pappus_start.header_count; i++) {
    if (headers[i].p_type == PT_LOAD && headers[i].p_vaddr < lowest) {
      lowest = headers[i].p_vaddr;
    }
  }
  uint64_t bias = __pappus_start.image_begin - (lowest & -PAGE);
  for (uint64_t i = 0; i < __pappus_start.header_count; i++) {
    const struct elf64_phdr *header = &headers[i];
    if (header->p_type == PT_LOAD && header->p_memsz > 0) {
      uint64_t begin = (bias + header->p_vaddr) & -PAGE;
      uint64_t end = PAGE_CEILING(bias + header->p_vaddr + header->p_memsz);
      uint8_t rights = (header->p_flags & PF_R ? READABLE : 0) |
                       (header->p_flags & PF_W ? WRITABLE : 0) |
                       (header->p_flags & PF_X ? EXECUTABLE : 0);
      uint32_t index = memory_index(begin);
      if (index < memory_count && memory_regions[index].begin < end) {
        /* Two segments on a page: the host gives it the rights of both. */
        memory_regions[index].rights |= rights;
        memory_regions[index].read_only = memory_regions[index].read_only && !(rights & WRITABLE);
        begin = memory_regions[index].end;
      }
      if (begin < end) {
        add_region((struct region){.begin = begin, .end = end, .kind = REGION_IMAGE, .rights = rights,
                                   .read_only = !(rights & WRITABLE), .keeps = true});
      }
    }
  }
}

void memory_begin(void) {
  memory_regions = first_regions;
  uint64_t begin = PAGE_CEILING(control.heap_begin);
  memory_limits = (struct memory_limits){
      .break_begin = begin, .break_now = begin, .floor = begin, .ceiling = control.heap_end & -PAGE};
  add_segments();
  memory_stack_end = libos_frame.rsp + STACK_RESERVE;
  add_region((struct region){.begin = __pappus_start.stack_bottom, .end = memory_stack_end,
                             .kind = REGION_STACK, .rights = READABLE | WRITABLE});
}
