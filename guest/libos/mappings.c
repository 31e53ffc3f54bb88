/* mappings.c: calls that change the address space. Rights are recorded, and calls that are given
 * addresses respect them; what the processor enforces stays as it was when the program began. */
#include <linux/mman.h>

#include "calls.h"
#include "memory.h"

enum { RIGHTS_ALL = PROT_READ | PROT_WRITE | PROT_EXEC };

static bool is_page(uint64_t address) {
  return (address & (PAGE - 1)) == 0;
}

/* The end of a range in whole pages; 0 if there is none. */
static uint64_t end_of(uint64_t begin, uint64_t size) {
  uint64_t end;
  return size > SIZE_MAX - PAGE || __builtin_add_overflow(begin, PAGE_CEILING(size), &end) ? 0 : end;
}

/* Whether regions that the program can see cover all of it. */
static bool covered(uint64_t begin, uint64_t end) {
  for (uint32_t index = memory_index(begin); begin < end; index++) {
    if (index == memory_count || memory_regions[index].begin > begin ||
        memory_regions[index].kind == REGION_OWN) {
      return false;
    }
    begin = memory_regions[index].end;
  }
  return true;
}

/* Whether there is memory of the program's or the pool's in all of it. */
static bool may_map_at(uint64_t begin, uint64_t end) {
  for (uint64_t at = begin; at < end;) {
    uint32_t index = memory_index(at);
    bool inside = index < memory_count && memory_regions[index].begin <= at;
    if (inside && (memory_regions[index].kind == REGION_OWN || memory_regions[index].read_only)) {
      return false;
    }
    uint64_t next = inside                 ? memory_regions[index].end
                    : index < memory_count ? memory_regions[index].begin
                                           : memory_limits.ceiling;
    if (!inside && !memory_is_free(at, next < end ? next : end)) {
      return false;
    }
    at = next;
  }
  return true;
}

/* ---- The break ------------------------------------------------------------------------------- */

long call_brk(uint64_t wanted) {
  struct memory_limits *limits = &memory_limits;
  bool has_room = memory_reserve();
  uint64_t limit = limits->break_limit != 0 ? limits->break_limit : memory_lowest_above_break();
  if (!has_room || wanted < limits->break_begin || wanted > limit) {
    return (long)limits->break_now;
  }
  uint64_t before = PAGE_CEILING(limits->break_now), after = PAGE_CEILING(wanted);
  if (after < before) {
    memory_remove(after, before);
  }
  if (after > before) {
    memory_add((struct region){.begin = before, .end = after, .kind = REGION_BREAK,
                               .rights = READABLE | WRITABLE});
  }
  limits->break_now = wanted;
  return (long)wanted;
}

/* ---- mmap ------------------------------------------------------------------------------------ */

/* Where a mapping shall lie: an address or -error. */
static long place(uint64_t hint, uint64_t size, int flags) {
  bool fixed = (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0;
  uint64_t end = end_of(hint, size);
  if (fixed) {
    if (!is_page(hint)) {
      return -EINVAL;
    }
    if (end == 0 || hint < PAGE || !may_map_at(hint, end)) {
      return -ENOMEM;
    }
    uint32_t index = memory_index(hint);
    bool taken = index < memory_count && memory_regions[index].begin < end;
    return taken && (flags & MAP_FIXED_NOREPLACE) ? -EEXIST : (long)hint;
  }
  if (hint != 0 && is_page(hint) && end != 0 && memory_is_free(hint, end)) {
    return (long)hint;
  }
  uint64_t gap = memory_gap(PAGE_CEILING(size));
  return gap != 0 ? (long)gap : -ENOMEM;
}

long call_mmap(uint64_t hint, uint64_t size, int protection, int flags, int number,
               uint64_t offset) {
  if (size == 0 || !is_page(offset) || (protection & ~RIGHTS_ALL) != 0) {
    return -EINVAL;
  }
  if (size > SIZE_MAX / 2) {
    return -ENOMEM;
  }
  int type = flags & MAP_TYPE;
  if (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE) {
    return -EINVAL;
  }
  struct mapped_file file = {0};
  if ((flags & MAP_ANONYMOUS) == 0) {
    long error = files_to_map(number, protection, type != MAP_PRIVATE, &file);
    if (error != 0) {
      return error;
    }
  }
  if ((protection & PROT_EXEC) != 0) {
    return libos_unsupported("mmap of executable memory", EACCES);
  }
  long at = memory_reserve() ? place(hint, size, flags) : -ENOMEM;
  if (at < 0) {
    return at;
  }
  uint64_t begin = (uint64_t)at, end = begin + PAGE_CEILING(size);
  struct region region = {.begin = begin, .end = end, .kind = REGION_MAPPED,
                          .rights = (uint8_t)protection,
                          .clean = protection == PROT_NONE && file.data == NULL,
                          .keeps = type != MAP_PRIVATE || file.data != NULL};
  memory_remove(begin, end);
  memory_add(region);
  if (offset < file.size) {
    uint64_t there = file.size - offset;
    memcpy((void *)begin, file.data + offset, there < size ? there : size);
  }
  return at;
}

long call_munmap(uint64_t begin, uint64_t size) {
  uint64_t end = end_of(begin, size);
  if (!is_page(begin) || size == 0 || end == 0) {
    return -EINVAL;
  }
  if (!memory_reserve()) {
    return -ENOMEM;
  }
  memory_remove(begin, end);
  return 0;
}

/* ---- mprotect, madvise and others of their kind ---------------------------------------------- */

long call_mprotect(uint64_t begin, uint64_t size, int protection) {
  protection &= ~(PROT_GROWSDOWN | PROT_GROWSUP);
  uint64_t end = end_of(begin, size);
  if (!is_page(begin) || (protection & ~RIGHTS_ALL) != 0) {
    return -EINVAL;
  }
  if (size == 0) {
    return 0;
  }
  if (end == 0 || !covered(begin, end)) {
    return -ENOMEM;
  }
  for (uint32_t index = memory_index(begin);
       index < memory_count && memory_regions[index].begin < end; index++) {
    if ((protection & PROT_EXEC) != 0 && (memory_regions[index].rights & EXECUTABLE) == 0) {
      return libos_unsupported("mprotect to executable memory", EACCES);
    }
    if ((protection & PROT_WRITE) != 0 && memory_regions[index].read_only) {
      return libos_unsupported("mprotect of the program's constants to writable memory", EACCES);
    }
  }
  if (!memory_reserve()) {
    return -ENOMEM;
  }
  memory_split(begin, end);
  for (uint32_t index = memory_index(begin);
       index < memory_count && memory_regions[index].begin < end; index++) {
    memory_regions[index].rights = (uint8_t)protection;
    memory_regions[index].clean = memory_regions[index].clean && protection == PROT_NONE;
  }
  memory_settle(begin, end);
  return 0;
}

long call_madvise(uint64_t begin, uint64_t size, int advice) {
  uint64_t end = end_of(begin, size);
  if (!is_page(begin) || (size != 0 && end == 0)) {
    return -EINVAL;
  }
  switch (advice) {
    case MADV_DONTNEED:
      break;
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
    case MADV_FREE:
    case MADV_DONTFORK:
    case MADV_DOFORK:
    case MADV_MERGEABLE:
    case MADV_UNMERGEABLE:
    case MADV_HUGEPAGE:
    case MADV_NOHUGEPAGE:
    case MADV_DONTDUMP:
    case MADV_DODUMP:
    case MADV_COLD:
    case MADV_PAGEOUT:
      return size == 0 || covered(begin, end) ? 0 : -ENOMEM;
    default:
      return -EINVAL;
  }
  if (size != 0 && !covered(begin, end)) {
    return -ENOMEM;
  }
  for (uint32_t index = memory_index(begin);
       index < memory_count && memory_regions[index].begin < end; index++) {
    const struct region *region = &memory_regions[index];
    uint64_t from = region->begin > begin ? region->begin : begin;
    uint64_t to = region->end < end ? region->end : end;
    if (!region->clean && !region->keeps) {
      memset((void *)from, 0, to - from);
    }
  }
  return 0;
}

long call_mincore(uint64_t begin, uint64_t size, unsigned char *states) {
  uint64_t end = end_of(begin, size);
  if (!is_page(begin)) {
    return -EINVAL;
  }
  if (end == 0 || !covered(begin, end)) {
    return -ENOMEM;
  }
  if (!memory_writable(states, (end - begin) / PAGE)) {
    return -EFAULT;
  }
  memset(states, 1, (end - begin) / PAGE);
  return 0;
}

/* mlock, munlock, msync: everything is in memory anyway. */
long call_keep(uint64_t begin, uint64_t size) {
  uint64_t end = end_of(begin & -PAGE, size + (begin & (PAGE - 1)));
  return end != 0 && covered(begin & -PAGE, end) ? 0 : -ENOMEM;
}

/* ---- mremap ---------------------------------------------------------------------------------- */

static long move(uint64_t begin, uint64_t old_end, uint64_t target, uint64_t size) {
  struct region region = memory_regions[memory_index(begin)];
  uint64_t kept = old_end - begin < size ? old_end - begin : size;
  bool clean = region.clean;
  region.begin = target;
  region.end = target + size;
  region.kind = REGION_MAPPED;
  /* The pool's memory can be written, and is cleared when it is given back. */
  region.read_only = false;
  memory_add(region);
  if (!clean) {
    memcpy((void *)target, (void *)begin, kept);
  }
  memory_remove(begin, old_end);
  return (long)target;
}

long call_mremap(uint64_t begin, uint64_t old_size, uint64_t size, int flags, uint64_t wanted) {
  uint64_t old_end = end_of(begin, old_size), end = end_of(begin, size);
  if (!is_page(begin) || (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED)) != 0 || size == 0 ||
      old_size == 0 || ((flags & MREMAP_FIXED) && !(flags & MREMAP_MAYMOVE))) {
    return -EINVAL;
  }
  if (!memory_reserve()) {
    return -ENOMEM;
  }
  uint32_t index = memory_index(begin);
  bool inside = old_end != 0 && index < memory_count && memory_regions[index].begin <= begin &&
                memory_regions[index].end >= old_end && memory_regions[index].kind != REGION_OWN;
  if (!inside) {
    return -EFAULT;
  }
  if (end == 0 || size > SIZE_MAX / 2) {
    return -ENOMEM;
  }
  if (flags & MREMAP_FIXED) {
    uint64_t target_end = end_of(wanted, size);
    if (!is_page(wanted) || target_end == 0 || (wanted < old_end && begin < target_end)) {
      return -EINVAL;
    }
    if (!may_map_at(wanted, target_end)) {
      return -ENOMEM;
    }
    memory_remove(wanted, target_end);
    return move(begin, old_end, wanted, target_end - wanted);
  }
  if (end <= old_end) {
    if (end < old_end) {
      memory_remove(end, old_end);
    }
    return (long)begin;
  }
  struct region more = memory_regions[index];
  if (more.end == old_end && memory_is_free(old_end, end)) {
    more.read_only = false;
    more.begin = old_end;
    more.end = end;
    memory_add(more);
    return (long)begin;
  }
  uint64_t target = flags & MREMAP_MAYMOVE ? memory_gap(end - begin) : 0;
  return target != 0 ? move(begin, old_end, target, end - begin) : -ENOMEM;
}
