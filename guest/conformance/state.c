/* state.c: stat, statx, access, chmod, times. */
#include "check.h"

#include <sys/time.h>
#include <utime.h>


static void show_state(const struct stat *state) {
  printf("%s mode %o links %ld size %ld\n",
         S_ISREG(state->st_mode)    ? "file"
         : S_ISDIR(state->st_mode)  ? "directory"
         : S_ISLNK(state->st_mode)  ? "link"
         : S_ISCHR(state->st_mode)  ? "device"
         : S_ISFIFO(state->st_mode) ? "pipe"
                                    : "other",
         state->st_mode & 07777, (long)state->st_nlink,
         S_ISREG(state->st_mode) ? (long)state->st_size : 0);
}

static void looking(void) {
  struct stat a, b;
  put("file", "0123456789");
  mkdir("directory", 0750);
  SHOW(stat("file", &a));
  show_state(&a);
  SHOW(open("file", O_RDONLY));
  SHOW(fstat(3, &b));
  SAYS(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
  SHOW(stat("directory", &a));
  show_state(&a);
  SAYS(a.st_ino != b.st_ino);
  SHOW(fstatat(AT_FDCWD, "file", &a, AT_SYMLINK_NOFOLLOW));
  SHOW(fstatat(3, "", &a, AT_EMPTY_PATH));
  show_state(&a);
  SHOW(fstatat(3, "", &a, 0));
  SHOW(fstatat(3, "x", &a, 0));
  SHOW(fstatat(99, "x", &a, 0));
  SHOW(fstatat(AT_FDCWD, "file", &a, 0x40000000));
  SHOW(stat("none", &a));
  SHOW(stat("", &a));
  SHOW(stat("file/", &a));
  SHOW(stat("file/..", &a));
  SHOW(stat((char *)8, &a));
  SHOW(syscall(SYS_stat, "file", (struct stat *)8));
  SHOW(fstat(99, &a));
  SHOW(stat("/dev/null", &a));
  show_state(&a);
  SHOW(a.st_rdev);
  SHOW(stat("/dev/urandom", &a));
  SHOW(a.st_rdev);
  SHOW(stat(".", &a));
  SAYS(S_ISDIR(a.st_mode));
  SHOW(close(3));
}

static void extended(void) {
#ifdef STATX_BASIC_STATS
  struct statx state;
  SHOW(statx(AT_FDCWD, "file", 0, STATX_BASIC_STATS, &state));
  SHOW(state.stx_size);
  SHOW(state.stx_mode);
  SHOW(state.stx_nlink);
  SAYS((state.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
  SHOW(statx(AT_FDCWD, "none", 0, STATX_BASIC_STATS, &state));
  SHOW(statx(0, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &state));
  SAYS(S_ISFIFO(state.stx_mode) || S_ISCHR(state.stx_mode) || S_ISREG(state.stx_mode));
#endif
}

static void asking(void) {
  put("program", "#!");
  SHOW(chmod("program", 0755));
  SHOW(access("file", F_OK));
  SHOW(access("file", R_OK | W_OK));
  SHOW(access("file", X_OK));
  SHOW(access("program", R_OK | X_OK));
  SHOW(access("directory", R_OK | X_OK));
  SHOW(access("none", F_OK));
  SHOW(access("file", 77));
  SHOW(faccessat(AT_FDCWD, "program", X_OK, 0));
  SHOW(faccessat(99, "program", X_OK, 0));
}

static void changing(void) {
  struct stat state;
  SHOW(chmod("file", 0640));
  SHOW(stat("file", &state));
  show_state(&state);
  SHOW(open("file", O_RDWR));
  SHOW(fchmod(3, 0604));
  SHOW(fstat(3, &state));
  show_state(&state);
  SHOW(fchmod(99, 0604));
  SHOW(chmod("none", 0604));
  SHOW(fchmodat(AT_FDCWD, "directory", 0711, 0));
  SHOW(stat("directory", &state));
  show_state(&state);
  SHOW(chown("file", -1, -1));
  SHOW(fchown(3, -1, -1));
  SHOW(lchown("none", -1, -1));
  SHOW(close(3));
}

static void show_times(const char *path) {
  struct stat state;
  if (stat(path, &state) == 0) {
    printf("%s: accessed %ld.%09ld modified %ld.%09ld\n", path, (long)state.st_atim.tv_sec,
           state.st_atim.tv_nsec, (long)state.st_mtim.tv_sec, state.st_mtim.tv_nsec);
  }
}

static void times(void) {
  struct timespec times[2] = {{1000, 123456789}, {2000, 987654321}};
  SHOW(utimensat(AT_FDCWD, "file", times, 0));
  show_times("file");
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = 3000;
  SHOW(utimensat(AT_FDCWD, "file", times, 0));
  show_times("file");
  times[1].tv_nsec = 1000000000;
  SHOW(utimensat(AT_FDCWD, "file", times, 0));
  SHOW(open("file", O_RDWR));
  times[0] = (struct timespec){5, 6}, times[1] = (struct timespec){7, 8};
  SHOW(futimens(3, times));
  show_times("file");
  SHOW(futimens(99, times));
  struct timeval micros[2] = {{11, 12}, {13, 14}};
  SHOW(utimes("file", micros));
  show_times("file");
  struct utimbuf seconds = {21, 22};
  SHOW(utime("file", &seconds));
  show_times("file");
  SHOW(utime("none", &seconds));
  struct stat before, after;
  fstat(3, &before);
  SHOW(write(3, "x", 1));
  fstat(3, &after);
  SAYS(after.st_mtime > before.st_mtime);
  SHOW(utimensat(AT_FDCWD, "file", NULL, 0));
  stat("file", &after);
  SAYS(after.st_atime > before.st_atime);
  SHOW(close(3));
}

int main(int count, char **words) {
  begin(count, words);
  looking();
  extended();
  asking();
  changing();
  times();
  return 0;
}
