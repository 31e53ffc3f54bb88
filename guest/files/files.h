/* files.h: a file system in memory for one run, with inputs as files and files as outputs, and a clock
 * that only counts. WebAssembly modules and Linux programs see it each in their own way. Functions
 * that can fail return a number of the kernel's (linux/errno.h), or 0. */
#ifndef PAPPUS_FILES_H
#define PAPPUS_FILES_H

#include "../runtime/runtime.h"

typedef enum { NODE_FILE, NODE_DIRECTORY, NODE_LINK, NODE_DEVICE } node_kind;

/* Something that has a name. What is unlinked lives on while it is open. */
typedef struct node {
  struct node *parent; /* null if unlinked; the root's is the root */
  const char *name;
  uint32_t name_size;
  uint8_t kind;    /* node_kind */
  bool read_only;  /* belongs to an input, or to the platform */
  uint16_t mode;   /* rights, as chmod has them */
  uint32_t opens;
  uint64_t number, modified, accessed, changed; /* times in nanoseconds since 1970 */
  /* Of a file; a link's is where it leads. What is read-only may belong to an input. */
  char *data;
  uint64_t size, room;
  /* Of a directory, in byte order of their names. */
  struct node **children;
  uint32_t count, children_room;
  /* Of an input: the last number that one of the same name got, and the directory beside it. */
  uint32_t last_twin;
  struct node *twin_directory;
  /* Of a device: which; of a file that is made up when it is opened: by what. */
  uint32_t device;
  void (*fill)(struct node *);
} node;

/* ---- tree.c ---------------------------------------------------------------------------------- */

extern node file_root;

/* The number that the next new node gets. */
extern uint64_t file_next_number;

static inline bool is_directory(const node *some) {
  return some->kind == NODE_DIRECTORY;
}

node *file_child(const node *directory, const char *name, size_t size);

/* A node without a name, and one in a directory. */
node *file_new(node_kind kind);
node *file_add(node *directory, const char *name, size_t size, node_kind kind);
void file_link(node *directory, node *child, const char *name, size_t size);
void file_unlink(node *child);

/* Frees what a file holds once nobody can see it any more. */
void file_drop(node *file);

/* A block of memory, not cleared; null if there is none. What is given back, with the size that it was
 * taken for, is handed out again. */
void *file_take(uint64_t size);
void file_give_back(void *memory, uint64_t size);

/* ENOSPC if there is no more memory; then nothing has changed. */
int file_resize(node *file, uint64_t size);
int file_write_at(node *file, uint64_t offset, const void *data, uint64_t size);

/* ---- paths.c --------------------------------------------------------------------------------- */

enum { FILE_NAME_MOST = 255 };

/* Where a path leads. */
typedef struct {
  node *directory; /* that holds it, or would */
  const char *name; /* perhaps longer than a name may be */
  size_t name_size;
  node *node; /* null if there is none */
  bool must_be_directory; /* it ends with a slash */
  bool by_name; /* the last part is a name, neither dots nor the root */
  uint8_t dots; /* 1: the last part is ".", 2: ".." */
} place;

/* Whether to follow the link that the last part may be: never; if a slash stands behind it; always; or
 * always to something that may have to be made, which then must have no slash behind it (EISDIR). */
typedef enum {
  FILE_FOLLOW_NEVER,
  FILE_FOLLOW_SLASH,
  FILE_FOLLOW,
  FILE_FOLLOW_TO_MAKE,
} file_follow;

/* Called before a name is looked up in a directory; may be null. */
extern void (*file_on_lookup)(const node *directory, const char *name, size_t size);

/* Follows a path from a directory; ".." of the root is the root. What it leads to need not be there. */
int file_walk(node *from, const char *path, size_t size, file_follow follow, place *place);

/* ENAMETOOLONG if the last part is none that a file can have. */
int file_check_name(const place *place);

/* The same for what must be there. */
int file_find(node *from, const char *path, size_t size, file_follow follow, place *place);

/* Makes what is not there yet. */
int file_create(place *place, node_kind kind);

/* unlink and rmdir of what may be there or not. */
int file_remove(const place *place, bool directory);

/* Renames; EEXIST if it would replace something and must not. */
int file_rename(const place *from, const place *to, bool replaces);

/* ---- sets.c ---------------------------------------------------------------------------------- */

/* Makes directories for inputs, outputs and temporary files; without it there are no files. Then those
 * of the output sets. */
void file_begin_sets(void);
void file_begin_outputs(void);

/* Shows an input set as files; one without items has no name, and is not shown. */
void file_add_input_set(const pappus_set_record *set);

/* Shows one that has no items. Its directory below the root may be an output set's, too. */
void file_add_empty_input_set(const char *name, size_t size);

/* Makes items of what the program has written. */
void file_put_outputs(void);

/* Whether a path below the root belongs to the platform, so that no set can have it. */
bool file_is_taken(const char *name, size_t size);

/* Takes what is printed. */
void file_print(bool to_error, const void *data, size_t size);

/* Before a run fails: puts the end of stdout in front of stderr in the log ring, as far as there is
 * room. */
void file_log_output(void);

extern node file_standard_input;

/* The directory /in. */
extern node *file_inputs;

/* Text of argv and environ, already split: strings that end with NUL. */
typedef struct {
  char *text;
  uint32_t count, size;
} file_words;

/* Of the items stdio/argv and stdio/environ; an argv of none counts as absent. */
extern file_words file_arguments, file_environment;

/* ---- clock.c --------------------------------------------------------------------------------- */

#define FILE_EPOCH_NANOS 1577836800000000000ull /* 2020-01-01T00:00:00Z */
enum { FILE_TICK_NANOS = 1000 };

/* How long the run has taken, for those in it. */
extern uint64_t file_elapsed_nanos;

/* The time of day, which does not advance by it. */
static inline uint64_t file_now(void) {
  return FILE_EPOCH_NANOS + file_elapsed_nanos;
}

/* The next bytes of one sequence that is always the same. */
void file_random(void *to, size_t size);

#endif
