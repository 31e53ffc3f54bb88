/* open.c: calls that open files. */
#include "opened.h"

static long check_existing(const place *place, int flags) {
  const node *found = place->node;
  bool writes = (flags & O_ACCMODE) != O_RDONLY;
  if ((flags & O_CREAT) && (flags & O_EXCL)) {
    return -EEXIST;
  }
  if (found->kind == NODE_LINK && (flags & O_PATH) == 0) {
    return flags & O_DIRECTORY ? -ENOTDIR : -ELOOP;
  }
  if (!is_directory(found) && (place->must_be_directory || (flags & O_DIRECTORY))) {
    return -ENOTDIR;
  }
  if (flags & O_PATH) {
    return 0;
  }
  if (is_directory(found)) {
    return writes || (flags & (O_CREAT | O_TRUNC)) ? -EISDIR : 0;
  }
  return found->read_only && (writes || (flags & O_TRUNC)) ? -EROFS : 0;
}

/* A file without a name, which vanishes when it is closed. */
static long open_nameless(int flags, unsigned mode) {
  node *file = file_new(NODE_FILE);
  file->mode = path_masked(mode);
  return open_node(file, flags);
}

long call_openat(int base, const char *path, int flags, unsigned mode) {
  place place;
  bool creates = (flags & O_CREAT) && (flags & O_PATH) == 0;
  bool follow = (flags & O_NOFOLLOW) == 0 && !(creates && (flags & O_EXCL));
  /* What 64-bit programs have always. */
  flags |= O_LARGEFILE;
  if (!descriptors_left()) {
    return -EMFILE;
  }
  if ((flags & O_TMPFILE) == O_TMPFILE) {
    long error = path_find(base, path, FILE_FOLLOW, &place);
    if (error != 0) {
      return error;
    }
    bool writes = (flags & O_ACCMODE) != O_RDONLY;
    return !is_directory(place.node)      ? -ENOTDIR
           : !writes                      ? -EINVAL
           : place.node->read_only        ? -EROFS
                                          : open_nameless(flags & ~O_TMPFILE, mode);
  }
  file_follow how = follow ? (creates ? FILE_FOLLOW_TO_MAKE : FILE_FOLLOW)
                           : (creates ? FILE_FOLLOW_NEVER : FILE_FOLLOW_SLASH);
  long error = path_go(file_walk, base, path, how, &place);
  if (error == 0 && creates && place.by_name && place.must_be_directory) {
    error = -EISDIR;
  }
  if (error == 0) {
    error = -file_check_name(&place);
  }
  if (error != 0) {
    return error;
  }
  if (place.node != NULL) {
    error = check_existing(&place, flags);
    if (error == 0 && (flags & O_TRUNC) && (flags & O_PATH) == 0 && place.node->kind == NODE_FILE) {
      file_resize(place.node, 0);
    }
  } else if (creates) {
    error = -file_create(&place, NODE_FILE);
    if (error == 0) {
      place.node->mode = path_masked(mode);
    }
  } else {
    error = -ENOENT;
  }
  if (error == 0 && place.node->device == DEVICE_SNAPSHOT) {
    snapshot_touch();
  }
  return error != 0 ? error : open_node(place.node, flags);
}

long call_open(const char *path, int flags, unsigned mode) {
  return call_openat(AT_FDCWD, path, flags, mode);
}

long call_creat(const char *path, unsigned mode) {
  return call_openat(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

long call_memfd_create(const char *name, unsigned flags) {
  (void)flags;
  return memory_length(name) < 0 ? -EFAULT : open_nameless(O_RDWR | O_LARGEFILE, 0777);
}

