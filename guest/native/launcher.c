/* launcher.c: starts a program as often as it is told, by vfork and exec, and says what that cost:
 * what benchmarks compare the process sandbox with.
 *
 *     launcher PROGRAM [ARGUMENT...]
 *
 * For each byte on standard input the program runs once, its output goes nowhere, and a line
 * `WALL CPU` in nanoseconds comes out: until it was waited for, and of both processes. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t nanos(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static int64_t children_nanos(void) {
  struct rusage use;
  getrusage(RUSAGE_CHILDREN, &use);
  return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000000ll +
         (use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1000ll;
}

/* Apart, as a child of vfork shares its parent's frame. */
static __attribute__((noinline)) pid_t start(char **program, int output) {
  pid_t child = vfork();
  if (child == 0) {
    dup2(output, 1);
    execve(program[0], program, (char *[]){NULL});
    _exit(127);
  }
  return child;
}

int main(int count, char **arguments) {
  int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (count < 2 || nowhere < 0) return 1;
  char byte;
  while (read(0, &byte, 1) == 1) {
    int64_t wall = nanos(CLOCK_MONOTONIC);
    int64_t cpu = nanos(CLOCK_PROCESS_CPUTIME_ID) + children_nanos();
    pid_t child = start(arguments + 1, nowhere);
    int status;
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) return 1;
    wall = nanos(CLOCK_MONOTONIC) - wall;
    cpu = nanos(CLOCK_PROCESS_CPUTIME_ID) + children_nanos() - cpu;
    printf("%lld %lld\n", (long long)wall, (long long)cpu);
    fflush(stdout);
  }
  return 0;
}
