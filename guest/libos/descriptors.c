/* descriptors.c: calls on descriptors as such: close, dup, fcntl, ioctl. */
#include "opened.h"

#include <asm/ioctls.h>
#include <linux/close_range.h>

enum { DESCRIPTORS = 1024, STANDARD = 3 };

int descriptors_limit = DESCRIPTORS;

static struct opened standard[STANDARD] = {
    {.references = 1, .kind = OPEN_STDIN, .flags = O_RDONLY, .node = &file_standard_input},
    {.references = 1, .kind = OPEN_STDOUT, .flags = O_WRONLY},
    {.references = 1, .kind = OPEN_STDERR, .flags = O_WRONLY},
};

static struct {
  struct opened *opened;
  bool close_on_exec;
} table[DESCRIPTORS];

static struct opened *unused;

struct opened *opened_at(int number) {
  return number >= 0 && number < DESCRIPTORS ? table[number].opened : NULL;
}

void descriptors_begin(void) {
  for (int number = 0; number < STANDARD; number++) {
    table[number].opened = &standard[number];
  }
}

/* The lowest free number from `least` on, or the limit. */
static int lowest_free(int least) {
  while (least < descriptors_limit && table[least].opened != NULL) {
    least++;
  }
  return least;
}

bool descriptors_left(void) {
  return lowest_free(0) < descriptors_limit;
}

/* Puts it at the lowest free number from `least` on. */
static long assign(struct opened *opened, int least, bool close_on_exec) {
  int number = lowest_free(least);
  if (number >= descriptors_limit) {
    return -EMFILE;
  }
  table[number].opened = opened;
  table[number].close_on_exec = close_on_exec;
  opened->references++;
  return number;
}

static void give_up(struct opened *opened) {
  opened->next_unused = unused;
  unused = opened;
}

long open_as(struct opened like, bool close_on_exec) {
  struct opened *fresh = unused;
  if (fresh != NULL) {
    unused = fresh->next_unused;
  } else {
    fresh = pappus_try_alloc(sizeof *fresh, 8);
    if (fresh == NULL) {
      return -ENOMEM;
    }
  }
  *fresh = like;
  long number = assign(fresh, 0, close_on_exec);
  if (number < 0) {
    give_up(fresh);
  }
  return number;
}

static void release(struct opened *opened) {
  if (--opened->references > 0) {
    return;
  }
  file_give_back(opened->listing, opened->listing_room * sizeof *opened->listing);
  if (opened->kind == OPEN_PIPE) {
    pipe_release(opened);
  } else if (opened->node != NULL && opened->kind <= OPEN_DEVICE) {
    opened->node->opens--;
    file_drop(opened->node);
  }
  if (opened >= standard + STANDARD || opened < standard) {
    give_up(opened);
  }
}

long open_node(node *some, int flags) {
  bool close_on_exec = (flags & O_CLOEXEC) != 0;
  if (some->kind == NODE_DEVICE && some->device >= DEVICE_DESCRIPTOR && (flags & O_PATH) == 0) {
    struct opened *same = opened_at((int)(some->device - DEVICE_DESCRIPTOR));
    return same == NULL ? -ENXIO : assign(same, 0, close_on_exec);
  }
  if (some->fill != NULL) {
    some->fill(some);
  }
  uint8_t kind = is_directory(some)            ? OPEN_DIRECTORY
                 : some->kind == NODE_DEVICE ? OPEN_DEVICE
                                               : OPEN_FILE;
  const int lasting = ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
  long number =
      open_as((struct opened){.kind = kind, .flags = flags & lasting, .node = some}, close_on_exec);
  some->opens += number >= 0;
  return number;
}

long call_close(int number) {
  struct opened *opened = opened_at(number);
  if (opened == NULL) {
    return -EBADF;
  }
  table[number].opened = NULL;
  release(opened);
  return 0;
}

long call_close_range(unsigned first, unsigned last, unsigned flags) {
  if (first > last || (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) != 0) {
    return -EINVAL;
  }
  for (unsigned number = first; number <= last && number < DESCRIPTORS; number++) {
    if (flags & CLOSE_RANGE_CLOEXEC) {
      table[number].close_on_exec = true;
    } else {
      call_close((int)number);
    }
  }
  return 0;
}

/* ---- dup ------------------------------------------------------------------------------------- */

long call_dup(int number) {
  struct opened *opened = opened_at(number);
  return opened == NULL ? -EBADF : assign(opened, 0, false);
}

static long duplicate_to(int from, int to, bool close_on_exec) {
  struct opened *opened = opened_at(from);
  if (opened == NULL || to < 0 || to >= descriptors_limit) {
    return -EBADF;
  }
  struct opened *before = table[to].opened;
  opened->references++;
  table[to].opened = opened;
  table[to].close_on_exec = close_on_exec;
  if (before != NULL) {
    release(before);
  }
  return to;
}

long call_dup2(int from, int to) {
  if (from == to) {
    return opened_at(from) == NULL ? -EBADF : to;
  }
  return duplicate_to(from, to, false);
}

long call_dup3(int from, int to, int flags) {
  return from == to || (flags & ~O_CLOEXEC) != 0 ? -EINVAL : duplicate_to(from, to, flags != 0);
}

/* ---- fcntl, ioctl, locks --------------------------------------------------------------------- */

/* Locks are granted: there is nobody else. */
static long look_at_lock(void *argument) {
  if (!memory_writable(argument, sizeof(struct flock))) {
    return -EFAULT;
  }
  ((struct flock *)argument)->l_type = F_UNLCK;
  return 0;
}

static long set_flags(struct opened *opened, int flags) {
  const int changeable = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME;
  opened->flags = (opened->flags & ~changeable) | (flags & changeable);
  return 0;
}

long call_fcntl(int number, int what, uint64_t argument) {
  struct opened *opened = opened_at(number);
  if (opened == NULL) {
    return -EBADF;
  }
  bool on_path = (opened->flags & O_PATH) != 0;
  switch (what) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      return argument >= (uint64_t)descriptors_limit ? -EINVAL
                                     : assign(opened, (int)argument, what == F_DUPFD_CLOEXEC);
    case F_GETFD:
      return table[number].close_on_exec ? FD_CLOEXEC : 0;
    case F_SETFD:
      table[number].close_on_exec = (argument & FD_CLOEXEC) != 0;
      return 0;
    case F_GETFL:
      return opened->flags;
    case F_SETFL:
      return on_path ? -EBADF : set_flags(opened, (int)argument);
    case F_GETLK:
    case F_OFD_GETLK:
      return look_at_lock((void *)argument);
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
      return memory_readable((void *)argument, sizeof(struct flock)) ? 0 : -EFAULT;
    case F_SETPIPE_SZ:
    case F_GETPIPE_SZ:
      return opened->kind == OPEN_PIPE ? PIPE_BYTES : -EBADF;
    default:
      return -EINVAL;
  }
}

long call_flock(int number, int operation) {
  (void)operation;
  return opened_at(number) == NULL ? -EBADF : 0;
}

static uint64_t bytes_ready(const struct opened *opened) {
  if (opened->kind == OPEN_PIPE) {
    return pipe_bytes(opened->pipe);
  }
  bool has = opened->node != NULL && opened->offset < opened->node->size;
  return has ? opened->node->size - opened->offset : 0;
}

long call_ioctl(int number, unsigned long request, void *argument) {
  struct opened *opened = opened_at(number);
  if (opened == NULL || (opened->flags & O_PATH) != 0) {
    return -EBADF;
  }
  switch (request) {
    case FIOCLEX:
    case FIONCLEX:
      table[number].close_on_exec = request == FIOCLEX;
      return 0;
    case FIONBIO:
      if (!memory_readable(argument, sizeof(int))) {
        return -EFAULT;
      }
      opened->flags = *(int *)argument != 0 ? opened->flags | O_NONBLOCK : opened->flags & ~O_NONBLOCK;
      return 0;
    case FIONREAD:
      if (opened->kind != OPEN_FILE && opened->kind != OPEN_PIPE && opened->kind != OPEN_STDIN) {
        return -ENOTTY;
      }
      if (opened->kind == OPEN_STDIN) {
        snapshot_touch();
      }
      if (!memory_writable(argument, sizeof(int))) {
        return -EFAULT;
      }
      *(int *)argument = (int)bytes_ready(opened);
      return 0;
    default:
      return -ENOTTY;
  }
}
