/* launcher.c: starts what benchmarks compare sandboxes with, and says what each start cost.
 *
 *     launcher exec PROGRAM [ARGUMENT...]   by vfork and exec; an argument `@` becomes a new name each time
 *     launcher input FILE PROGRAM [ARGUMENT...]
 *                                           the same for a program that knows nothing of this one: it reads FILE, prints,
 *                                           and ends by itself; what it computed is a checksum of what it printed
 *     launcher zygote N                     by clone into namespaces of its own, behind a seccomp filter, and
 *                                           without exec: the child multiplies as matmul_process N does
 *
 * What else is started writes a struct answer to its standard output, and ends when its standard input does.
 * Commands come on standard input, one byte each, and are answered with a line:
 *
 *     r   run once      `BEGUN ANSWERED ENDED CPU CHECKSUM`: nanoseconds until its own code ran (until the
 *                       answer, where clocks differ), until the answer was there, until it had been waited for;
 *                       processor time of both; what it computed
 *     h   hold another  the same, with 0 for ENDED and CPU; it waits after its answer
 *     e   end those     `ended`
 *
 * A start that fails is answered with `failed`; why stands on standard error, if the program says so. */
#define _GNU_SOURCE
#include "answer.h"
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HELD_MAX = 64, ARGUMENTS_MAX = 64 };

static const int NAMESPACES =
    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS;

static char **program; /* null: the zygote's own children */
static size_t size;
static int64_t *room;
static int nowhere, holders[2];
static bool prints;   /* what is started prints, and writes no struct answer */
static pid_t held[HELD_MAX];
static int held_count;

static int64_t children_nanos(void) {
  struct rusage use;
  getrusage(RUSAGE_CHILDREN, &use);
  return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000000ll +
         (use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1000ll;
}

/* Lets read, write, clock_gettime (where it is a system call) and exit_group pass. */
static int lock_in(void) {
#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      ALLOW(SYS_read), ALLOW(SYS_write), ALLOW(SYS_clock_gettime), ALLOW(SYS_exit_group),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
#undef ALLOW
  struct sock_fprog filter = {sizeof rules / sizeof *rules, rules};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

static pid_t start_zygote_child(int input, int output) {
  pid_t child = (pid_t)syscall(SYS_clone, NAMESPACES | SIGCHLD, NULL, NULL, NULL, NULL);
  if (child == 0) {
    if (input == holders[0]) close(holders[1]);
    _exit(lock_in() == 0 && answer(size, room, input, output) ? 0 : 1);
  }
  return child;
}

/* Apart, as a child of vfork shares its parent's frame. */
static __attribute__((noinline)) pid_t start_program(char **arguments, int input, int output) {
  pid_t child = vfork();
  if (child == 0) {
    dup2(input, 0);
    dup2(output, 1);
    execv(arguments[0], arguments);
    _exit(127);
  }
  return child;
}

static pid_t start(int input, int output) {
  static unsigned count;
  char name[48], *arguments[ARGUMENTS_MAX + 1];
  if (program == NULL) return start_zygote_child(input, output);
  snprintf(name, sizeof name, "pappus-bench-%d-%u", getpid(), count++);
  int i = 0;
  for (; i < ARGUMENTS_MAX && program[i] != NULL; i++) {
    arguments[i] = strcmp(program[i], "@") == 0 ? name : program[i];
  }
  arguments[i] = NULL;
  return start_program(arguments, input, output);
}

/* FNV-1a of all that comes. */
static bool take_print(int from, struct answer *received) {
  unsigned char bytes[4096];
  ssize_t count;
  *received = (struct answer){.begun = nanos(CLOCK_MONOTONIC), .checksum = 0xcbf29ce484222325};
  while ((count = read(from, bytes, sizeof bytes)) > 0) {
    for (ssize_t i = 0; i < count; i++) {
      received->checksum = (received->checksum ^ bytes[i]) * 0x100000001b3;
    }
  }
  return count == 0;
}

static bool take_answer(int from, struct answer *received) {
  return prints ? take_print(from, received) : read(from, received, sizeof *received) == sizeof *received;
}

static void run(bool hold) {
  int answers[2], status = 0;
  struct answer received;
  if (held_count == HELD_MAX || pipe2(answers, O_CLOEXEC) != 0) exit(1);
  int64_t cpu = nanos(CLOCK_PROCESS_CPUTIME_ID) + children_nanos();
  int64_t begun = nanos(CLOCK_MONOTONIC), answered, ended = 0;
  if (prints) lseek(nowhere, 0, SEEK_SET);
  pid_t child = start(hold ? holders[0] : nowhere, answers[1]);
  if (child < 0) perror("launcher");
  close(answers[1]);
  /* Nothing comes, and the pipe ends, if the child ends first. */
  bool good = child > 0 && take_answer(answers[0], &received);
  answered = nanos(CLOCK_MONOTONIC) - begun;
  if (good && hold) {
    held[held_count++] = child;
    cpu = 0;
  } else if (child > 0) {
    good = waitpid(child, &status, 0) == child && good && status == 0;
    ended = nanos(CLOCK_MONOTONIC) - begun;
    cpu = nanos(CLOCK_PROCESS_CPUTIME_ID) + children_nanos() - cpu;
  }
  close(answers[0]);
  if (good) {
    int64_t own = received.begun - begun;
    if (own < 0 || own > answered) own = answered; /* by another clock: gVisor's begins with the sandbox */
    printf("%lld %lld %lld %lld %llu\n", (long long)own, (long long)answered,
           (long long)ended, (long long)cpu, (unsigned long long)received.checksum);
  } else {
    puts("failed");
  }
}

static void end_held(void) {
  close(holders[1]);
  for (int i = 0; i < held_count; i++) {
    waitpid(held[i], NULL, 0);
  }
  held_count = 0;
  close(holders[0]);
  if (pipe2(holders, O_CLOEXEC) != 0) exit(1);
  puts("ended");
}

int main(int count, char **arguments) {
  prints = count > 3 && strcmp(arguments[1], "input") == 0;
  nowhere = open(prints ? arguments[2] : "/dev/null", O_RDONLY | O_CLOEXEC);
  if (count < 3 || nowhere < 0 || pipe2(holders, O_CLOEXEC) != 0) return 1;
  if (strcmp(arguments[1], "zygote") == 0) {
    size = strtoul(arguments[2], NULL, 10);
    if (size > 4096) return 1;
    /* Never touched here, so that each child faults pages of its own in. */
    room = mmap(NULL, room_bytes(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) return 1;
  } else {
    program = arguments + (prints ? 3 : 2);
  }
  char command;
  while (read(0, &command, 1) == 1) {
    switch (command) {
      case 'r': run(false); break;
      case 'h': run(true); break;
      case 'e': end_held(); break;
      default: return 1;
    }
    fflush(stdout);
  }
  end_held();
  return 0;
}
