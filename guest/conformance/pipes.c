/* pipes.c: pipes within one process, poll and select. */
#include "check.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/select.h>


static char text[70000];

static void simple(void) {
  int ends[2], ready;
  struct stat state;
  SHOW(pipe(ends));
  SHOW(ends[0]);
  SHOW(ends[1]);
  SHOW(write(4, "hello, pipe", 11));
  SHOW(ioctl(3, FIONREAD, &ready));
  SHOW(ready);
  SHOW(read(3, text, 5));
  SHOW(read(3, text, 100));
  printf("%.6s\n", text);
  SHOW(write(3, "x", 1));
  SHOW(read(4, text, 1));
  SHOW(lseek(3, 0, SEEK_SET));
  SHOW(pread(3, text, 1, 0));
  SHOW(ftruncate(4, 0));
  SHOW(fsync(4));
  SHOW(fstat(3, &state));
  SHOW(S_ISFIFO(state.st_mode));
  SHOW(write(4, "last", 4));
  SHOW(close(4));
  SHOW(read(3, text, 100));
  SHOW(read(3, text, 100));
  SHOW(close(3));
}

static void without_waiting(void) {
  int ends[2];
  SHOW(pipe2(ends, O_NONBLOCK | O_CLOEXEC));
  SHOW(fcntl(3, F_GETFD));
  SHOW(fcntl(3, F_GETFL) & O_NONBLOCK);
  SHOW(read(3, text, 1));
  SHOW(write(4, text, 65536));
  SHOW(write(4, text, 1));
  SHOW(read(3, text, 4096));
  SHOW(write(4, text, 4096));
  SHOW(write(4, text, 4096));
  SHOW(read(3, text, 70000));
  SHOW(write(4, text, 70000));
  SHOW(pipe2(ends, 77));
  SHOW(syscall(SYS_pipe2, (int *)8, 0));
  signal(SIGPIPE, SIG_IGN);
  SHOW(close(3));
  SHOW(write(4, "x", 1));
  SHOW(close(4));
}

static void show_events(const struct pollfd *polled) {
  short events = polled->revents;
  printf("events of %d:%s%s%s%s%s\n", polled->fd, events & POLLIN ? " in" : "",
         events & POLLOUT ? " out" : "", events & POLLHUP ? " hung up" : "",
         events & POLLERR ? " error" : "", events & POLLNVAL ? " none" : "");
}

static void polling(void) {
  int ends[2];
  SHOW(pipe(ends));
  put("file", "x");
  SHOW(open("file", O_RDWR));
  struct pollfd polled[] = {{3, POLLIN, 0}, {4, POLLOUT, 0}, {5, POLLIN | POLLOUT, 0},
                            {99, POLLIN, 0}, {-1, POLLIN, 0}};
  SHOW(poll(polled, 5, 0));
  for (int i = 0; i < 5; i++) {
    show_events(&polled[i]);
  }
  SHOW(poll(polled, 1, 0));
  SHOW(poll(polled, 1, 5));
  SHOW(poll(NULL, 0, 1));
  SHOW(write(4, "x", 1));
  SHOW(poll(polled, 1, -1));
  show_events(&polled[0]);
  SHOW(close(4));
  SHOW(poll(polled, 1, -1));
  show_events(&polled[0]);
  SHOW(read(3, text, 10));
  SHOW(poll(polled, 1, -1));
  show_events(&polled[0]);
  struct timespec bad = {0, -1};
  SHOW(ppoll(polled, 1, &bad, NULL));
  SHOW(poll((struct pollfd *)8, 1, 0));
  SHOW(close(3));
  SHOW(close(5));
}

static void selecting(void) {
  int ends[2];
  fd_set reads, writes;
  struct timeval none = {0, 0};
  SHOW(pipe(ends));
  FD_ZERO(&reads);
  FD_ZERO(&writes);
  FD_SET(3, &reads);
  FD_SET(4, &writes);
  SHOW(select(5, &reads, &writes, NULL, &none));
  SHOW(FD_ISSET(3, &reads));
  SHOW(FD_ISSET(4, &writes));
  SHOW(write(4, "x", 1));
  FD_SET(3, &reads);
  SHOW(select(5, &reads, NULL, NULL, NULL));
  SHOW(FD_ISSET(3, &reads));
  SHOW(select(0, NULL, NULL, NULL, &none));
  SHOW(select(-1, NULL, NULL, NULL, &none));
  /* Below 64: the kernel does not look at numbers that its table of open files has no room for. */
  FD_SET(40, &reads);
  SHOW(select(41, &reads, NULL, NULL, &none));
  SHOW(close(3));
  SHOW(close(4));
}

static void show_room(const char *when) {
  struct timeval none = {0, 0};
  struct pollfd polled = {4, POLLOUT, 0};
  fd_set writes;
  FD_ZERO(&writes);
  FD_SET(4, &writes);
  int ready = poll(&polled, 1, 0), selected = select(5, NULL, &writes, NULL, &none);
  printf("%s: %d %d %d, ", when, ready, selected, FD_ISSET(4, &writes) != 0);
  show_events(&polled);
}

/* There is room where a page is free. */
static void room(void) {
  int ends[2];
  SHOW(pipe2(ends, O_NONBLOCK));
  show_room("empty");
  SHOW(write(4, text, 65536 - 4096));
  show_room("one page free");
  SHOW(write(4, text, 1));
  show_room("less than a page free");
  SHOW(write(4, text, 4095));
  show_room("full");
  SHOW(read(3, text, 4095));
  show_room("almost a page free");
  SHOW(read(3, text, 1));
  show_room("a page free");
  SHOW(write(4, text, 4096));
  SHOW(close(3));
  show_room("full, with no reader");
  SHOW(close(4));
}

static volatile sig_atomic_t seen;

static void handler(int signal) {
  seen++;
}

static void show_seen(void) {
  sigset_t mask, pending;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  sigpending(&pending);
  printf("seen %d, blocked %d, pending %d\n", seen, sigismember(&mask, SIGUSR1), sigismember(&pending, SIGUSR1));
  seen = 0;
}

/* A mask for the time of waiting lets signals in where nothing else is ready. */
static void masks(void) {
  int ends[2];
  fd_set reads;
  sigset_t set, none;
  struct timespec soon = {0, 1000}, now = {0, 0};
  SHOW(pipe(ends));
  struct pollfd polled = {3, POLLIN, 0};
  signal(SIGUSR1, handler);
  sigemptyset(&none);
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  SHOW(ppoll(&polled, 1, &soon, &none));
  raise(SIGUSR1);
  SHOW(ppoll(&polled, 1, &soon, NULL));
  SHOW(ppoll(&polled, 1, &soon, &set));
  show_seen();
  SHOW(ppoll(&polled, 1, NULL, &none));
  show_seen();
  raise(SIGUSR1);
  SHOW(ppoll(&polled, 1, &now, &none));
  show_seen();
  raise(SIGUSR1);
  FD_ZERO(&reads);
  FD_SET(3, &reads);
  SHOW(pselect(4, &reads, NULL, NULL, &soon, &none));
  SHOW(FD_ISSET(3, &reads));
  show_seen();
  SHOW(pselect(4, &reads, NULL, NULL, &soon, &none));
  SHOW(FD_ISSET(3, &reads));
  SHOW(write(4, "x", 1));
  raise(SIGUSR1);
  FD_SET(3, &reads);
  FD_SET(40, &reads);
  SHOW(pselect(4, &reads, NULL, NULL, NULL, &none));
  SHOW(FD_ISSET(3, &reads));
  SHOW(FD_ISSET(40, &reads));
  show_seen();
  SHOW(ppoll(&polled, 1, NULL, &none));
  show_seen();
  SHOW(read(3, text, 1));
  /* One that is ignored ends no wait. */
  signal(SIGUSR1, SIG_IGN);
  raise(SIGUSR1);
  show_seen();
  SHOW(ppoll(&polled, 1, &soon, &none));
  show_seen();
  SHOW(syscall(SYS_ppoll, &polled, 1, &soon, &none, 4));
  SHOW(syscall(SYS_ppoll, &polled, 1, &soon, 8, 8));
  struct { const void *set; size_t size; } word = {&none, 4}, bad = {(void *)8, 8}, absent = {NULL, 4};
  SHOW(syscall(SYS_pselect6, 0, NULL, NULL, NULL, &soon, &word));
  SHOW(syscall(SYS_pselect6, 0, NULL, NULL, NULL, &soon, &bad));
  SHOW(syscall(SYS_pselect6, 0, NULL, NULL, NULL, &soon, &absent));
  SHOW(syscall(SYS_pselect6, 0, NULL, NULL, NULL, &soon, 8));
  sigprocmask(SIG_SETMASK, &none, NULL);
  SHOW(close(3));
  SHOW(close(4));
}

int main(int count, char **words) {
  begin(count, words);
  simple();
  without_waiting();
  polling();
  selecting();
  room();
  masks();
  return 0;
}
