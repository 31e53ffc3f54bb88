/* state.c: calls that tell what files are: stat and its relatives, statfs, directories' entries. */
#include <asm/stat.h>
#include <asm/statfs.h>
#include <linux/magic.h>
#include <linux/time_types.h>

#include "opened.h"

enum { BLOCK = 512, DEVICE_NUMBER = 1, MEMORY_MAJOR = 1, OWNER = 1000 };

/* What there is to know of a file, a device or a stream. */
struct state {
  uint64_t number, size, modified, accessed, changed;
  uint32_t mode, links, minor;
};

static uint32_t links_of(const node *some) {
  if (some == &file_root || some == file_inputs) {
    /* Inputs have directories here: to count them would be to look at them. 1 says: not known. */
    return 1;
  }
  if (!is_directory(some)) {
    return some->parent != NULL;
  }
  uint32_t links = some->parent != NULL ? 2 : 0;
  for (uint32_t i = 0; i < some->count; i++) {
    links += is_directory(some->children[i]);
  }
  return links;
}

static struct state state_of(const node *some) {
  static const uint32_t types[] = {
      [NODE_FILE] = S_IFREG, [NODE_DIRECTORY] = S_IFDIR, [NODE_LINK] = S_IFLNK, [NODE_DEVICE] = S_IFCHR};
  return (struct state){
      .number = some->number,
      .size = is_directory(some) ? PAGE : some->size,
      .modified = some->modified,
      .accessed = some->accessed,
      .changed = some->changed,
      .mode = types[some->kind] | some->mode,
      .links = links_of(some),
      .minor = some->device,
  };
}

/* Standard streams are pipes, whatever they are outside. */
static struct state state_opened(const struct opened *opened) {
  if (opened->kind < OPEN_STDIN) {
    return state_of(opened->node);
  }
  return (struct state){.number = 0x1000000u + opened->kind,
                        .modified = FILE_EPOCH_NANOS,
                        .accessed = FILE_EPOCH_NANOS,
                        .changed = FILE_EPOCH_NANOS,
                        .mode = S_IFIFO | 0600,
                        .links = 1};
}

static long find_state(int base, const char *path, int flags, struct state *state) {
  if ((flags & AT_EMPTY_PATH) && (path == NULL || memory_length(path) == 0)) {
    struct opened *opened = opened_at(base);
    if (base == AT_FDCWD) {
      place place;
      long error = path_find(base, ".", FILE_FOLLOW, &place);
      *state = error == 0 ? state_of(place.node) : *state;
      return error;
    }
    if (opened == NULL) {
      return -EBADF;
    }
    *state = state_opened(opened);
    return 0;
  }
  place place;
  long error = path_find(base, path, flags & AT_SYMLINK_NOFOLLOW ? FILE_FOLLOW_SLASH : FILE_FOLLOW, &place);
  if (error == 0) {
    *state = state_of(place.node);
    /* /dev/stdin is a link to what is open there. */
    struct opened *stream = place.node->device >= DEVICE_DESCRIPTOR
                                ? opened_at((int)(place.node->device - DEVICE_DESCRIPTOR))
                                : NULL;
    if (stream != NULL && !(flags & AT_SYMLINK_NOFOLLOW)) {
      *state = state_opened(stream);
    }
  }
  return error;
}

static long put_stat(const struct state *state, struct stat *to) {
  if (!memory_writable(to, sizeof *to)) {
    return -EFAULT;
  }
  const uint64_t second = 1000000000;
  *to = (struct stat){
      .st_dev = DEVICE_NUMBER,
      .st_ino = state->number,
      .st_nlink = state->links,
      .st_mode = state->mode,
      .st_uid = OWNER,
      .st_gid = OWNER,
      .st_rdev = state->minor != 0 ? MEMORY_MAJOR << 8 | state->minor : 0,
      .st_size = (long)state->size,
      .st_blksize = PAGE,
      .st_blocks = (long)((state->size + BLOCK - 1) / BLOCK),
      .st_atime = state->accessed / second,
      .st_atime_nsec = state->accessed % second,
      .st_mtime = state->modified / second,
      .st_mtime_nsec = state->modified % second,
      .st_ctime = state->changed / second,
      .st_ctime_nsec = state->changed % second,
  };
  return 0;
}

long call_newfstatat(int base, const char *path, struct stat *to, int flags) {
  struct state state = {0};
  if ((flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT)) != 0) {
    return -EINVAL;
  }
  long error = find_state(base, path, flags, &state);
  return error != 0 ? error : put_stat(&state, to);
}

long call_stat(const char *path, struct stat *to) {
  return call_newfstatat(AT_FDCWD, path, to, 0);
}

long call_lstat(const char *path, struct stat *to) {
  return call_newfstatat(AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW);
}

long call_fstat(int number, struct stat *to) {
  struct opened *opened = opened_at(number);
  if (opened == NULL) {
    return -EBADF;
  }
  struct state state = state_opened(opened);
  return put_stat(&state, to);
}

static struct statx_timestamp timestamp(uint64_t nanos) {
  return (struct statx_timestamp){.tv_sec = (int64_t)(nanos / 1000000000u),
                                  .tv_nsec = (uint32_t)(nanos % 1000000000u)};
}

long call_statx(int base, const char *path, int flags, unsigned wanted, struct statx *to) {
  struct state state = {0};
  if ((flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE)) != 0 ||
      (wanted & STATX__RESERVED) != 0) {
    return -EINVAL;
  }
  long error = find_state(base, path, flags, &state);
  if (error != 0) {
    return error;
  }
  if (!memory_writable(to, sizeof *to)) {
    return -EFAULT;
  }
  *to = (struct statx){
      .stx_mask = STATX_BASIC_STATS,
      .stx_blksize = PAGE,
      .stx_nlink = state.links,
      .stx_uid = OWNER,
      .stx_gid = OWNER,
      .stx_mode = (uint16_t)state.mode,
      .stx_ino = state.number,
      .stx_size = state.size,
      .stx_blocks = (state.size + BLOCK - 1) / BLOCK,
      .stx_atime = timestamp(state.accessed),
      .stx_mtime = timestamp(state.modified),
      .stx_ctime = timestamp(state.changed),
      .stx_rdev_major = state.minor != 0 ? MEMORY_MAJOR : 0,
      .stx_rdev_minor = state.minor,
      .stx_dev_minor = DEVICE_NUMBER,
  };
  return 0;
}

/* ---- The file system ------------------------------------------------------------------------- */

static long put_statfs(struct statfs *to) {
  if (!memory_writable(to, sizeof *to)) {
    return -EFAULT;
  }
  long pages = (long)((control.heap_end - control.heap_begin) / PAGE);
  *to = (struct statfs){.f_type = TMPFS_MAGIC, .f_bsize = PAGE, .f_blocks = pages,
                        .f_bfree = pages, .f_bavail = pages, .f_namelen = 255, .f_frsize = PAGE};
  return 0;
}

long call_statfs(const char *path, struct statfs *to) {
  place place;
  long error = path_find(AT_FDCWD, path, FILE_FOLLOW, &place);
  return error != 0 ? error : put_statfs(to);
}

long call_fstatfs(int number, struct statfs *to) {
  return opened_at(number) == NULL ? -EBADF : put_statfs(to);
}

/* ---- Entries of directories ------------------------------------------------------------------ */

/* Man getdents64; the kernel's headers do not have it. */
struct entry {
  uint64_t number;
  int64_t next;
  uint16_t size;
  uint8_t type;
  char name[];
};

enum { TYPE_DEVICE = 2, TYPE_DIRECTORY = 4, TYPE_FILE = 8, TYPE_LINK = 10 };

/* False if there is no memory for them. */
static bool list(struct opened *opened) {
  const node *directory = opened->node;
  if (opened->listing == NULL || opened->listing_room < directory->count) {
    file_give_back(opened->listing, opened->listing_room * sizeof(node *));
    opened->listing_count = 0;
    opened->listing_room = directory->count + 1;
    opened->listing = file_take(opened->listing_room * sizeof(node *));
    if (opened->listing == NULL) {
      opened->listing_room = 0;
      return false;
    }
  }
  opened->listing_count = directory->count;
  memcpy(opened->listing, directory->children, directory->count * sizeof(node *));
  return true;
}

/* The entry at a place: "." and ".." are the first two; null if it is gone. */
static const node *entry_at(const struct opened *opened, uint64_t at, const char **name,
                            uint32_t *size) {
  node *directory = opened->node;
  if (at < 2) {
    *name = "..";
    *size = (uint32_t)at + 1;
    return at == 0 ? directory : directory->parent;
  }
  const node *entry = opened->listing[at - 2];
  *name = entry->name;
  *size = entry->name_size;
  return entry->parent == directory ? entry : NULL;
}

long call_getdents64(int number, char *to, size_t room) {
  static const uint8_t types[] = {[NODE_FILE] = TYPE_FILE, [NODE_DIRECTORY] = TYPE_DIRECTORY,
                                  [NODE_LINK] = TYPE_LINK, [NODE_DEVICE] = TYPE_DEVICE};
  struct opened *opened = opened_at(number);
  if (opened == NULL) {
    return -EBADF;
  }
  if (opened->kind != OPEN_DIRECTORY) {
    return -ENOTDIR;
  }
  snapshot_list(opened->node);
  if (opened->node->parent == NULL) {
    return -ENOENT;
  }
  if (!memory_writable(to, room)) {
    return -EFAULT;
  }
  if ((opened->offset == 0 || opened->listing == NULL) && !list(opened)) {
    return -ENOMEM;
  }
  size_t used = 0;
  for (; opened->offset < opened->listing_count + 2ull; opened->offset++) {
    const char *name;
    uint32_t name_size;
    const node *found = entry_at(opened, opened->offset, &name, &name_size);
    if (found == NULL) {
      continue;
    }
    size_t size = (offsetof(struct entry, name) + name_size + 1 + 7) & -8ul;
    if (size > room - used) {
      return used > 0 ? (long)used : -EINVAL;
    }
    struct entry *entry = (struct entry *)(to + used);
    memset(entry, 0, size);
    entry->number = found->number;
    entry->next = (int64_t)opened->offset + 1;
    entry->size = (uint16_t)size;
    entry->type = types[found->kind];
    memcpy(entry->name, name, name_size);
    used += size;
  }
  return (long)used;
}
