/* places.c: calls about places in files and their sizes, and from file to file. */
#include <linux/falloc.h>
#include <linux/fs.h>

#include "opened.h"

/* ---- Places ---------------------------------------------------------------------------------- */

long call_lseek(int number, int64_t distance, int whence) {
  struct opened *opened = opened_at(number);
  if (opened == NULL || (opened->flags & O_PATH) != 0) {
    return -EBADF;
  }
  if (opened->kind >= OPEN_STDIN) {
    return -ESPIPE;
  }
  if (opened->kind == OPEN_DEVICE) {
    return 0;
  }
  if (opened->kind == OPEN_DIRECTORY && whence != SEEK_SET && whence != SEEK_CUR) {
    /* A directory has no end, as on tmpfs. */
    return -EINVAL;
  }
  int64_t size = (int64_t)opened->node->size, from;
  switch (whence) {
    case SEEK_SET:
      from = 0;
      break;
    case SEEK_CUR:
      from = (int64_t)opened->offset;
      break;
    case SEEK_END:
      from = size;
      break;
    case SEEK_DATA:
    case SEEK_HOLE:
      /* All is data, with a hole behind it. */
      if (distance < 0 || distance >= size) {
        return -ENXIO;
      }
      from = whence == SEEK_DATA ? 0 : size - distance;
      break;
    default:
      return -EINVAL;
  }
  int64_t to;
  if (__builtin_add_overflow(from, distance, &to) || to < 0) {
    return -EINVAL;
  }
  opened->offset = (uint64_t)to;
  return to;
}

long call_ftruncate(int number, int64_t size) {
  struct opened *opened = opened_at(number);
  if (size < 0) {
    return -EINVAL;
  }
  if (opened == NULL || (opened->flags & O_PATH) != 0) {
    return -EBADF;
  }
  if (opened->kind != OPEN_FILE || !may_write(opened)) {
    return -EINVAL;
  }
  return -file_resize(opened->node, (uint64_t)size);
}

long call_fallocate(int number, int mode, int64_t offset, int64_t size) {
  struct opened *opened = opened_at(number);
  int64_t end;
  if (opened == NULL || !may_write(opened)) {
    return -EBADF;
  }
  if (offset < 0 || size <= 0) {
    return -EINVAL;
  }
  if ((mode & ~FALLOC_FL_KEEP_SIZE) != 0) {
    return -EOPNOTSUPP;
  }
  if (opened->kind != OPEN_FILE) {
    return opened->kind == OPEN_DIRECTORY ? -EISDIR : opened->kind == OPEN_DEVICE ? -ENODEV : -ESPIPE;
  }
  if (__builtin_add_overflow(offset, size, &end)) {
    return -EFBIG;
  }
  bool grows = mode == 0 && (uint64_t)end > opened->node->size;
  return grows ? -file_resize(opened->node, (uint64_t)end) : 0;
}

long call_fadvise64(int number, int64_t offset, int64_t size, int advice) {
  (void)offset;
  struct opened *opened = opened_at(number);
  if (opened == NULL) {
    return -EBADF;
  }
  return opened->kind >= OPEN_STDIN ? -ESPIPE : advice < 0 || advice > 5 || size < 0 ? -EINVAL : 0;
}

/* fsync, fdatasync, sync_file_range, syncfs */
long call_fsync(int number) {
  struct opened *opened = opened_at(number);
  if (opened == NULL || (opened->flags & O_PATH) != 0) {
    return -EBADF;
  }
  return opened->kind == OPEN_FILE || opened->kind == OPEN_DIRECTORY ? 0 : -EINVAL;
}

long files_to_map(int number, int protection, bool shared, struct mapped_file *file) {
  struct opened *opened = opened_at(number);
  if (opened == NULL) {
    return -EBADF;
  }
  if (opened->kind == OPEN_DEVICE && opened->node->device == DEVICE_ZERO) {
    return 0;
  }
  if (opened->kind != OPEN_FILE) {
    return -ENODEV;
  }
  if (!may_read(opened) || (shared && (protection & 2) != 0 && !may_write(opened))) {
    return -EACCES;
  }
  if (shared && (protection & 2) != 0) {
    return libos_unsupported("mmap of a file that is written through memory", ENODEV);
  }
  *file = (struct mapped_file){opened->node->data, opened->node->size};
  return 0;
}

/* ---- From file to file ----------------------------------------------------------------------- */

/* Copies from a file, at its own place or at `*offset`, to wherever a description writes to. */
static long copy(int to, int64_t *to_offset, int from, int64_t *from_offset, size_t size) {
  struct opened *source = opened_at(from), *target = opened_at(to);
  if (source == NULL || target == NULL || !may_read(source) || !may_write(target)) {
    return -EBADF;
  }
  if (source->kind != OPEN_FILE || target->kind == OPEN_DIRECTORY) {
    return source->kind == OPEN_DIRECTORY || target->kind == OPEN_DIRECTORY ? -EISDIR : -EINVAL;
  }
  if ((from_offset != NULL && !memory_writable(from_offset, sizeof *from_offset)) ||
      (to_offset != NULL && !memory_writable(to_offset, sizeof *to_offset))) {
    return -EFAULT;
  }
  uint64_t at = from_offset != NULL ? (uint64_t)*from_offset : source->offset;
  if (at > INT64_MAX || (to_offset != NULL && *to_offset < 0)) {
    return -EINVAL;
  }
  uint64_t left = at < source->node->size ? source->node->size - at : 0;
  size = size < left ? size : left;
  size = size < TRANSFER_MOST ? size : TRANSFER_MOST;
  if (size == 0) {
    return 0;
  }
  bool appends = (target->flags & O_APPEND) != 0 && has_place(target);
  uint64_t place = to_offset != NULL ? (uint64_t)*to_offset
                   : appends         ? target->node->size
                                     : target->offset;
  if (source->node == target->node) {
    /* Where the file moves as it grows, so does what is copied. */
    uint64_t end = place + size;
    int error = end > source->node->size ? file_resize(source->node, end) : 0;
    if (error != 0) {
      return -error;
    }
  }
  long done = opened_write(target, place, source->node->data + at, size);
  if (done > 0) {
    *(from_offset != NULL ? (uint64_t *)from_offset : &source->offset) = at + (uint64_t)done;
    if (to_offset != NULL) {
      *to_offset += done;
    } else if (has_place(target)) {
      target->offset = place + (uint64_t)done;
    }
  }
  return done;
}

long call_sendfile(int to, int from, int64_t *offset, size_t size) {
  return copy(to, NULL, from, offset, size);
}

long call_copy_file_range(int from, int64_t *from_offset, int to, int64_t *to_offset, size_t size,
                          unsigned flags) {
  struct opened *source = opened_at(from), *target = opened_at(to);
  if (flags != 0) {
    return -EINVAL;
  }
  if (source != NULL && target != NULL && (target->flags & O_APPEND) != 0) {
    return -EBADF;
  }
  if (source != NULL && source->node != NULL && target != NULL && source->node == target->node) {
    /* Overlapping ranges are refused, others do not move each other. */
    uint64_t a = from_offset != NULL && memory_readable(from_offset, 8) ? (uint64_t)*from_offset
                                                                        : source->offset;
    uint64_t b = to_offset != NULL && memory_readable(to_offset, 8) ? (uint64_t)*to_offset
                                                                    : target->offset;
    if (a < b + size && b < a + size) {
      return -EINVAL;
    }
  }
  if (target != NULL && target->kind >= OPEN_DEVICE) {
    return -EINVAL;
  }
  return copy(to, to_offset, from, from_offset, size);
}
