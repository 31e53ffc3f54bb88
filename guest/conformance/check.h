/* check.h: what conformance programs print with. Each runs on the host's kernel, in an empty directory
 * that its argument names, and in a sandbox, and has to print the same; so nothing is printed that
 * may differ between two kernels: addresses, inodes, times, the user. A line is CALL = RESULT ERRNO. */
#ifndef PAPPUS_CHECK_H
#define PAPPUS_CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *error_name(int error) {
#define NAME(x) case x: return #x
  switch (error) {
    NAME(EPERM); NAME(ENOENT); NAME(ESRCH); NAME(EINTR); NAME(EBADF); NAME(ECHILD); NAME(EAGAIN);
    NAME(ENOMEM); NAME(EACCES); NAME(EFAULT); NAME(EBUSY); NAME(EEXIST); NAME(EXDEV); NAME(ENODEV);
    NAME(ENOTDIR); NAME(EISDIR); NAME(EINVAL); NAME(ENFILE); NAME(EMFILE); NAME(ENOTTY); NAME(EFBIG);
    NAME(ENOSPC); NAME(ESPIPE); NAME(EROFS); NAME(EMLINK); NAME(EPIPE); NAME(ERANGE); NAME(EDEADLK);
    NAME(ENAMETOOLONG); NAME(ENOSYS); NAME(ENOTEMPTY); NAME(ELOOP); NAME(EOVERFLOW); NAME(EOPNOTSUPP);
    NAME(ETIMEDOUT); NAME(ENXIO);
    default: return "another error";
  }
#undef NAME
}

static inline void show(const char *call, long result) {
  if (result == -1) {
    printf("%s = -1 %s\n", call, error_name(errno));
  } else {
    printf("%s = %ld\n", call, result);
  }
}

/* Prints a call and its result; then, in SAYS, only whether it is what it should be. */
#define SHOW(call) show(#call, (long)(call))
#define SAYS(condition) printf("%s: %s\n", #condition, (condition) ? "yes" : "no")

static inline void begin(int count, char **words) {
  if (count < 2 || chdir(words[1]) != 0) {
    fprintf(stderr, "usage: %s DIRECTORY\n", words[0]);
    exit(2);
  }
  umask(022);
}

/* Makes a file with this content. */
static inline void put(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) {
    printf("cannot write %s\n", path);
  }
  close(file);
}

/* Prints what a file holds, with what is not text as numbers. */
static inline void print_file(const char *path) {
  char text[256];
  int file = open(path, O_RDONLY);
  ssize_t size = file < 0 ? -1 : read(file, text, sizeof text);
  printf("%s holds %zd:", path, size);
  for (ssize_t i = 0; i < size; i++) {
    printf(text[i] >= ' ' && text[i] < 127 ? "%c" : "\\%d", text[i]);
  }
  printf("\n");
  close(file);
}

#endif
