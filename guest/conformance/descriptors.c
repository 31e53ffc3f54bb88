/* descriptors.c: dup, fcntl, close and close_range, ioctl. */
#include "check.h"

#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>


static char text[16];

static void duplicating(void) {
  put("file", "0123456789");
  SHOW(open("file", O_RDWR));
  SHOW(dup(3));
  SHOW(read(3, text, 3));
  SHOW(lseek(4, 0, SEEK_CUR));
  SHOW(lseek(4, 7, SEEK_SET));
  SHOW(read(3, text, 1));
  printf("%c\n", text[0]);
  SHOW(dup2(3, 10));
  SHOW(dup2(3, 3));
  SHOW(dup2(99, 3));
  SHOW(dup2(99, 99));
  SHOW(dup2(3, -1));
  SHOW(dup3(3, 11, O_CLOEXEC));
  SHOW(fcntl(11, F_GETFD));
  SHOW(fcntl(10, F_GETFD));
  SHOW(dup3(3, 3, 0));
  SHOW(dup3(3, 12, 77));
  SHOW(dup(99));
  SHOW(close(3));
  SHOW(read(10, text, 1));
  printf("%c\n", text[0]);
  SHOW(open("file", O_RDONLY));
  SHOW(dup2(3, 10));
  SHOW(read(10, text, 1));
  printf("%c\n", text[0]);
}

static void controlling(void) {
  SHOW(fcntl(3, F_DUPFD, 20));
  SHOW(fcntl(3, F_DUPFD_CLOEXEC, 20));
  SHOW(fcntl(21, F_GETFD));
  SHOW(fcntl(21, F_SETFD, 0));
  SHOW(fcntl(21, F_GETFD));
  SHOW(fcntl(3, F_DUPFD, -1));
  SHOW(fcntl(3, F_DUPFD, 1 << 30));
  SHOW(fcntl(99, F_GETFL));
  SHOW(fcntl(3, 7777));
  SHOW(fcntl(3, F_SETFL, O_NONBLOCK | O_APPEND));
  SHOW(fcntl(3, F_GETFL) & (O_NONBLOCK | O_APPEND | O_ACCMODE));
  SHOW(fcntl(20, F_GETFL) & (O_NONBLOCK | O_APPEND | O_ACCMODE));
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  SHOW(fcntl(4, F_SETLK, &lock));
  lock.l_type = F_WRLCK;
  SHOW(fcntl(4, F_GETLK, &lock));
  SHOW(lock.l_type == F_UNLCK);
  SHOW(flock(3, LOCK_EX | LOCK_NB));
  SHOW(flock(99, LOCK_EX));
}

static void controls_of_devices(void) {
  int number = 0;
  struct winsize window;
  SHOW(ioctl(3, TIOCGWINSZ, &window));
  SHOW(ioctl(99, TIOCGWINSZ, &window));
  SHOW(isatty(3));
  SHOW(lseek(4, 4, SEEK_SET));
  SHOW(ioctl(4, FIONREAD, &number));
  SHOW(number);
  SHOW(ioctl(4, FIOCLEX, 0));
  SHOW(fcntl(4, F_GETFD));
  number = 1;
  SHOW(ioctl(4, FIONBIO, &number));
  SHOW((fcntl(4, F_GETFL) & O_NONBLOCK) != 0);
}

static void closing(void) {
  SHOW(syscall(SYS_close_range, 20, 30, 0));
  SHOW(fcntl(20, F_GETFD));
  SHOW(fcntl(11, F_GETFD));
  SHOW(syscall(SYS_close_range, 30, 20, 0));
  SHOW(syscall(SYS_close_range, 3, 2000, 4 /* CLOSE_RANGE_CLOEXEC */));
  SHOW(fcntl(3, F_GETFD));
  SHOW(close(3));
  SHOW(close(3));
  SHOW(close(-1));
  SHOW(open("file", O_RDONLY));
  SHOW(syscall(SYS_close_range, 3, ~0u, 0));
  SHOW(close(4));
}

static void too_many(void) {
  struct rlimit limit = {64, 64};
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  int last = -1, opened = 0;
  for (int file; opened < 2000 && (file = open("file", O_RDONLY)) >= 0; opened++) {
    last = file;
  }
  int error = errno;
  SHOW(last);
  SHOW(opened);
  printf("%s\n", error_name(error));
  SHOW(open("unmade", O_WRONLY | O_CREAT, 0644));
  SHOW(access("unmade", F_OK));
  SHOW(dup2(3, 64));
  SHOW(close(10));
  SHOW(open("file", O_RDONLY));
}

int main(int count, char **words) {
  begin(count, words);
  duplicating();
  controlling();
  controls_of_devices();
  closing();
  too_many();
  return 0;
}
