/* transfer.c: calls that move bytes between memory and what is open. */
#include <linux/fs.h>
#include <linux/uio.h>

#include "opened.h"

enum { VECTORS = 1024 };

/* ---- One piece ------------------------------------------------------------------------------- */

static long read_device(uint32_t device, char *to, size_t size) {
  switch (device) {
    case DEVICE_ZERO:
    case DEVICE_FULL:
      memset(to, 0, size);
      return (long)size;
    case DEVICE_RANDOM:
    case DEVICE_URANDOM:
      file_random(to, size);
      return (long)size;
    default:
      return 0;
  }
}

/* Reads from `offset` of a file; elsewhere from where it is. */
static long read_piece(struct opened *opened, uint64_t offset, char *to, size_t size) {
  if (opened->kind == OPEN_PIPE) {
    return pipe_read(opened, to, size);
  }
  if (opened->kind == OPEN_DEVICE) {
    return read_device(opened->node->device, to, size);
  }
  const node *file = opened->node;
  uint64_t left = offset < file->size ? file->size - offset : 0;
  size = size < left ? size : left;
  memcpy(to, file->data + offset, size);
  return (long)size;
}

long opened_write(struct opened *opened, uint64_t offset, const char *from, size_t size) {
  switch ((enum open_kind)opened->kind) {
    case OPEN_STDOUT:
    case OPEN_STDERR:
      file_print(opened->kind == OPEN_STDERR, from, size);
      return (long)size;
    case OPEN_PIPE:
      return pipe_write(opened, from, size);
    case OPEN_DEVICE:
      return opened->node->device == DEVICE_FULL && size > 0 ? -ENOSPC : (long)size;
    case OPEN_FILE:
      if (offset > INT64_MAX - size) {
        return -EFBIG;
      }
      break;
    case OPEN_DIRECTORY:
    case OPEN_STDIN:
      return -EBADF;
  }
  int error = file_write_at(opened->node, offset, from, size);
  return error != 0 ? -error : (long)size;
}

/* ---- Many pieces ----------------------------------------------------------------------------- */

/* Whether a vector of the program's can be used. */
static long check_vector(int number, const struct iovec *vectors, long count) {
  if (opened_at(number) == NULL) {
    return -EBADF;
  }
  if (count < 0 || count > VECTORS) {
    return -EINVAL;
  }
  return memory_readable(vectors, (size_t)count * sizeof *vectors) ? 0 : -EFAULT;
}

/* The sum of sizes, or -EINVAL. */
static long size_of(const struct iovec *vectors, long count) {
  int64_t sum = 0;
  for (long i = 0; i < count; i++) {
    if (__builtin_add_overflow(sum, (int64_t)vectors[i].iov_len, &sum) || sum < 0 ||
        vectors[i].iov_len > INT64_MAX) {
      return -EINVAL;
    }
  }
  return sum;
}

static long check_reader(const struct opened *opened) {
  if (opened == NULL || !may_read(opened)) {
    return -EBADF;
  }
  return opened->kind == OPEN_DIRECTORY ? -EISDIR : 0;
}

/* How many of `size` bytes there are to read. */
static size_t bytes_there(const struct opened *opened, uint64_t offset, size_t size) {
  uint64_t there = size;
  if (opened->kind == OPEN_PIPE) {
    there = pipe_bytes(opened->pipe);
  } else if (opened->kind != OPEN_DEVICE) {
    there = offset < opened->node->size ? opened->node->size - offset : 0;
  } else if (opened->node->device == DEVICE_NULL) {
    there = 0;
  }
  return there < size ? there : size;
}

static long read_checked(struct opened *opened, uint64_t offset, char *to, size_t size) {
  /* As in the kernel, a buffer that gets nothing may lie anywhere. */
  bool valid = memory_writable(to, bytes_there(opened, offset, size));
  return valid ? read_piece(opened, offset, to, size) : -EFAULT;
}

static long write_checked(struct opened *opened, uint64_t offset, const char *from, size_t size) {
  return memory_readable(from, size) ? opened_write(opened, offset, from, size) : -EFAULT;
}

/* Reads or writes pieces one after the other, from an offset on that the description does not have. */
static long transfer(struct opened *opened, uint64_t offset, const struct iovec *vectors, long count,
                     bool reads) {
  size_t done = 0;
  for (long i = 0; i < count && done < TRANSFER_MOST; i++) {
    size_t size = vectors[i].iov_len;
    size = size < TRANSFER_MOST - done ? size : TRANSFER_MOST - done;
    if (size == 0) {
      continue;
    }
    if (done > 0 && reads && bytes_there(opened, offset + done, size) == 0) {
      break;
    }
    long part = reads ? read_checked(opened, offset + done, vectors[i].iov_base, size)
                      : write_checked(opened, offset + done, vectors[i].iov_base, size);
    if (part < 0) {
      return done > 0 ? (long)done : part;
    }
    done += (size_t)part;
    if ((size_t)part < size) {
      break;
    }
  }
  return (long)done;
}

static long read_vectors(int number, const struct iovec *vectors, long count) {
  struct opened *opened = opened_at(number);
  long error = check_reader(opened);
  if (error != 0) {
    return error;
  }
  if (opened->kind == OPEN_STDIN) {
    snapshot_touch();
  }
  long size = size_of(vectors, count);
  if (size < 0) {
    return size;
  }
  long done = transfer(opened, opened->offset, vectors, count, true);
  if (done > 0 && (has_place(opened) || opened->kind == OPEN_STDIN)) {
    opened->offset += (uint64_t)done;
    opened->node->accessed = file_now();
  }
  return done;
}

static long write_vectors(int number, const struct iovec *vectors, long count) {
  struct opened *opened = opened_at(number);
  if (opened == NULL || !may_write(opened)) {
    return -EBADF;
  }
  long size = size_of(vectors, count);
  if (size <= 0) {
    return size;
  }
  if (has_place(opened) && (opened->flags & O_APPEND) != 0) {
    opened->offset = opened->node->size;
  }
  long done = transfer(opened, opened->offset, vectors, count, false);
  if (done > 0 && has_place(opened)) {
    opened->offset += (uint64_t)done;
  }
  return done;
}

/* At a place of the caller's choice. */
static long at_place(int number, const struct iovec *vectors, long count, int64_t offset,
                     bool reads) {
  struct opened *opened = opened_at(number);
  if (offset < 0) {
    return -EINVAL;
  }
  if (opened == NULL || (opened->flags & O_PATH) != 0) {
    return -EBADF;
  }
  if (opened->kind >= OPEN_STDIN) {
    return -ESPIPE;
  }
  long error = reads ? check_reader(opened) : may_write(opened) ? 0 : -EBADF;
  if (error == 0 && size_of(vectors, count) < 0) {
    error = -EINVAL;
  }
  if (error != 0) {
    return error;
  }
  /* As the kernel has it: what is appended goes to the end whatever the offset. */
  bool appends = !reads && has_place(opened) && (opened->flags & O_APPEND) != 0;
  return transfer(opened, appends ? opened->node->size : (uint64_t)offset, vectors, count, reads);
}

/* ---- The calls ------------------------------------------------------------------------------- */

long call_read(int number, void *to, size_t size) {
  return read_vectors(number, &(struct iovec){to, size}, 1);
}

long call_write(int number, const void *from, size_t size) {
  return write_vectors(number, &(struct iovec){(void *)from, size}, 1);
}

long call_pread64(int number, void *to, size_t size, int64_t offset) {
  return at_place(number, &(struct iovec){to, size}, 1, offset, true);
}

long call_pwrite64(int number, const void *from, size_t size, int64_t offset) {
  return at_place(number, &(struct iovec){(void *)from, size}, 1, offset, false);
}

long call_readv(int number, const struct iovec *vectors, long count) {
  long error = check_vector(number, vectors, count);
  return error != 0 ? error : read_vectors(number, vectors, count);
}

long call_writev(int number, const struct iovec *vectors, long count) {
  long error = check_vector(number, vectors, count);
  return error != 0 ? error : write_vectors(number, vectors, count);
}

long call_preadv(int number, const struct iovec *vectors, long count, int64_t offset) {
  long error = offset < 0 ? -EINVAL : check_vector(number, vectors, count);
  return error != 0 ? error : at_place(number, vectors, count, offset, true);
}

long call_pwritev(int number, const struct iovec *vectors, long count, int64_t offset) {
  long error = offset < 0 ? -EINVAL : check_vector(number, vectors, count);
  return error != 0 ? error : at_place(number, vectors, count, offset, false);
}

/* With an offset of -1 they are readv and writev; hints are taken as said. */
long call_preadv2(int number, const struct iovec *vectors, long count, int64_t offset, long high,
                  int flags) {
  (void)high;
  if ((flags & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT)) != 0) {
    return -EOPNOTSUPP;
  }
  return offset == -1 ? call_readv(number, vectors, count)
                      : call_preadv(number, vectors, count, offset);
}

long call_pwritev2(int number, const struct iovec *vectors, long count, int64_t offset, long high,
                   int flags) {
  (void)high;
  if ((flags & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT)) != 0) {
    return -EOPNOTSUPP;
  }
  return offset == -1 ? call_writev(number, vectors, count)
                      : call_pwritev(number, vectors, count, offset);
}
