/* paths.c: where a path leads, and what changes names. Errors come in the order in which Linux finds
 * them (fs/namei.c). */
#include <linux/errno.h>

#include "files.h"

enum { LINKS_MOST = 40 };

void (*file_on_lookup)(const node *directory, const char *name, size_t size);

/* "." and "..", or 0. */
static uint8_t dots_of(const char *name, size_t size) {
  bool is_dots = (size == 1 && name[0] == '.') || (size == 2 && name[0] == '.' && name[1] == '.');
  return is_dots ? (uint8_t)size : 0;
}

/* Goes one part further. */
static int step(place *place, const char *name, size_t size) {
  if (place->node == NULL) {
    return place->name_size > FILE_NAME_MOST ? ENAMETOOLONG : ENOENT;
  }
  if (!is_directory(place->node)) {
    return ENOTDIR;
  }
  if (memchr(name, '\0', size) != NULL) {
    return EINVAL;
  }
  node *from = place->node;
  place->dots = dots_of(name, size);
  place->by_name = place->dots == 0;
  if (from->parent == NULL && place->dots != 1) {
    return ENOENT;
  }
  if (place->by_name) {
    if (file_on_lookup != NULL) {
      file_on_lookup(from, name, size);
    }
    place->directory = from;
    place->name = name;
    place->name_size = size;
    place->node = file_child(from, name, size);
  } else if (place->dots == 2) {
    place->node = from->parent;
  }
  return 0;
}

static int walk(node *from, const char *path, size_t size, file_follow follow, unsigned links,
                place *place) {
  if (size == 0) {
    return ENOENT;
  }
  const char *at = path, *end = path + size, *last = end;
  while (last > path && last[-1] == '/') {
    last--;
  }
  *place = (typeof(*place)){.node = *at == '/' ? &file_root : from, .must_be_directory = last < end};
  while (at < last) {
    if (*at == '/') {
      at++;
      continue;
    }
    const char *slash = memchr(at, '/', (size_t)(last - at));
    const char *stop = slash == NULL ? last : slash;
    if (follow == FILE_FOLLOW_TO_MAKE && stop == last && last < end && place->node != NULL &&
        is_directory(place->node) && dots_of(at, (size_t)(stop - at)) == 0) {
      return EISDIR;
    }
    int error = step(place, at, (size_t)(stop - at));
    const node *link = place->node;
    bool follows = stop < last || follow >= FILE_FOLLOW || (follow == FILE_FOLLOW_SLASH && last < end);
    if (error == 0 && link != NULL && link->kind == NODE_LINK && follows) {
      if (links == LINKS_MOST) {
        return ELOOP;
      }
      file_follow further = stop == last ? follow : FILE_FOLLOW;
      further = further > FILE_FOLLOW ? further : FILE_FOLLOW;
      error = walk(place->directory, link->data, link->size, further, links + 1, place);
      place->must_be_directory = last < end || (stop == last && place->must_be_directory);
    }
    if (error != 0) {
      return error;
    }
    at = stop;
  }
  return 0;
}

int file_walk(node *from, const char *path, size_t size, file_follow follow, place *place) {
  return walk(from, path, size, follow, 0, place);
}

int file_check_name(const place *place) {
  return place->by_name && place->name_size > FILE_NAME_MOST ? ENAMETOOLONG : 0;
}

int file_find(node *from, const char *path, size_t size, file_follow follow, place *place) {
  int error = file_walk(from, path, size, follow, place);
  if (error == 0) {
    error = file_check_name(place);
  }
  if (error != 0) {
    return error;
  }
  if (place->node == NULL) {
    return ENOENT;
  }
  return place->must_be_directory && !is_directory(place->node) ? ENOTDIR : 0;
}

int file_create(place *place, node_kind kind) {
  int error = file_check_name(place);
  if (error != 0) {
    return error;
  }
  if (!place->by_name || (place->must_be_directory && kind != NODE_DIRECTORY)) {
    return place->must_be_directory && kind == NODE_FILE ? EISDIR : ENOENT;
  }
  if (place->directory->read_only) {
    return EROFS;
  }
  place->node = file_add(place->directory, place->name, place->name_size, kind);
  return 0;
}

/* Whether what stands at a place may be taken away. */
static int may_go(const place *place, bool directory) {
  if (is_directory(place->node) != directory) {
    return directory ? ENOTDIR : EISDIR;
  }
  if (place->node->read_only || place->directory->read_only) {
    return EROFS;
  }
  return directory && place->node->count > 0 ? ENOTEMPTY : 0;
}

int file_remove(const place *place, bool directory) {
  if (!place->by_name) {
    return !directory             ? EISDIR
           : place->dots == 0     ? EBUSY
           : place->dots == 1     ? EINVAL
                                  : ENOTEMPTY;
  }
  int error = file_check_name(place);
  if (error != 0) {
    return error;
  }
  if (place->node == NULL) {
    return ENOENT;
  }
  if (!directory && place->must_be_directory) {
    return is_directory(place->node) ? EISDIR : ENOTDIR;
  }
  error = may_go(place, directory);
  if (error == 0) {
    file_unlink(place->node);
    file_drop(place->node);
  }
  return error;
}

/* Whether `some` is `below` or a directory above it. */
static bool is_above(const node *some, const node *below) {
  while (below != some && below != &file_root) {
    below = below->parent;
  }
  return below == some;
}

static int check_rename(const place *from, const place *to, bool replaces) {
  if (!from->by_name || !to->by_name) {
    return EBUSY;
  }
  int error = file_check_name(from);
  if (error == 0 && from->node == NULL) {
    error = ENOENT;
  }
  if (error == 0) {
    error = file_check_name(to);
  }
  if (error != 0) {
    return error;
  }
  if (to->node != NULL && !replaces) {
    return EEXIST;
  }
  if (!is_directory(from->node) && (from->must_be_directory || to->must_be_directory)) {
    return ENOTDIR;
  }
  if (is_above(from->node, to->directory)) {
    return EINVAL;
  }
  if (to->node != NULL && is_above(to->node, from->directory)) {
    return ENOTEMPTY;
  }
  if (from->node == to->node) {
    return 0;
  }
  if (from->node->read_only || from->directory->read_only || to->directory->read_only) {
    return EROFS;
  }
  return to->node == NULL ? 0 : may_go(to, is_directory(from->node));
}

int file_rename(const place *from, const place *to, bool replaces) {
  int error = check_rename(from, to, replaces);
  if (error != 0 || from->node == to->node) {
    return error;
  }
  if (to->node != NULL) {
    file_unlink(to->node);
    file_drop(to->node);
  }
  file_unlink(from->node);
  file_link(to->directory, from->node, to->name, to->name_size);
  return 0;
}
