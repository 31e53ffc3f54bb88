/* clocks.c: clocks go forward, and waiting takes as long as it says. */
#include "check.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>


static long long now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static void looking(void) {
  const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID,
                              CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
                              CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME};
  for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
    struct timespec time;
    SHOW(clock_gettime(clocks[i], &time));
    SAYS(time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < 1000000000);
    long long before = now(clocks[i]);
    SAYS(now(clocks[i]) >= before);
    SHOW(clock_getres(clocks[i], &time));
  }
  struct timespec some;
  SHOW(syscall(SYS_clock_gettime, 77, &some));
  SHOW(syscall(SYS_clock_getres, 77, &some));
  SHOW(syscall(SYS_clock_getres, CLOCK_MONOTONIC, NULL));
  SHOW(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, (struct timespec *)8));
  struct timeval micros;
  SHOW(gettimeofday(&micros, NULL));
  SAYS(micros.tv_sec > 1500000000 && micros.tv_usec < 1000000);
  SAYS(time(NULL) > 1500000000);
  struct tms used;
  SAYS(times(&used) >= 0);
  struct rusage usage;
  SHOW(getrusage(RUSAGE_SELF, &usage));
  SHOW(getrusage(77, &usage));
}

static void waiting(void) {
  struct timespec wait = {0, 3000000}, left = {7, 7};
  long long before = now(CLOCK_MONOTONIC);
  SHOW(nanosleep(&wait, &left));
  SAYS(now(CLOCK_MONOTONIC) - before >= 3000000);
  wait.tv_nsec = 1000000000;
  SHOW(nanosleep(&wait, NULL));
  wait = (struct timespec){-1, 0};
  SHOW(nanosleep(&wait, NULL));
  SHOW(syscall(SYS_nanosleep, (struct timespec *)8, NULL));
  wait = (struct timespec){0, 2000000};
  before = now(CLOCK_MONOTONIC);
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, NULL));
  SAYS(now(CLOCK_MONOTONIC) - before >= 2000000);
  before = now(CLOCK_MONOTONIC) + 2000000;
  wait = (struct timespec){before / 1000000000, before % 1000000000};
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wait, NULL));
  SAYS(now(CLOCK_MONOTONIC) >= before);
  wait = (struct timespec){0, 1};
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wait, NULL));
  SHOW(usleep(1000));
}

int main(int count, char **words) {
  begin(count, words);
  looking();
  waiting();
  return 0;
}
