/* opened.h: open file descriptions and the descriptors that stand for them (man open). */
#ifndef PAPPUS_LIBOS_OPENED_H
#define PAPPUS_LIBOS_OPENED_H

#include <linux/fcntl.h>
#include <linux/stat.h>

#include "../files/files.h"
#include "calls.h"
#include "snapshot.h"

enum open_kind {
  OPEN_FILE,
  OPEN_DIRECTORY,
  OPEN_DEVICE,
  OPEN_STDIN,
  OPEN_STDOUT,
  OPEN_STDERR,
  OPEN_PIPE,
};

/* Bytes between a writer and a reader. */
struct pipe {
  node *content; /* without a name; bytes before `taken` are gone */
  uint64_t taken;
  uint32_t readers, writers;
};

struct opened {
  uint32_t references;
  uint8_t kind;
  int flags; /* O_..., without those that only matter when it is opened */
  node *node; /* null for stdout, stderr and pipes */
  uint64_t offset;
  /* Entries of a directory as they were when its reading began. */
  node **listing;
  uint32_t listing_count, listing_room;
  struct pipe *pipe;
  struct opened *next_unused;
};

/* As much as goes at once (man read). */
#define TRANSFER_MOST 0x7FFFF000ul

enum device { DEVICE_NULL = 3, DEVICE_ZERO = 5, DEVICE_FULL = 7, DEVICE_RANDOM = 8,
              DEVICE_URANDOM = 9, /* minor numbers of major 1 */
              DEVICE_SNAPSHOT = 100, DEVICE_DESCRIPTOR = 1000 /* and 1001, 1002: /dev/stdin … */ };

/* ---- transfer.c ------------------------------------------------------------------------------ */

/* Writes to `offset` of a file; elsewhere to where it is. How much, or -error. */
long opened_write(struct opened *opened, uint64_t offset, const char *from, size_t size);

static inline bool has_place(const struct opened *opened) {
  return opened->kind == OPEN_FILE;
}

/* ---- pipes.c --------------------------------------------------------------------------------- */

enum { PIPE_BYTES = 65536 };

/* How many bytes there are to read. */
static inline uint64_t pipe_bytes(const struct pipe *pipe) {
  return pipe->content->size - pipe->taken;
}

long pipe_read(struct opened *end, char *to, size_t size);
long pipe_write(struct opened *end, const char *from, size_t size);

/* One end is closed. */
void pipe_release(const struct opened *end);

/* ---- descriptors.c --------------------------------------------------------------------------- */

/* Numbers are below it: RLIMIT_NOFILE, and never more than 1024. */
extern int descriptors_limit;

/* Opens the standard streams. */
void descriptors_begin(void);

/* Whether a number is free. */
bool descriptors_left(void);

/* Null if the number is not open. */
struct opened *opened_at(int number);

/* Opens what is described; the lowest free number, or -error. */
long open_as(struct opened like, bool close_on_exec);

/* Opens a node; the lowest free number, or -error. */
long open_node(node *some, int flags);

/* Whether it may be read or written. */
static inline bool may_read(const struct opened *opened) {
  return (opened->flags & (O_ACCMODE | O_PATH)) != O_WRONLY && (opened->flags & O_PATH) == 0;
}

static inline bool may_write(const struct opened *opened) {
  return (opened->flags & O_ACCMODE) != O_RDONLY && (opened->flags & O_PATH) == 0;
}

/* ---- paths.c --------------------------------------------------------------------------------- */

enum { PATH_MOST = 4096, PATH_RIGHTS = 07777 };

typedef int (*path_walker)(node *from, const char *path, size_t size, file_follow follow,
                           place *place);

/* Follows a path of the program's from a directory's descriptor, by one of files.h. */
long path_go(path_walker walker, int base, const char *path, file_follow follow, place *place);

/* To what must be there. */
long path_find(int base, const char *path, file_follow follow, place *place);

/* For calls that change names, which do not follow the last part. */
long path_to_name(int base, const char *path, place *place);

/* Rights of something new. */
uint16_t path_masked(unsigned mode);

/* ---- platform.c ------------------------------------------------------------------------------ */

/* Adds /dev, /proc, /etc and /bin. */
void platform_begin(const char *program);

#endif
