/* paths.c: from the program's paths to files, and the working directory. */
#include "opened.h"

static node *working_directory = &file_root;
static uint16_t mask = 022;

/* The directory a relative path begins at. */
static long base_node(int base, node **from) {
  if (base == AT_FDCWD) {
    *from = working_directory;
    return 0;
  }
  struct opened *opened = opened_at(base);
  if (opened == NULL) {
    return -EBADF;
  }
  *from = opened->node;
  return opened->kind == OPEN_DIRECTORY ? 0 : -ENOTDIR;
}

long path_go(path_walker walker, int base, const char *path, file_follow follow, place *place) {
  long size = memory_length(path);
  if (size < 0) {
    return -EFAULT;
  }
  if (size >= PATH_MOST) {
    return -ENAMETOOLONG;
  }
  if (size == 0) {
    return -ENOENT;
  }
  node *from = &file_root;
  long error = *path == '/' ? 0 : base_node(base, &from);
  return error != 0 ? error : -walker(from, path, (size_t)size, follow, place);
}

long path_to_name(int base, const char *path, place *place) {
  return path_go(file_walk, base, path, FILE_FOLLOW_NEVER, place);
}

long path_find(int base, const char *path, file_follow follow, place *place) {
  return path_go(file_find, base, path, follow, place);
}

uint16_t path_masked(unsigned mode) {
  return (uint16_t)(mode & PATH_RIGHTS & ~mask);
}

long call_umask(unsigned wanted) {
  uint16_t before = mask;
  mask = wanted & 0777;
  return before;
}

/* ---- The working directory ------------------------------------------------------------------- */

static long change_to(node *directory) {
  if (!is_directory(directory)) {
    return -ENOTDIR;
  }
  working_directory = directory;
  return 0;
}

long call_chdir(const char *path) {
  place place;
  long error = path_find(AT_FDCWD, path, FILE_FOLLOW, &place);
  return error != 0 ? error : change_to(place.node);
}

long call_fchdir(int number) {
  struct opened *opened = opened_at(number);
  return opened == NULL ? -EBADF : opened->kind != OPEN_DIRECTORY ? -ENOTDIR
                                                                  : change_to(opened->node);
}

long call_getcwd(char *to, size_t size) {
  char path[PATH_MOST];
  size_t at = sizeof path;
  path[--at] = '\0';
  for (const node *here = working_directory; here != &file_root; here = here->parent) {
    if (here->parent == NULL) {
      return -ENOENT;
    }
    if (at < here->name_size + 1ul) {
      return -ENAMETOOLONG;
    }
    at -= here->name_size;
    memcpy(path + at, here->name, here->name_size);
    path[--at] = '/';
  }
  if (at == sizeof path - 1) {
    path[--at] = '/';
  }
  size_t length = sizeof path - at;
  if (size < length) {
    return -ERANGE;
  }
  if (!memory_writable(to, length)) {
    return -EFAULT;
  }
  memcpy(to, path + at, length);
  return (long)length;
}
