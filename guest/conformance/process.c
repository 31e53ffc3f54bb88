/* process.c: who the process is and what it may have. */
#include "check.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>


static void numbers(void) {
  SAYS(getpid() == syscall(SYS_gettid));
  SAYS(getpid() > 0 && getpgid(0) == getpgrp());
  SAYS(getuid() == geteuid() && getgid() == getegid());
  uid_t real, effective, saved;
  SHOW(getresuid(&real, &effective, &saved));
  SAYS(real == getuid() && effective == real && saved == real);
  SHOW(setuid(getuid()));
  SHOW(setgid(getgid()));
  SHOW(setreuid(-1, -1));
  SHOW(setresuid(-1, getuid(), -1));
  SAYS(getgroups(0, NULL) >= 0);
  SHOW(wait(NULL));
  SHOW(waitpid(-1, NULL, WNOHANG));
  SHOW(getpgid(getpid()) == getpgrp());
}

static void system_names(void) {
  struct utsname name;
  struct sysinfo info;
  SHOW(uname(&name));
  printf("%s %s\n", name.sysname, name.machine);
  SHOW(syscall(SYS_uname, 8));
  SHOW(sysinfo(&info));
  SAYS(info.totalram > 0 && info.mem_unit > 0);
  SHOW(sysconf(_SC_PAGESIZE));
  SHOW(sysconf(_SC_CLK_TCK));
}

static void limits(void) {
  struct rlimit limit, smaller;
  SHOW(getrlimit(RLIMIT_STACK, &limit));
  SAYS(limit.rlim_cur >= 65536);
  SHOW(getrlimit(RLIMIT_NOFILE, &limit));
  SAYS(limit.rlim_cur >= 64 && limit.rlim_cur <= limit.rlim_max);
  smaller = (struct rlimit){limit.rlim_max - 1, limit.rlim_max - 1};
  SHOW(setrlimit(RLIMIT_NOFILE, &smaller));
  SHOW(getrlimit(RLIMIT_NOFILE, &limit));
  SAYS(limit.rlim_max == smaller.rlim_max);
  limit.rlim_cur = limit.rlim_max + 1;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  SHOW(getrlimit(77, &limit));
  SHOW(syscall(SYS_prlimit64, 0, RLIMIT_AS, NULL, NULL));
  SHOW(syscall(SYS_getrlimit, RLIMIT_AS, 8));
}

static void scheduling(void) {
  cpu_set_t set;
  SHOW(sched_yield());
  SHOW(sched_getscheduler(0));
  SHOW(sched_getaffinity(0, sizeof set, &set));
  SAYS(CPU_COUNT(&set) >= 1);
  SHOW(syscall(SYS_sched_getaffinity, 0, 3, &set));
  SHOW(sched_get_priority_max(SCHED_FIFO));
  SHOW(sched_get_priority_min(SCHED_FIFO));
  SHOW(sched_get_priority_max(SCHED_OTHER));
  SHOW(sched_get_priority_max(77));
  errno = 0;
  SHOW(getpriority(PRIO_PROCESS, 0));
  char name[16] = "";
  SHOW(prctl(PR_SET_NAME, "a long name of a thread"));
  SHOW(prctl(PR_GET_NAME, name));
  printf("%s\n", name);
  SHOW(prctl(77777));
}

static void random_bytes(void) {
  unsigned char a[64] = {0}, b[64] = {0};
  SHOW(getrandom(a, sizeof a, 0));
  SHOW(getrandom(b, sizeof b, GRND_NONBLOCK));
  SAYS(memcmp(a, b, sizeof a) != 0);
  SHOW(getrandom(a, 10, 77));
  SHOW(getrandom((void *)8, 10, 0));
  SHOW(getrandom(a, 0, 0));
}

/* linux/futex.h, which not every C library finds. */
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_WAIT_PRIVATE = 128 };

static void one_thread(void) {
  uint32_t word = 5;
  struct timespec wait = {0, 1000};
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 4, NULL));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 5, &wait));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAKE, 1));
  SHOW(syscall(SYS_futex, (char *)&word + 1, FUTEX_WAIT, 5, &wait));
  SHOW(syscall(SYS_futex, 8, FUTEX_WAIT, 5, &wait));
  wait.tv_nsec = -1;
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 5, &wait));
  SHOW(syscall(4000));
}

int main(int count, char **words) {
  begin(count, words);
  numbers();
  system_names();
  limits();
  scheduling();
  random_bytes();
  one_thread();
  return 0;
}
