/* descriptors.c: functions of open files, by their number. */
#include "wasi.h"

enum { DESCRIPTORS_MAX = 1024, FIRST_FREE = 3, PREOPENED = 3 };
enum { FLAG_APPEND = 1 };
enum { RIGHT_READ = 1 << 1, RIGHT_WRITE = 1 << 6, RIGHTS_ALL = 0x3FFFFFFF };
/* A stream can do neither: seek, tell. */
enum { RIGHTS_STREAM = RIGHTS_ALL & ~(1 << 2) & ~(1 << 5) };
enum { WHENCE_SET, WHENCE_CURRENT, WHENCE_END };
enum { TIME_ACCESSED = 1, TIME_ACCESSED_NOW = 2, TIME_MODIFIED = 4, TIME_MODIFIED_NOW = 8 };

static descriptor descriptors[DESCRIPTORS_MAX] = {
    {.kind = STREAM_IN, .rights = RIGHTS_STREAM, .node = &file_standard_input},
    {.kind = STREAM_OUT, .flags = FLAG_APPEND, .rights = RIGHTS_STREAM},
    {.kind = STREAM_ERR, .flags = FLAG_APPEND, .rights = RIGHTS_STREAM},
};

descriptor *wasi_descriptor(uint32_t number) {
  return number < DESCRIPTORS_MAX && descriptors[number].kind != CLOSED ? &descriptors[number]
                                                                        : NULL;
}

uint32_t wasi_open(descriptor opened) {
  for (uint32_t number = FIRST_FREE; number < DESCRIPTORS_MAX; number++) {
    if (descriptors[number].kind == CLOSED) {
      descriptors[number] = opened;
      opened.node->opens++;
      return number;
    }
  }
  return UINT32_MAX;
}

static void close(descriptor *opened) {
  node *closed = opened->node;
  bool counted = opened->kind == FILE_OPEN || opened->kind == DIRECTORY_OPEN;
  *opened = (descriptor){.kind = CLOSED};
  if (counted) {
    closed->opens--;
    file_drop(closed);
  }
}

WASI(fd_close)(wasi *instance, uint32_t number) {
  (void)instance;
  descriptor *opened = wasi_descriptor(number);
  if (opened == NULL) {
    return E_BADF;
  }
  close(opened);
  return E_SUCCESS;
}

WASI(fd_renumber)(wasi *instance, uint32_t from, uint32_t to) {
  (void)instance;
  descriptor *source = wasi_descriptor(from), *target = wasi_descriptor(to);
  if (source == NULL || target == NULL) {
    return E_BADF;
  }
  if (source != target) {
    close(target);
    *target = *source;
    source->kind = CLOSED;
  }
  return E_SUCCESS;
}

WASI(fd_prestat_get)(wasi *instance, uint32_t number, uint32_t result) {
  if (number != PREOPENED || wasi_descriptor(number) == NULL) {
    return E_BADF;
  }
  static const uint32_t directory_named_slash[2] = {0, 1};
  return wasi_store(instance, result, directory_named_slash, 8) ? E_SUCCESS : E_FAULT;
}

WASI(fd_prestat_dir_name)(wasi *instance, uint32_t number, uint32_t path, uint32_t size) {
  if (number != PREOPENED || wasi_descriptor(number) == NULL) {
    return E_BADF;
  }
  if (size < 1) {
    return E_NAMETOOLONG;
  }
  return wasi_store(instance, path, "/", 1) ? E_SUCCESS : E_FAULT;
}

/* ---- Reading and writing ------------------------------------------------------------------------- */

struct piece {
  uint32_t address, size;
};

/* Takes the next piece of a vector. */
static uint32_t next_piece(wasi *instance, uint32_t vectors, uint32_t index, char **data,
                           uint32_t *size) {
  struct piece piece;
  const void *at = wasi_at(instance, vectors, 8ull * (index + 1ull));
  if (at == NULL) {
    return E_FAULT;
  }
  memcpy(&piece, (const char *)at + 8ull * index, sizeof piece);
  *data = wasi_at(instance, piece.address, piece.size);
  *size = piece.size;
  return *data == NULL ? E_FAULT : E_SUCCESS;
}

static uint32_t read_at(wasi *instance, node *file, uint64_t offset, uint32_t vectors,
                        uint32_t count, uint32_t *total) {
  *total = 0;
  for (uint32_t i = 0; i < count; i++) {
    char *to;
    uint32_t wanted;
    uint32_t error = next_piece(instance, vectors, i, &to, &wanted);
    if (error != E_SUCCESS) {
      return error;
    }
    uint64_t left = offset < file->size ? file->size - offset : 0;
    uint32_t size = wanted < left ? wanted : (uint32_t)left;
    if (size > UINT32_MAX - *total) {
      break;
    }
    memcpy(to, file->data + offset, size);
    offset += size;
    *total += size;
    if (size < wanted) {
      break;
    }
  }
  file->accessed = file_now();
  return E_SUCCESS;
}

/* `file` is null for a stream. */
static uint32_t write_pieces(wasi *instance, descriptor *opened, uint64_t offset, uint32_t vectors,
                             uint32_t count, uint32_t *total) {
  *total = 0;
  for (uint32_t i = 0; i < count; i++) {
    char *from;
    uint32_t size;
    uint32_t error = next_piece(instance, vectors, i, &from, &size);
    if (error == E_SUCCESS && size > UINT32_MAX - *total) {
      break;
    }
    if (error == E_SUCCESS) {
      if (opened->kind == FILE_OPEN) {
        error = wasi_error(file_write_at(opened->node, offset + *total, from, size));
      } else {
        file_print(opened->kind == STREAM_ERR, from, size);
      }
    }
    if (error != E_SUCCESS) {
      return *total > 0 ? E_SUCCESS : error;
    }
    *total += size;
  }
  return E_SUCCESS;
}

static uint32_t check(const descriptor *opened, uint64_t right) {
  if (opened == NULL) {
    return E_BADF;
  }
  if (opened->kind == DIRECTORY_OPEN) {
    return E_ISDIR;
  }
  bool wrong_way = right == RIGHT_READ ? opened->kind == STREAM_OUT || opened->kind == STREAM_ERR
                                       : opened->kind == STREAM_IN;
  if (wrong_way) {
    return E_BADF;
  }
  return (opened->rights & right) == 0 ? E_NOTCAPABLE : E_SUCCESS;
}

WASI(fd_read)(wasi *instance, uint32_t number, uint32_t vectors, uint32_t count, uint32_t result) {
  descriptor *opened = wasi_descriptor(number);
  uint32_t error = check(opened, RIGHT_READ), total = 0;
  if (error == E_SUCCESS) {
    error = read_at(instance, opened->node, opened->offset, vectors, count, &total);
  }
  if (error == E_SUCCESS) {
    opened->offset += total;
    error = wasi_store32(instance, result, total) ? E_SUCCESS : E_FAULT;
  }
  return error;
}

WASI(fd_pread)(wasi *instance, uint32_t number, uint32_t vectors, uint32_t count, uint64_t offset,
               uint32_t result) {
  descriptor *opened = wasi_descriptor(number);
  uint32_t error = check(opened, RIGHT_READ), total = 0;
  if (error == E_SUCCESS && opened->kind != FILE_OPEN) {
    error = E_SPIPE;
  }
  if (error == E_SUCCESS) {
    error = read_at(instance, opened->node, offset, vectors, count, &total);
  }
  if (error == E_SUCCESS) {
    error = wasi_store32(instance, result, total) ? E_SUCCESS : E_FAULT;
  }
  return error;
}

WASI(fd_write)(wasi *instance, uint32_t number, uint32_t vectors, uint32_t count, uint32_t result) {
  descriptor *opened = wasi_descriptor(number);
  uint32_t error = check(opened, RIGHT_WRITE), total = 0;
  if (error == E_SUCCESS) {
    if (opened->kind == FILE_OPEN && (opened->flags & FLAG_APPEND) != 0) {
      opened->offset = opened->node->size;
    }
    error = write_pieces(instance, opened, opened->offset, vectors, count, &total);
  }
  if (error == E_SUCCESS) {
    opened->offset += opened->kind == FILE_OPEN ? total : 0;
    error = wasi_store32(instance, result, total) ? E_SUCCESS : E_FAULT;
  }
  return error;
}

WASI(fd_pwrite)(wasi *instance, uint32_t number, uint32_t vectors, uint32_t count, uint64_t offset,
                uint32_t result) {
  descriptor *opened = wasi_descriptor(number);
  uint32_t error = check(opened, RIGHT_WRITE), total = 0;
  if (error == E_SUCCESS && opened->kind != FILE_OPEN) {
    error = E_SPIPE;
  }
  if (error == E_SUCCESS) {
    error = write_pieces(instance, opened, offset, vectors, count, &total);
  }
  if (error == E_SUCCESS) {
    error = wasi_store32(instance, result, total) ? E_SUCCESS : E_FAULT;
  }
  return error;
}

/* ---- Places -------------------------------------------------------------------------------------- */

static uint32_t check_file(const descriptor *opened) {
  if (opened == NULL) {
    return E_BADF;
  }
  switch (opened->kind) {
    case FILE_OPEN:
      return E_SUCCESS;
    case DIRECTORY_OPEN:
      return E_ISDIR;
    default:
      return E_SPIPE;
  }
}

WASI(fd_seek)(wasi *instance, uint32_t number, uint64_t distance, uint32_t whence,
              uint32_t result) {
  descriptor *opened = wasi_descriptor(number);
  uint32_t error = check_file(opened);
  if (error != E_SUCCESS) {
    return error;
  }
  int64_t from = 0, to;
  if (whence == WHENCE_CURRENT) {
    from = (int64_t)opened->offset;
  } else if (whence == WHENCE_END) {
    from = (int64_t)opened->node->size;
  } else if (whence != WHENCE_SET) {
    return E_INVAL;
  }
  if (__builtin_add_overflow(from, (int64_t)distance, &to) || to < 0) {
    return E_INVAL;
  }
  opened->offset = (uint64_t)to;
  return wasi_store64(instance, result, opened->offset) ? E_SUCCESS : E_FAULT;
}

WASI(fd_tell)(wasi *instance, uint32_t number, uint32_t result) {
  descriptor *opened = wasi_descriptor(number);
  uint32_t error = check_file(opened);
  if (error == E_SUCCESS && !wasi_store64(instance, result, opened->offset)) {
    error = E_FAULT;
  }
  return error;
}

/* A file that may be written: for what changes its size. */
static uint32_t check_writable(const descriptor *opened) {
  uint32_t error = check(opened, RIGHT_WRITE);
  return error == E_SUCCESS && opened->kind != FILE_OPEN ? E_INVAL : error;
}

WASI(fd_filestat_set_size)(wasi *instance, uint32_t number, uint64_t size) {
  (void)instance;
  descriptor *opened = wasi_descriptor(number);
  uint32_t error = check_writable(opened);
  return error != E_SUCCESS ? error : wasi_error(file_resize(opened->node, size));
}

WASI(fd_allocate)(wasi *instance, uint32_t number, uint64_t offset, uint64_t size) {
  (void)instance;
  descriptor *opened = wasi_descriptor(number);
  uint32_t error = check_writable(opened);
  uint64_t end;
  if (error != E_SUCCESS) {
    return error;
  }
  if (size == 0 || __builtin_add_overflow(offset, size, &end)) {
    return size == 0 ? E_INVAL : E_FBIG;
  }
  return end <= opened->node->size ? E_SUCCESS : wasi_error(file_resize(opened->node, end));
}

static uint32_t is_open(uint32_t number) {
  return wasi_descriptor(number) == NULL ? E_BADF : E_SUCCESS;
}

WASI(fd_advise)(wasi *instance, uint32_t number, uint64_t offset, uint64_t size, uint32_t advice) {
  (void)instance, (void)offset, (void)size;
  return advice > 5 ? E_INVAL : is_open(number);
}

WASI(fd_sync)(wasi *instance, uint32_t number) {
  (void)instance;
  return is_open(number);
}

WASI(fd_datasync)(wasi *instance, uint32_t number) {
  (void)instance;
  return is_open(number);
}

/* ---- What they are ------------------------------------------------------------------------------- */

WASI(fd_fdstat_get)(wasi *instance, uint32_t number, uint32_t result) {
  descriptor *opened = wasi_descriptor(number);
  if (opened == NULL) {
    return E_BADF;
  }
  struct {
    uint8_t type;
    uint16_t flags;
    uint64_t rights, inheriting;
  } state = {TYPE_UNKNOWN, opened->flags, opened->rights, opened->inheriting};
  _Static_assert(sizeof state == 24, "as preview 1 has it");
  state.type = opened->kind == FILE_OPEN        ? TYPE_FILE
               : opened->kind == DIRECTORY_OPEN ? TYPE_DIRECTORY
                                                : TYPE_UNKNOWN;
  return wasi_store(instance, result, &state, sizeof state) ? E_SUCCESS : E_FAULT;
}

WASI(fd_fdstat_set_flags)(wasi *instance, uint32_t number, uint32_t flags) {
  (void)instance;
  descriptor *opened = wasi_descriptor(number);
  if (opened == NULL) {
    return E_BADF;
  }
  opened->flags = (uint16_t)flags;
  return E_SUCCESS;
}

WASI(fd_fdstat_set_rights)(wasi *instance, uint32_t number, uint64_t rights, uint64_t inheriting) {
  (void)instance;
  descriptor *opened = wasi_descriptor(number);
  if (opened == NULL) {
    return E_BADF;
  }
  if ((rights & ~opened->rights) != 0 || (inheriting & ~opened->inheriting) != 0) {
    return E_NOTCAPABLE;
  }
  opened->rights = rights;
  opened->inheriting = inheriting;
  return E_SUCCESS;
}

static bool store_state(wasi *instance, uint32_t result, const node *file, uint8_t type) {
  uint64_t state[8] = {0};
  state[2] = type;
  state[3] = 1;
  if (file != NULL) {
    state[1] = file->number;
    state[4] = is_directory(file) ? 0 : file->size;
    state[5] = file->accessed;
    state[6] = state[7] = file->modified;
  }
  return wasi_store(instance, result, state, sizeof state);
}

WASI(fd_filestat_get)(wasi *instance, uint32_t number, uint32_t result) {
  descriptor *opened = wasi_descriptor(number);
  if (opened == NULL) {
    return E_BADF;
  }
  uint8_t type = opened->kind == FILE_OPEN        ? TYPE_FILE
                 : opened->kind == DIRECTORY_OPEN ? TYPE_DIRECTORY
                                                  : TYPE_UNKNOWN;
  return store_state(instance, result, opened->node, type) ? E_SUCCESS : E_FAULT;
}

uint32_t wasi_node_state(wasi *instance, const node *found, uint32_t result) {
  uint8_t type = is_directory(found) ? TYPE_DIRECTORY : TYPE_FILE;
  return store_state(instance, result, found, type) ? E_SUCCESS : E_FAULT;
}

uint32_t wasi_set_times(node *file, uint64_t accessed, uint64_t modified, uint32_t flags) {
  if ((flags & TIME_ACCESSED && flags & TIME_ACCESSED_NOW) ||
      (flags & TIME_MODIFIED && flags & TIME_MODIFIED_NOW)) {
    return E_INVAL;
  }
  if (file->read_only) {
    return E_ROFS;
  }
  if (flags & (TIME_ACCESSED | TIME_ACCESSED_NOW)) {
    file->accessed = flags & TIME_ACCESSED ? accessed : file_now();
  }
  if (flags & (TIME_MODIFIED | TIME_MODIFIED_NOW)) {
    file->modified = flags & TIME_MODIFIED ? modified : file_now();
  }
  return E_SUCCESS;
}

WASI(fd_filestat_set_times)(wasi *instance, uint32_t number, uint64_t accessed, uint64_t modified,
                            uint32_t flags) {
  (void)instance;
  descriptor *opened = wasi_descriptor(number);
  if (opened == NULL || opened->node == NULL) {
    return E_BADF;
  }
  return wasi_set_times(opened->node, accessed, modified, flags);
}

/* ---- Directories --------------------------------------------------------------------------------- */

/* Entries 0 and 1 are "." and ".."; the others as they were when entry 0 was read. */
static void list(descriptor *opened) {
  node *directory = opened->node;
  opened->listing_count = directory->count;
  opened->listing = pappus_alloc(directory->count * sizeof(node *));
  memcpy(opened->listing, directory->children, directory->count * sizeof(node *));
}

WASI(fd_readdir)(wasi *instance, uint32_t number, uint32_t buffer, uint32_t size, uint64_t cookie,
                 uint32_t result) {
  descriptor *opened = wasi_descriptor(number);
  if (opened == NULL) {
    return E_BADF;
  }
  if (opened->kind != DIRECTORY_OPEN) {
    return E_NOTDIR;
  }
  char *to = wasi_at(instance, buffer, size);
  if (to == NULL) {
    return E_FAULT;
  }
  if (cookie == 0 || opened->listing == NULL) {
    list(opened);
  }
  uint32_t used = 0;
  for (; used < size && cookie < opened->listing_count + 2ull; cookie++) {
    node *entry = cookie == 0   ? opened->node
                  : cookie == 1 ? opened->node->parent
                                : opened->listing[cookie - 2];
    if (entry == NULL || (cookie >= 2 && entry->parent != opened->node)) {
      continue;
    }
    const char *name = cookie == 0 ? "." : cookie == 1 ? ".." : entry->name;
    uint32_t name_size = cookie < 2 ? (uint32_t)cookie + 1 : entry->name_size;
    struct {
      uint64_t next, number;
      uint32_t name_size;
      uint8_t type;
    } head = {cookie + 1, entry->number, name_size,
              is_directory(entry) ? TYPE_DIRECTORY : TYPE_FILE};
    _Static_assert(sizeof head == 24, "as preview 1 has it");
    uint32_t room = size - used, part = room < sizeof head ? room : (uint32_t)sizeof head;
    memcpy(to + used, &head, part);
    used += part;
    room = size - used;
    part = room < name_size ? room : name_size;
    memcpy(to + used, name, part);
    used += part;
  }
  return wasi_store32(instance, result, used) ? E_SUCCESS : E_FAULT;
}
