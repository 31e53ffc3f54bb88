/* script.c: makes the calls that its standard input names, a line each, and prints what comes back.
 * The same script must print the same on a host's kernel and in every sandbox.
 *
 *   NAME ARGUMENT ARGUMENT …    arguments are numbers or words, apart by one blank; "" is none
 *
 * What may differ between hosts is not printed: addresses, inode numbers, times, sizes of
 * directories and the order of what is in them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WORDS_MAX = 8, BUFFER_BYTES = 1 << 16, MAPS = 8, NAMES_MAX = 256 };

static char *words[WORDS_MAX];
static unsigned char buffer[BUFFER_BYTES];

static struct { unsigned char *at; size_t size; int rights; } maps[MAPS];

/* On a host, what a path from the root leads to belongs to somebody else. */
static const char *text(int i) {
  return words[i] == NULL || strcmp(words[i], "\"\"") == 0 || *words[i] == '/' ? "" : words[i];
}

static long number(int i) { return words[i] == NULL ? 0 : strtol(words[i], NULL, 0); }

static size_t amount(int i) {
  size_t wanted = (size_t)number(i);
  return wanted > sizeof buffer ? sizeof buffer : wanted;
}

static uint32_t sum(const unsigned char *bytes, size_t size) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * 16777619u;
  return hash;
}

static void fill(unsigned char *bytes, size_t size, uint32_t seed) {
  for (size_t i = 0; i < size; i++) {
    seed = seed * 1664525u + 1013904223u;
    bytes[i] = (unsigned char)(seed >> 24);
  }
}

/* A result, or which error it was; and of bytes that were read what they are. */
static void show(long result) {
  if (result < 0) {
    printf("error %d", errno);
  } else {
    printf("%ld", result);
  }
}

static void show_read(long result) {
  show(result);
  if (result > 0) printf(" %08x", sum(buffer, (size_t)result));
}

static void show_stat(int result, const struct stat *found) {
  show(result);
  if (result < 0) return;
  printf(" %o", (unsigned)found->st_mode);
  if (!S_ISDIR(found->st_mode)) {
    printf(" links %ld size %ld", (long)found->st_nlink, (long)found->st_size);
  }
}

static void do_open(void) { show(open(text(1), (int)number(2), (mode_t)number(3))); }
static void do_openat(void) { show(openat((int)number(1), text(2), (int)number(3), (mode_t)number(4))); }
static void do_close(void) { show(close((int)number(1))); }
static void do_read(void) { show_read(read((int)number(1), buffer, amount(2))); }
static void do_pread(void) { show_read(pread((int)number(1), buffer, amount(2), number(3))); }
static void do_write(void) {
  fill(buffer, amount(2), (uint32_t)number(3));
  show(write((int)number(1), buffer, amount(2)));
}
static void do_pwrite(void) {
  fill(buffer, amount(2), (uint32_t)number(3));
  show(pwrite((int)number(1), buffer, amount(2), number(4)));
}
static void do_writev(void) {
  size_t size = amount(2);
  fill(buffer, size, (uint32_t)number(3));
  struct iovec parts[] = {{buffer, size / 3}, {NULL, 0}, {buffer + size / 3, size - size / 3}};
  show(writev((int)number(1), parts, 3));
}
static void do_readv(void) {
  size_t size = amount(2);
  struct iovec parts[] = {{buffer, size / 3}, {NULL, 0}, {buffer + size / 3, size - size / 3}};
  show_read(readv((int)number(1), parts, 3));
}
/* What places in a directory are, each file system says for itself. */
static void do_lseek(void) {
  struct stat found;
  if (fstat((int)number(1), &found) == 0 && S_ISDIR(found.st_mode)) {
    printf("-");
  } else {
    show(lseek((int)number(1), number(2), (int)number(3)));
  }
}
static void do_ftruncate(void) { show(ftruncate((int)number(1), number(2))); }
static void do_truncate(void) { show(truncate(text(1), number(2))); }
static void do_fstat(void) { struct stat found; show_stat(fstat((int)number(1), &found), &found); }
static void do_stat(void) { struct stat found; show_stat(stat(text(1), &found), &found); }
static void do_lstat(void) { struct stat found; show_stat(lstat(text(1), &found), &found); }
static void do_mkdir(void) { show(mkdir(text(1), (mode_t)number(2))); }
static void do_rmdir(void) { show(rmdir(text(1))); }
static void do_unlink(void) { show(unlink(text(1))); }
static void do_rename(void) { show(rename(text(1), text(2))); }
static void do_link(void) { show(link(text(1), text(2))); }
static void do_symlink(void) { show(symlink(text(1), text(2))); }
static void do_readlink(void) {
  long size = readlink(text(1), (char *)buffer, sizeof buffer);
  show(size);
  if (size > 0) printf(" %.*s", (int)size, (char *)buffer);
}
static void do_access(void) { show(access(text(1), (int)number(2))); }
static void do_chmod(void) { show(chmod(text(1), (mode_t)number(2))); }
static void do_fchmod(void) { show(fchmod((int)number(1), (mode_t)number(2))); }
static void do_umask(void) { show(umask((mode_t)number(1))); }
static void do_chdir(void) { show(chdir(text(1))); }
static void do_fchdir(void) { show(fchdir((int)number(1))); }
static void do_dup(void) { show(dup((int)number(1))); }
static void do_dup2(void) {
  int to = (int)number(2);
  if (to > 2) show(dup2((int)number(1), to));
}
static void do_fcntl(void) {
  long result = fcntl((int)number(1), (int)number(2), number(3));
  /* Large files are how every file is opened on this machine. */
  show(number(2) == F_GETFL && result >= 0 ? result & ~0100000 : result);
}
static void do_fsync(void) { show(fsync((int)number(1))); }

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* By the call itself: a C library's readdir asks for memory, and brk would meet that. */
static void do_list(void) {
  int directory = open(text(1), O_RDONLY | O_DIRECTORY);
  if (directory < 0) {
    show(-1);
    return;
  }
  static char texts[BUFFER_BYTES];
  char *names[NAMES_MAX];
  size_t count = 0, used = 0;
  for (long size; (size = syscall(SYS_getdents64, directory, buffer, 512)) > 0;) {
    for (long at = 0; at < size;) {
      const struct { uint64_t node; int64_t next; uint16_t size; uint8_t type; char name[]; } *entry =
          (const void *)(buffer + at);
      if (count < NAMES_MAX && used < sizeof texts - 300) {
        names[count++] = texts + used;
        used += 1 + (size_t)snprintf(texts + used, 300, "%s:%d", entry->name, entry->type);
      }
      at += entry->size;
    }
  }
  close(directory);
  qsort(names, count, sizeof *names, by_name);
  printf("%zu", count);
  for (size_t i = 0; i < count; i++) printf(" %s", names[i]);
}

/* map SLOT SIZE RIGHTS FD OFFSET: a private mapping of a file, or of nothing where FD is -1. */
static void do_map(void) {
  int slot = (int)number(1) % MAPS, rights = (int)number(3), file = (int)number(4);
  size_t size = (size_t)number(2);
  if (maps[slot].at != NULL) munmap(maps[slot].at, maps[slot].size);
  maps[slot].at = NULL;
  void *at = mmap(NULL, size, rights, MAP_PRIVATE | (file < 0 ? MAP_ANONYMOUS : 0), file, number(5));
  if (at == MAP_FAILED) {
    show(-1);
    return;
  }
  maps[slot].at = at;
  maps[slot].size = size;
  maps[slot].rights = rights;
  printf("mapped%s", ((uintptr_t)at & 4095) != 0 ? " crooked" : "");
}

/* Touches only what a mapping has: of a file that may be less. touch SLOT OFFSET SIZE SEED */
static void do_touch(void) {
  int slot = (int)number(1) % MAPS;
  size_t offset = (size_t)number(2), size = (size_t)number(3);
  if (maps[slot].at == NULL || offset >= maps[slot].size || (maps[slot].rights & PROT_READ) == 0) {
    printf("-");
    return;
  }
  size = size > maps[slot].size - offset ? maps[slot].size - offset : size;
  printf("%08x", sum(maps[slot].at + offset, size));
  if ((maps[slot].rights & PROT_WRITE) != 0) fill(maps[slot].at + offset, size, (uint32_t)number(4));
}

static void do_remap(void) {
  int slot = (int)number(1) % MAPS;
  size_t size = (size_t)number(2);
  if (maps[slot].at == NULL) {
    printf("-");
    return;
  }
  void *at = mremap(maps[slot].at, maps[slot].size, size, MREMAP_MAYMOVE);
  if (at == MAP_FAILED) {
    show(-1);
    return;
  }
  maps[slot].at = at;
  maps[slot].size = size;
  printf("mapped");
}

static void do_protect(void) {
  int slot = (int)number(1) % MAPS, rights = (int)number(2);
  if (maps[slot].at == NULL) {
    printf("-");
    return;
  }
  int result = mprotect(maps[slot].at, maps[slot].size, rights);
  if (result == 0) maps[slot].rights = rights;
  show(result);
}

static void do_unmap(void) {
  int slot = (int)number(1) % MAPS;
  if (maps[slot].at == NULL) {
    printf("-");
    return;
  }
  show(munmap(maps[slot].at, maps[slot].size));
  maps[slot].at = NULL;
}

static void do_advise(void) {
  int slot = (int)number(1) % MAPS;
  if (maps[slot].at == NULL) {
    printf("-");
    return;
  }
  show(madvise(maps[slot].at, maps[slot].size, MADV_DONTNEED));
}

/* brk DELTA: grows, or gives back what it grew by, and tells whether new memory is zero. */
static void do_brk(void) {
  static long grown;
  unsigned char *before = (unsigned char *)syscall(SYS_brk, 0);
  long delta = number(1) < -grown ? -grown : number(1);
  if (syscall(SYS_brk, before + delta) != (long)(before + delta)) {
    printf("refused");
    return;
  }
  size_t wrong = 0;
  for (long i = 0; i < delta; i++) wrong += before[i] != 0;
  if (delta > 0) fill(before, (size_t)delta, 1);
  grown += delta;
  printf("moved %ld, %zu not zero", delta, wrong);
}

/* A call with an address that leads nowhere. */
static void do_bad(void) {
  void *nowhere = (void *)(uintptr_t)number(2);
  switch (number(1)) {
    case 0: show(write(1, nowhere, 10)); break;
    case 1: show(open(nowhere, O_RDONLY)); break;
    case 2: show(syscall(SYS_newfstatat, AT_FDCWD, ".", nowhere, 0)); break;
    case 3: show(syscall(SYS_uname, nowhere)); break;
    case 4: show(syscall(SYS_getcwd, nowhere, 100)); break;
    default: show(readlink("none", nowhere, 10)); break;
  }
}

#define ENTRY(name) {#name, do_##name}
static const struct {
  const char *name;
  void (*run)(void);
} calls[] = {
    ENTRY(open), ENTRY(openat), ENTRY(close), ENTRY(read), ENTRY(pread), ENTRY(write), ENTRY(pwrite),
    ENTRY(writev), ENTRY(readv), ENTRY(lseek), ENTRY(ftruncate), ENTRY(truncate), ENTRY(fstat),
    ENTRY(stat), ENTRY(lstat), ENTRY(mkdir), ENTRY(rmdir), ENTRY(unlink), ENTRY(rename), ENTRY(link),
    ENTRY(symlink), ENTRY(readlink), ENTRY(access), ENTRY(chmod), ENTRY(fchmod), ENTRY(umask),
    ENTRY(chdir), ENTRY(fchdir), ENTRY(dup), ENTRY(dup2), ENTRY(fcntl), ENTRY(fsync), ENTRY(list),
    ENTRY(map), ENTRY(touch), ENTRY(remap), ENTRY(protect), ENTRY(unmap), ENTRY(advise), ENTRY(brk),
    ENTRY(bad),
};

static void run(char *line) {
  memset(words, 0, sizeof words);
  int count = 0;
  for (char *rest = line, *word; count < WORDS_MAX && (word = strsep(&rest, " ")) != NULL;) {
    words[count++] = word;
  }
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    if (strcmp(calls[i].name, words[0]) == 0) {
      printf("%s: ", words[0]);
      calls[i].run();
      putchar('\n');
      return;
    }
  }
  printf("no call %s\n", words[0]);
}

int main(int argc, char **argv) {
  /* One folder lower, so that what a link may make of `..` is in the folder still. */
  if (argc < 2 || chdir(argv[1]) != 0 || mkdir("below", 0755) != 0 || chdir("below") != 0) {
    fprintf(stderr, "usage: script EMPTY_FOLDER < CALLS\n");
    return 2;
  }
  umask(022);
  /* Buffers of their own, so that the C library asks for no memory between the calls. */
  static char input[1 << 20], output[1 << 16];
  setvbuf(stdout, output, _IOFBF, sizeof output);
  size_t size = 0;
  for (ssize_t got; (got = read(0, input + size, sizeof input - 1 - size)) > 0;) size += (size_t)got;
  for (char *rest = input, *line; (line = strsep(&rest, "\n")) != NULL;) {
    if (*line != '\0') run(line);
  }
  return fflush(stdout) == 0 ? 0 : 3;
}
