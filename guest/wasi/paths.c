/* paths.c: functions of files by their path. A path begins at an open directory, ".." of the root is
 * the root, and there are no links. */
#include "wasi.h"

enum { OPEN_CREATE = 1, OPEN_DIRECTORY = 2, OPEN_EXCLUSIVE = 4, OPEN_TRUNCATE = 8 };
enum { RIGHT_WRITE = 1 << 6 };

/* The path, and the directory that it begins at. */
static uint32_t from(wasi *instance, uint32_t base, uint32_t path, uint32_t size, node **directory,
                     const char **text) {
  descriptor *opened = wasi_descriptor(base);
  if (opened == NULL) {
    return E_BADF;
  }
  if (opened->kind != DIRECTORY_OPEN) {
    return E_NOTDIR;
  }
  *directory = opened->node;
  *text = wasi_at(instance, path, size);
  return *text == NULL ? E_FAULT : E_SUCCESS;
}

static uint32_t walk(node *directory, const char *text, uint32_t size, place *place) {
  int error = file_walk(directory, text, size, FILE_FOLLOW, place);
  return wasi_error(error != 0 ? error : file_check_name(place));
}

static uint32_t find(wasi *instance, uint32_t base, uint32_t path, uint32_t size, place *place) {
  node *directory;
  const char *text;
  uint32_t error = from(instance, base, path, size, &directory, &text);
  return error != E_SUCCESS ? error : walk(directory, text, size, place);
}

/* The same for what must be there. */
static uint32_t find_node(wasi *instance, uint32_t base, uint32_t path, uint32_t size,
                          place *place) {
  node *directory;
  const char *text;
  uint32_t error = from(instance, base, path, size, &directory, &text);
  return error != E_SUCCESS ? error : wasi_error(file_find(directory, text, size, FILE_FOLLOW, place));
}

static uint32_t open_existing(const place *place, uint32_t open_flags, bool writes) {
  node *found = place->node;
  if (open_flags & OPEN_CREATE && open_flags & OPEN_EXCLUSIVE) {
    return E_EXIST;
  }
  if (!is_directory(found) && (place->must_be_directory || open_flags & OPEN_DIRECTORY)) {
    return E_NOTDIR;
  }
  if (is_directory(found)) {
    return open_flags & OPEN_TRUNCATE || (writes && !(open_flags & OPEN_DIRECTORY)) ? E_ISDIR
                                                                                   : E_SUCCESS;
  }
  if (found->read_only && (writes || open_flags & OPEN_TRUNCATE)) {
    return E_ROFS;
  }
  if (open_flags & OPEN_TRUNCATE) {
    file_resize(found, 0);
  }
  return E_SUCCESS;
}

WASI(path_open)(wasi *instance, uint32_t base, uint32_t lookup, uint32_t path, uint32_t size,
                uint32_t open_flags, uint64_t rights, uint64_t inheriting, uint32_t flags,
                uint32_t result) {
  (void)lookup;
  place place;
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
    error = open_flags & OPEN_DIRECTORY ? E_INVAL : wasi_error(file_create(&place, NODE_FILE));
  } else {
    error = E_NOENT;
  }
  if (error != E_SUCCESS) {
    return error;
  }
  uint32_t number = wasi_open((descriptor){
      .kind = is_directory(place.node) ? DIRECTORY_OPEN : FILE_OPEN,
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
  place place;
  uint32_t error = find(instance, base, path, size, &place);
  if (error == E_SUCCESS) {
    error = place.node != NULL ? E_EXIST : wasi_error(file_create(&place, NODE_DIRECTORY));
  }
  return error;
}

static uint32_t remove(wasi *instance, uint32_t base, uint32_t path, uint32_t size,
                       bool directory) {
  place place;
  uint32_t error = find_node(instance, base, path, size, &place);
  if (error == E_SUCCESS && !place.by_name) {
    error = place.node == &file_root ? E_BUSY : E_INVAL;
  }
  return error != E_SUCCESS ? error : wasi_error(file_remove(&place, directory));
}

WASI(path_unlink_file)(wasi *instance, uint32_t base, uint32_t path, uint32_t size) {
  return remove(instance, base, path, size, false);
}

WASI(path_remove_directory)(wasi *instance, uint32_t base, uint32_t path, uint32_t size) {
  return remove(instance, base, path, size, true);
}

WASI(path_rename)(wasi *instance, uint32_t old_base, uint32_t old_path, uint32_t old_size,
                  uint32_t new_base, uint32_t new_path, uint32_t new_size) {
  place old, new;
  uint32_t error = find_node(instance, old_base, old_path, old_size, &old);
  if (error == E_SUCCESS) {
    error = find(instance, new_base, new_path, new_size, &new);
  }
  if (error == E_SUCCESS && (!old.by_name || !new.by_name)) {
    error = E_INVAL;
  }
  return error != E_SUCCESS ? error : wasi_error(file_rename(&old, &new, true));
}

WASI(path_filestat_get)(wasi *instance, uint32_t base, uint32_t lookup, uint32_t path,
                        uint32_t size, uint32_t result) {
  (void)lookup;
  place place;
  uint32_t error = find_node(instance, base, path, size, &place);
  return error != E_SUCCESS ? error : wasi_node_state(instance, place.node, result);
}

WASI(path_filestat_set_times)(wasi *instance, uint32_t base, uint32_t lookup, uint32_t path,
                              uint32_t size, uint64_t accessed, uint64_t modified,
                              uint32_t flags) {
  (void)lookup;
  place place;
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
  place place;
  uint32_t error = find_node(instance, base, path, size, &place);
  return error != E_SUCCESS ? error : E_INVAL;
}
