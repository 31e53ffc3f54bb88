/* tree.c: the files of a run. */
#include <linux/errno.h>

#include "files.h"

enum { ORDER_MIN = 12, ORDERS = 48 };

node file_root = {.parent = &file_root,
                  .kind = NODE_DIRECTORY,
                  .mode = 0755,
                  .number = 1,
                  .modified = FILE_EPOCH_NANOS,
                  .accessed = FILE_EPOCH_NANOS,
                  .changed = FILE_EPOCH_NANOS};

uint64_t file_next_number = 2;

/* ---- Blocks of a power of two, so that growing costs no more than twice. ------------------------- */

struct block {
  struct block *next;
};

static struct block *free_blocks[ORDERS];

static unsigned order_of(uint64_t room) {
  unsigned order = ORDER_MIN;
  while (1ull << order < room) {
    order++;
  }
  return order;
}

void *file_take(uint64_t size) {
  unsigned order = order_of(size);
  struct block *block = free_blocks[order];
  if (block != NULL) {
    free_blocks[order] = block->next;
    return block;
  }
  return pappus_try_alloc(1ull << order, 128);
}

void file_give_back(void *memory, uint64_t size) {
  unsigned order = order_of(size);
  if (size > 0 && !pappus_give_back(memory, 1ull << order)) {
    struct block *block = memory;
    block->next = free_blocks[order];
    free_blocks[order] = block;
  }
}

static bool make_room(node *file, uint64_t size) {
  if (size <= file->room) {
    return true;
  }
  if (size > 1ull << (ORDERS - 1)) {
    return false;
  }
  char *data = file_take(size);
  if (data == NULL) {
    return false;
  }
  memcpy(data, file->data, file->size);
  file_give_back(file->data, file->room);
  file->data = data;
  file->room = 1ull << order_of(size);
  return true;
}

static void was_written(node *file) {
  file->modified = file->changed = file_now();
}

int file_resize(node *file, uint64_t size) {
  if (!make_room(file, size)) {
    return ENOSPC;
  }
  if (size > file->size) {
    memset(file->data + file->size, 0, size - file->size);
  }
  file->size = size;
  was_written(file);
  return 0;
}

int file_write_at(node *file, uint64_t offset, const void *data, uint64_t size) {
  if (size == 0) {
    return 0;
  }
  uint64_t end;
  if (__builtin_add_overflow(offset, size, &end)) {
    return EFBIG;
  }
  if (!make_room(file, end)) {
    return ENOSPC;
  }
  if (offset > file->size) {
    memset(file->data + file->size, 0, offset - file->size);
  }
  memcpy(file->data + offset, data, size);
  file->size = end > file->size ? end : file->size;
  was_written(file);
  return 0;
}

/* ---- Directories --------------------------------------------------------------------------------- */

/* Where a name stands among the children, or would. */
static uint32_t place_of(const node *directory, const char *name, size_t size, bool *found) {
  uint32_t low = 0, high = directory->count;
  *found = false;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    const node *child = directory->children[middle];
    size_t common = size < child->name_size ? size : child->name_size;
    int order = memcmp(name, child->name, common);
    if (order == 0 && size == child->name_size) {
      *found = true;
      return middle;
    }
    if (order < 0 || (order == 0 && size < child->name_size)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

node *file_child(const node *directory, const char *name, size_t size) {
  bool found;
  uint32_t place = place_of(directory, name, size, &found);
  return found ? directory->children[place] : NULL;
}

void file_link(node *directory, node *child, const char *name, size_t size) {
  bool found;
  uint32_t place = place_of(directory, name, size, &found);
  if (directory->count == directory->children_room) {
    uint32_t room = directory->children_room == 0 ? 8 : directory->children_room * 2;
    node **larger = pappus_alloc(room * sizeof *larger);
    memcpy(larger, directory->children, directory->count * sizeof *larger);
    directory->children = larger;
    directory->children_room = room;
  }
  node **at = directory->children + place;
  memmove(at + 1, at, (directory->count - place) * sizeof *at);
  *at = child;
  directory->count++;
  was_written(directory);
  char *copy = pappus_alloc_aligned(size + 1, 1);
  memcpy(copy, name, size);
  child->name = copy;
  child->name_size = (uint32_t)size;
  child->parent = directory;
}

node *file_new(node_kind kind) {
  node *fresh = pappus_alloc(sizeof *fresh);
  fresh->kind = (uint8_t)kind;
  fresh->mode = kind == NODE_DIRECTORY ? 0755 : kind == NODE_LINK ? 0777 : 0644;
  fresh->number = file_next_number++;
  fresh->modified = fresh->accessed = fresh->changed = file_now();
  return fresh;
}

node *file_add(node *directory, const char *name, size_t size, node_kind kind) {
  node *child = file_new(kind);
  file_link(directory, child, name, size);
  return child;
}

void file_unlink(node *child) {
  node *directory = child->parent;
  bool found;
  uint32_t place = place_of(directory, child->name, child->name_size, &found);
  node **at = directory->children + place;
  directory->count--;
  memmove(at, at + 1, (directory->count - place) * sizeof *at);
  was_written(directory);
  child->parent = NULL;
  child->changed = file_now();
}

void file_drop(node *file) {
  if (file->parent == NULL && file->opens == 0 && file->kind == NODE_FILE) {
    file_give_back(file->data, file->room);
    file->data = NULL;
    file->size = file->room = 0;
  }
}
