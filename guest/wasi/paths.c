/* paths.c: functions of files by their path. A path begins at an open directory, ".." of the root is
 * the root, and there are no links. */
#include "wasi.h"

enum { NAME_MAX = 255 };
enum { OPEN_CREATE = 1, OPEN_DIRECTORY = 2, OPEN_EXCLUSIVE = 4, OPEN_TRUNCATE = 8 };
enum { RIGHT_WRITE = 1 << 6 };

/* Where a path leads. */
struct place {
  node *directory; /* that holds it, or would */
  const char *name;
  size_t name_size;
  node *node; /* null if there is none */
  bool must_be_directory; /* it ends with a slash */
  bool by_name; /* the last part is a name, neither "." nor ".." */
};

static bool is_dots(const char *name, size_t size) {
  return (size == 1 && name[0] == '.') || (size == 2 && name[0] == '.' && name[1] == '.');
}

/* Goes one part further. */
static uint32_t step(struct place *place, const char *name, size_t size) {
  if (place->node == NULL) {
    return E_NOENT;
  }
  if (!place->node->directory) {
    return E_NOTDIR;
  }
  if (size > NAME_MAX) {
    return E_NAMETOOLONG;
  }
  if (memchr(name, '\0', size) != NULL) {
    return E_INVAL;
  }
  node *from = place->node;
  if (from->parent == NULL) {
    return E_NOENT;
  }
  place->by_name = !is_dots(name, size);
  if (place->by_name) {
    place->directory = from;
    place->name = name;
    place->name_size = size;
    place->node = wasi_child(from, name, size);
  } else if (size == 2) {
    place->node = from->parent;
  }
  return E_SUCCESS;
}

static uint32_t find(wasi *instance, uint32_t base, uint32_t path, uint32_t size,
                     struct place *place) {
  descriptor *opened = wasi_descriptor(base);
  if (opened == NULL) {
    return E_BADF;
  }
  if (opened->kind != DIRECTORY_OPEN) {
    return E_NOTDIR;
  }
  const char *at = wasi_at(instance, path, size);
  if (at == NULL) {
    return E_FAULT;
  }
  if (size == 0) {
    return E_NOENT;
  }
  const char *end = at + size;
  *place = (struct place){.node = *at == '/' ? &wasi_root : opened->node};
  place->must_be_directory = end[-1] == '/';
  while (at < end) {
    if (*at == '/') {
      at++;
      continue;
    }
    const char *slash = memchr(at, '/', (size_t)(end - at));
    const char *stop = slash == NULL ? end : slash;
    uint32_t error = step(place, at, (size_t)(stop - at));
    if (error != E_SUCCESS) {
      return error;
    }
    at = stop;
  }
  return E_SUCCESS;
}

/* The same for what must be there. */
static uint32_t find_node(wasi *instance, uint32_t base, uint32_t path, uint32_t size,
                          struct place *place) {
  uint32_t error = find(instance, base, path, size, place);
  if (error != E_SUCCESS) {
    return error;
  }
  if (place->node == NULL) {
    return E_NOENT;
  }
  return place->must_be_directory && !place->node->directory ? E_NOTDIR : E_SUCCESS;
}

static uint32_t open_existing(const struct place *place, uint32_t open_flags, bool writes) {
  node *found = place->node;
  if (open_flags & OPEN_CREATE && open_flags & OPEN_EXCLUSIVE) {
    return E_EXIST;
  }
  if (!found->directory && (place->must_be_directory || open_flags & OPEN_DIRECTORY)) {
    return E_NOTDIR;
  }
  if (found->directory) {
    return open_flags & OPEN_TRUNCATE || (writes && !(open_flags & OPEN_DIRECTORY)) ? E_ISDIR
                                                                                   : E_SUCCESS;
  }
  if (found->read_only && (writes || open_flags & OPEN_TRUNCATE)) {
    return E_ROFS;
  }
  if (open_flags & OPEN_TRUNCATE) {
    wasi_resize(found, 0);
  }
  return E_SUCCESS;
}

static uint32_t create(struct place *place, bool is_directory) {
  if (!place->by_name || (place->must_be_directory && !is_directory)) {
    return place->must_be_directory ? E_ISDIR : E_NOENT;
  }
  if (place->directory->read_only) {
    return E_ROFS;
  }
  place->node = wasi_add(place->directory, place->name, place->name_size, is_directory);
  return E_SUCCESS;
}

WASI(path_open)(wasi *instance, uint32_t base, uint32_t lookup, uint32_t path, uint32_t size,
                uint32_t open_flags, uint64_t rights, uint64_t inheriting, uint32_t flags,
                uint32_t result) {
  (void)lookup;
  struct place place;
  uint32_t error = find(instance, base, path, size, &place);
  if (error != E_SUCCESS) {
    return error;
  }
  if (wasi_at(instance, result, 4) == NULL) {
    return E_FAULT;
  }
  bool writes = (rights & RIGHT_WRITE) != 0;
  if (place.node != NULL) {
    error = open_existing(&place, open_flags, writes);
  } else if (open_flags & OPEN_CREATE) {
    error = open_flags & OPEN_DIRECTORY ? E_INVAL : create(&place, false);
  } else {
    error = E_NOENT;
  }
  if (error != E_SUCCESS) {
    return error;
  }
  uint32_t number = wasi_open((descriptor){
      .kind = place.node->directory ? DIRECTORY_OPEN : FILE_OPEN,
      .flags = (uint16_t)flags,
      .rights = rights,
      .inheriting = inheriting,
      .node = place.node,
  });
  if (number == UINT32_MAX) {
    return E_MFILE;
  }
  wasi_store32(instance, result, number);
  return E_SUCCESS;
}

WASI(path_create_directory)(wasi *instance, uint32_t base, uint32_t path, uint32_t size) {
  struct place place;
  uint32_t error = find(instance, base, path, size, &place);
  if (error == E_SUCCESS) {
    error = place.node != NULL ? E_EXIST : create(&place, true);
  }
  return error;
}

/* Whether what stands at a place may be taken away. */
static uint32_t may_go(const struct place *place, bool is_directory) {
  if (!place->by_name) {
    return place->node == &wasi_root ? E_BUSY : E_INVAL;
  }
  if (place->node->directory != is_directory) {
    return is_directory ? E_NOTDIR : E_ISDIR;
  }
  if (place->node->read_only || place->directory->read_only) {
    return E_ROFS;
  }
  return is_directory && place->node->count > 0 ? E_NOTEMPTY : E_SUCCESS;
}

static uint32_t remove(wasi *instance, uint32_t base, uint32_t path, uint32_t size,
                       bool is_directory) {
  struct place place;
  uint32_t error = find_node(instance, base, path, size, &place);
  if (error == E_SUCCESS) {
    error = may_go(&place, is_directory);
  }
  if (error == E_SUCCESS) {
    wasi_unlink(place.node);
    wasi_drop(place.node);
  }
  return error;
}

WASI(path_unlink_file)(wasi *instance, uint32_t base, uint32_t path, uint32_t size) {
  return remove(instance, base, path, size, false);
}

WASI(path_remove_directory)(wasi *instance, uint32_t base, uint32_t path, uint32_t size) {
  return remove(instance, base, path, size, true);
}

WASI(path_rename)(wasi *instance, uint32_t old_base, uint32_t old_path, uint32_t old_size,
                  uint32_t new_base, uint32_t new_path, uint32_t new_size) {
  struct place from, to;
  uint32_t error = find_node(instance, old_base, old_path, old_size, &from);
  if (error == E_SUCCESS) {
    error = find(instance, new_base, new_path, new_size, &to);
  }
  if (error != E_SUCCESS) {
    return error;
  }
  if (!from.by_name || !to.by_name) {
    return E_INVAL;
  }
  if (from.node == to.node) {
    return E_SUCCESS;
  }
  if (from.node->read_only || from.directory->read_only || to.directory->read_only) {
    return E_ROFS;
  }
  if (to.must_be_directory && !from.node->directory) {
    return E_NOTDIR;
  }
  for (node *above = to.directory; above != &wasi_root; above = above->parent) {
    if (above == from.node) {
      return E_INVAL;
    }
  }
  if (to.node != NULL) {
    error = may_go(&to, from.node->directory);
    if (error != E_SUCCESS) {
      return error;
    }
    wasi_unlink(to.node);
    wasi_drop(to.node);
  }
  wasi_unlink(from.node);
  wasi_link(to.directory, from.node, to.name, to.name_size);
  return E_SUCCESS;
}

WASI(path_filestat_get)(wasi *instance, uint32_t base, uint32_t lookup, uint32_t path,
                        uint32_t size, uint32_t result) {
  (void)lookup;
  struct place place;
  uint32_t error = find_node(instance, base, path, size, &place);
  return error != E_SUCCESS ? error : wasi_node_state(instance, place.node, result);
}

WASI(path_filestat_set_times)(wasi *instance, uint32_t base, uint32_t lookup, uint32_t path,
                              uint32_t size, uint64_t accessed, uint64_t modified,
                              uint32_t flags) {
  (void)lookup;
  struct place place;
  uint32_t error = find_node(instance, base, path, size, &place);
  return error != E_SUCCESS ? error : wasi_set_times(place.node, accessed, modified, flags);
}

WASI(path_link)(wasi *instance, uint32_t old_base, uint32_t lookup, uint32_t old_path,
                uint32_t old_size, uint32_t new_base, uint32_t new_path, uint32_t new_size) {
  (void)instance, (void)old_base, (void)lookup, (void)old_path, (void)old_size;
  (void)new_base, (void)new_path, (void)new_size;
  return E_NOTSUP;
}

WASI(path_symlink)(wasi *instance, uint32_t old_path, uint32_t old_size, uint32_t base,
                   uint32_t new_path, uint32_t new_size) {
  (void)instance, (void)old_path, (void)old_size, (void)base, (void)new_path, (void)new_size;
  return E_NOTSUP;
}

/* There are no links to read. */
WASI(path_readlink)(wasi *instance, uint32_t base, uint32_t path, uint32_t size, uint32_t buffer,
                    uint32_t buffer_size, uint32_t result) {
  (void)buffer, (void)buffer_size, (void)result;
  struct place place;
  uint32_t error = find_node(instance, base, path, size, &place);
  return error != E_SUCCESS ? error : E_INVAL;
}
