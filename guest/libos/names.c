/* names.c: calls that make, remove and change names. */
#include <linux/fs.h>

#include "opened.h"

static long make(int base, const char *path, node_kind kind, place *place) {
  long error = path_to_name(base, path, place);
  if (error == 0 && !place->by_name) {
    error = -EEXIST;
  }
  if (error == 0) {
    error = -file_check_name(place);
  }
  if (error != 0) {
    return error;
  }
  if (place->node == NULL && place->must_be_directory && kind != NODE_DIRECTORY) {
    return -ENOENT;
  }
  return place->node != NULL ? -EEXIST : -file_create(place, kind);
}

long call_mkdirat(int base, const char *path, unsigned mode) {
  place place;
  long error = make(base, path, NODE_DIRECTORY, &place);
  if (error == 0) {
    place.node->mode = path_masked(mode & 01777);
  }
  return error;
}

long call_mkdir(const char *path, unsigned mode) {
  return call_mkdirat(AT_FDCWD, path, mode);
}

long call_mknodat(int base, const char *path, unsigned mode) {
  place place;
  if ((mode & S_IFMT) != S_IFREG && (mode & S_IFMT) != 0) {
    return -EPERM;
  }
  long error = make(base, path, NODE_FILE, &place);
  if (error == 0) {
    place.node->mode = path_masked(mode);
  }
  return error;
}

long call_mknod(const char *path, unsigned mode) {
  return call_mknodat(AT_FDCWD, path, mode);
}

long call_symlinkat(const char *target, int base, const char *path) {
  place place;
  long size = memory_length(target);
  if (size < 0) {
    return -EFAULT;
  }
  if (size == 0 || size >= PATH_MOST) {
    return size == 0 ? -ENOENT : -ENAMETOOLONG;
  }
  long error = make(base, path, NODE_LINK, &place);
  if (error == 0) {
    place.node->data = memcpy(pappus_alloc_aligned((size_t)size, 1), target, (size_t)size);
    place.node->size = (uint64_t)size;
  }
  return error;
}

long call_symlink(const char *target, const char *path) {
  return call_symlinkat(target, AT_FDCWD, path);
}

/* A file has one name: link fails as it does on file systems that are like that. */
long call_linkat(int old_base, const char *old_path, int base, const char *path, int flags) {
  place old, new;
  (void)flags;
  long error = path_find(old_base, old_path, FILE_FOLLOW_SLASH, &old);
  if (error == 0) {
    error = path_to_name(base, path, &new);
  }
  return error != 0 ? error : !new.by_name || new.node != NULL ? -EEXIST : -EPERM;
}

long call_link(const char *old_path, const char *path) {
  return call_linkat(AT_FDCWD, old_path, AT_FDCWD, path, 0);
}

long call_unlinkat(int base, const char *path, int flags) {
  place place;
  if ((flags & ~AT_REMOVEDIR) != 0) {
    return -EINVAL;
  }
  long error = path_to_name(base, path, &place);
  return error != 0 ? error : -file_remove(&place, flags != 0);
}

long call_unlink(const char *path) {
  return call_unlinkat(AT_FDCWD, path, 0);
}

long call_rmdir(const char *path) {
  return call_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

long call_renameat2(int old_base, const char *old_path, int base, const char *path,
                    unsigned flags) {
  place old, new;
  if ((flags & ~RENAME_NOREPLACE) != 0) {
    return -EINVAL;
  }
  long error = path_to_name(old_base, old_path, &old);
  if (error == 0) {
    error = path_to_name(base, path, &new);
  }
  if (error == 0) {
    error = -file_rename(&old, &new, (flags & RENAME_NOREPLACE) == 0);
  }
  if (error == 0) {
    old.node->changed = file_now();
  }
  return error;
}

long call_renameat(int old_base, const char *old_path, int base, const char *path) {
  return call_renameat2(old_base, old_path, base, path, 0);
}

long call_rename(const char *old_path, const char *path) {
  return call_renameat2(AT_FDCWD, old_path, AT_FDCWD, path, 0);
}

long call_readlinkat(int base, const char *path, char *to, int size) {
  place place;
  if (size <= 0) {
    return -EINVAL;
  }
  long error = path_find(base, path, FILE_FOLLOW_SLASH, &place);
  if (error != 0) {
    return error;
  }
  if (place.node->kind != NODE_LINK) {
    return -EINVAL;
  }
  size_t part = place.node->size < (size_t)size ? place.node->size : (size_t)size;
  if (!memory_writable(to, part)) {
    return -EFAULT;
  }
  memcpy(to, place.node->data, part);
  return (long)part;
}

long call_readlink(const char *path, char *to, int size) {
  return call_readlinkat(AT_FDCWD, path, to, size);
}
