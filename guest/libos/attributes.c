/* attributes.c: rights, owners, times and sizes of files. */
#include <linux/time_types.h>

#include "opened.h"

/* The kernel's headers do not have them (man utimensat). */
#define UTIME_NOW ((1l << 30) - 1)
#define UTIME_OMIT ((1l << 30) - 2)

static long change_mode(node *some, unsigned mode) {
  if (some->read_only) {
    return -EROFS;
  }
  some->mode = (uint16_t)(mode & PATH_RIGHTS);
  some->changed = file_now();
  return 0;
}

long call_fchmodat(int base, const char *path, unsigned mode) {
  place place;
  long error = path_find(base, path, FILE_FOLLOW, &place);
  return error != 0 ? error : change_mode(place.node, mode);
}

long call_chmod(const char *path, unsigned mode) {
  return call_fchmodat(AT_FDCWD, path, mode);
}

long call_fchmod(int number, unsigned mode) {
  struct opened *opened = opened_at(number);
  if (opened == NULL || (opened->flags & O_PATH) != 0) {
    return -EBADF;
  }
  return opened->kind <= OPEN_DIRECTORY ? change_mode(opened->node, mode) : 0;
}

/* There is one user, to whom everything belongs already. */
long call_fchownat(int base, const char *path, unsigned user, unsigned group, int flags) {
  (void)user, (void)group;
  place place;
  long error = path_find(base, path, flags & AT_SYMLINK_NOFOLLOW ? FILE_FOLLOW_SLASH : FILE_FOLLOW, &place);
  return error != 0 ? error : place.node->read_only ? -EROFS : 0;
}

long call_chown(const char *path, unsigned user, unsigned group) {
  return call_fchownat(AT_FDCWD, path, user, group, 0);
}

long call_lchown(const char *path, unsigned user, unsigned group) {
  return call_fchownat(AT_FDCWD, path, user, group, AT_SYMLINK_NOFOLLOW);
}

long call_fchown(int number, unsigned user, unsigned group) {
  (void)user, (void)group;
  return opened_at(number) == NULL ? -EBADF : 0;
}

static long time_of(const struct __kernel_timespec *time, uint64_t *nanos) {
  if (time->tv_nsec == UTIME_NOW) {
    *nanos = file_now();
  } else if (time->tv_nsec != UTIME_OMIT) {
    if (time->tv_nsec < 0 || time->tv_nsec >= 1000000000 || time->tv_sec < 0 ||
        time->tv_sec > (int64_t)(UINT64_MAX / 2000000000)) {
      return -EINVAL;
    }
    *nanos = (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
  }
  return 0;
}

static long change_times(node *some, const struct __kernel_timespec times[2]) {
  if (some->read_only) {
    return -EROFS;
  }
  uint64_t accessed = some->accessed, modified = some->modified;
  long error = time_of(&times[0], &accessed);
  if (error == 0) {
    error = time_of(&times[1], &modified);
  }
  if (error == 0) {
    some->accessed = accessed;
    some->modified = modified;
    some->changed = file_now();
  }
  return error;
}

static long set_times(int base, const char *path, const struct __kernel_timespec times[2],
                      int flags) {
  if (path == NULL) {
    struct opened *opened = opened_at(base);
    return opened == NULL ? -EBADF : opened->node == NULL ? 0 : change_times(opened->node, times);
  }
  place place;
  long error = path_find(base, path, flags & AT_SYMLINK_NOFOLLOW ? FILE_FOLLOW_SLASH : FILE_FOLLOW, &place);
  return error != 0 ? error : change_times(place.node, times);
}

static const struct __kernel_timespec both_now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};

long call_utimensat(int base, const char *path, const struct __kernel_timespec *times, int flags) {
  if (times != NULL && !memory_readable(times, 2 * sizeof *times)) {
    return -EFAULT;
  }
  return set_times(base, path, times == NULL ? both_now : times, flags);
}

/* utimes and futimesat say it in microseconds. */
long call_futimesat(int base, const char *path, const struct __kernel_old_timeval *times) {
  if (times == NULL) {
    return set_times(base, path, both_now, 0);
  }
  if (!memory_readable(times, 2 * sizeof *times)) {
    return -EFAULT;
  }
  struct __kernel_timespec converted[2];
  for (int i = 0; i < 2; i++) {
    if (times[i].tv_usec < 0 || times[i].tv_usec >= 1000000) {
      return -EINVAL;
    }
    converted[i] = (struct __kernel_timespec){times[i].tv_sec, times[i].tv_usec * 1000};
  }
  return set_times(base, path, converted, 0);
}

long call_utimes(const char *path, const struct __kernel_old_timeval *times) {
  return call_futimesat(AT_FDCWD, path, times);
}

long call_utime(const char *path, const long times[2]) {
  if (times == NULL) {
    return set_times(AT_FDCWD, path, both_now, 0);
  }
  if (!memory_readable(times, 2 * sizeof *times)) {
    return -EFAULT;
  }
  return set_times(AT_FDCWD, path, (struct __kernel_timespec[2]){{times[0], 0}, {times[1], 0}}, 0);
}

long call_truncate(const char *path, int64_t size) {
  place place;
  if (size < 0) {
    return -EINVAL;
  }
  long error = path_find(AT_FDCWD, path, FILE_FOLLOW, &place);
  if (error != 0) {
    return error;
  }
  if (place.node->kind != NODE_FILE) {
    return is_directory(place.node) ? -EISDIR : -EINVAL;
  }
  return place.node->read_only ? -EROFS : -file_resize(place.node, (uint64_t)size);
}

long call_faccessat2(int base, const char *path, unsigned wanted, int flags) {
  enum { EXECUTE = 1, WRITE = 2, READ = 4 };
  place place;
  if ((wanted & ~(EXECUTE | WRITE | READ)) != 0) {
    return -EINVAL;
  }
  long error = path_find(base, path, flags & AT_SYMLINK_NOFOLLOW ? FILE_FOLLOW_SLASH : FILE_FOLLOW, &place);
  if (error != 0) {
    return error;
  }
  if ((wanted & WRITE) && place.node->read_only) {
    return -EROFS;
  }
  /* Rights are recorded and not enforced, but for programs that look for programs. */
  bool executable = is_directory(place.node) || (place.node->mode & 0111) != 0;
  return (wanted & EXECUTE) && !executable ? -EACCES : 0;
}

long call_faccessat(int base, const char *path, unsigned wanted) {
  return call_faccessat2(base, path, wanted, 0);
}

long call_access(const char *path, unsigned wanted) {
  return call_faccessat2(AT_FDCWD, path, wanted, 0);
}
