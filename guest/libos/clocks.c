/* clocks.c: time, which is a counter: each look at a clock takes a microsecond, waiting takes as long as
 * it says, and nothing else takes any. */
#include <linux/resource.h>
#include <linux/time.h>
#include <linux/time_types.h>
#include <linux/times.h>

#include "../files/files.h"
#include "calls.h"

enum { CLOCKS = 12, TICKS_PER_SECOND = 100 };
#define SECOND 1000000000ul

static bool is_real(int clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_REALTIME_ALARM ||
         clock == CLOCK_TAI;
}

/* There are no others, but those of processes and threads, which have negative numbers. */
static bool is_clock(int clock) {
  return clock < CLOCKS && clock != 10;
}

static uint64_t clock_nanos(int clock) {
  return is_real(clock) ? file_now() : file_elapsed_nanos;
}

static struct __kernel_timespec timespec_of(uint64_t nanos) {
  return (struct __kernel_timespec){(int64_t)(nanos / SECOND), (int64_t)(nanos % SECOND)};
}

long call_clock_gettime(int clock, struct __kernel_timespec *to) {
  if (!is_clock(clock)) {
    return -EINVAL;
  }
  if (!memory_writable(to, sizeof *to)) {
    return -EFAULT;
  }
  file_elapsed_nanos += FILE_TICK_NANOS;
  *to = timespec_of(clock_nanos(clock));
  return 0;
}

long call_clock_getres(int clock, struct __kernel_timespec *to) {
  if (!is_clock(clock)) {
    return -EINVAL;
  }
  if (to != NULL) {
    if (!memory_writable(to, sizeof *to)) {
      return -EFAULT;
    }
    *to = (struct __kernel_timespec){0, 1};
  }
  return 0;
}

long call_gettimeofday(struct __kernel_old_timeval *to, uint64_t zone[1]) {
  if ((to != NULL && !memory_writable(to, sizeof *to)) ||
      (zone != NULL && !memory_writable(zone, sizeof *zone))) {
    return -EFAULT;
  }
  file_elapsed_nanos += FILE_TICK_NANOS;
  if (to != NULL) {
    *to = (struct __kernel_old_timeval){(long)(file_now() / SECOND), (long)(file_now() % SECOND / 1000)};
  }
  if (zone != NULL) {
    *zone = 0;
  }
  return 0;
}

long call_time(int64_t *to) {
  if (to != NULL && !memory_writable(to, sizeof *to)) {
    return -EFAULT;
  }
  file_elapsed_nanos += FILE_TICK_NANOS;
  int64_t seconds = (int64_t)(file_now() / SECOND);
  if (to != NULL) {
    *to = seconds;
  }
  return seconds;
}

/* ---- Time that was used ---------------------------------------------------------------------- */

long call_times(struct tms *to) {
  long ticks = (long)(file_elapsed_nanos / (SECOND / TICKS_PER_SECOND));
  if (to != NULL) {
    if (!memory_writable(to, sizeof *to)) {
      return -EFAULT;
    }
    *to = (struct tms){.tms_utime = ticks};
  }
  return ticks;
}

long call_getrusage(int who, struct rusage *to) {
  if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD) {
    return -EINVAL;
  }
  if (!memory_writable(to, sizeof *to)) {
    return -EFAULT;
  }
  *to = (struct rusage){0};
  if (who != RUSAGE_CHILDREN) {
    to->ru_utime.tv_sec = (long)(file_elapsed_nanos / SECOND);
    to->ru_utime.tv_usec = (long)(file_elapsed_nanos % SECOND / 1000);
  }
  return 0;
}

/* Timers are set, but no time passes for them: none ever fires, or runs. */
long call_getitimer(int which, struct __kernel_old_itimerval *to) {
  if (which < ITIMER_REAL || which > ITIMER_PROF) {
    return -EINVAL;
  }
  if (!memory_writable(to, sizeof *to)) {
    return -EFAULT;
  }
  *to = (struct __kernel_old_itimerval){0};
  return 0;
}

long call_setitimer(int which, const struct __kernel_old_itimerval *wanted,
                    struct __kernel_old_itimerval *before) {
  if (which < ITIMER_REAL || which > ITIMER_PROF) {
    return -EINVAL;
  }
  if (wanted != NULL && !memory_readable(wanted, sizeof *wanted)) {
    return -EFAULT;
  }
  return before != NULL ? call_getitimer(which, before) : 0;
}

/* ---- Waiting --------------------------------------------------------------------------------- */

long clock_check(const struct __kernel_timespec *time) {
  if (!memory_readable(time, sizeof *time)) {
    return -EFAULT;
  }
  return time->tv_nsec < 0 || time->tv_nsec >= (long)SECOND || time->tv_sec < 0 ? -EINVAL : 0;
}

void clock_pass(const struct __kernel_timespec *time) {
  uint64_t seconds = (uint64_t)time->tv_sec, most = (INT64_MAX - FILE_EPOCH_NANOS) / SECOND / 2;
  file_elapsed_nanos += (seconds < most ? seconds : most) * SECOND + (uint64_t)time->tv_nsec;
}

void clock_pass_until(int clock, const struct __kernel_timespec *time) {
  struct __kernel_timespec now = timespec_of(clock_nanos(clock));
  struct __kernel_timespec distance = {time->tv_sec - now.tv_sec, time->tv_nsec - now.tv_nsec};
  if (distance.tv_nsec < 0) {
    distance.tv_sec--;
    distance.tv_nsec += SECOND;
  }
  if (distance.tv_sec >= 0) {
    clock_pass(&distance);
  }
}

long call_nanosleep(const struct __kernel_timespec *wanted, struct __kernel_timespec *left) {
  (void)left;
  long error = clock_check(wanted);
  if (error == 0) {
    clock_pass(wanted);
  }
  return error;
}

long call_clock_nanosleep(int clock, int flags, const struct __kernel_timespec *wanted,
                          struct __kernel_timespec *left) {
  if (!is_clock(clock) || clock == CLOCK_THREAD_CPUTIME_ID) {
    return -EINVAL;
  }
  if ((flags & TIMER_ABSTIME) == 0) {
    return call_nanosleep(wanted, left);
  }
  long error = clock_check(wanted);
  if (error == 0) {
    clock_pass_until(clock, wanted);
  }
  return error;
}
