/* waiting.c: calls that wait for something to happen. Nothing happens while the program waits: what is not
 * there at once never comes, and a wait without an end is the end of the program. */
#include <asm/poll.h>
#include <linux/futex.h>
#include <linux/time.h>
#include <linux/time_types.h>

#include "opened.h"

enum { DESCRIPTORS = 1024, WORD_BITS = 64 };

long libos_stuck(const char *what) {
  libos_say("deadlock: the program waits for ever (%s), and there is nobody who could end that\n", what);
  libos_exit(LIBOS_STATUS_STUCK);
}

/* What is possible at once. */
static short events_of(struct opened *opened) {
  if (opened->kind == OPEN_PIPE) {
    const struct pipe *pipe = opened->pipe;
    if (may_read(opened)) {
      return (short)((pipe_bytes(pipe) > 0 ? POLLIN | POLLRDNORM : 0) |
                     (pipe->writers == 0 ? POLLHUP : 0));
    }
    return (short)((PIPE_BYTES - pipe_bytes(pipe) >= PAGE ? POLLOUT | POLLWRNORM : 0) |
                   (pipe->readers == 0 ? POLLERR : 0));
  }
  bool reads = may_read(opened), writes = may_write(opened);
  if (opened->kind == OPEN_STDIN) {
    snapshot_touch();
    return POLLIN | POLLRDNORM;
  }
  return (short)((reads ? POLLIN | POLLRDNORM : 0) | (writes ? POLLOUT | POLLWRNORM : 0));
}

/* What ends a wait of poll or select besides. */
struct wait {
  const struct __kernel_timespec *timeout; /* null: nothing */
  bool has_mask;
  uint64_t mask; /* of the signals that are blocked meanwhile */
};

/* Takes what the program has passed; 0 or -error. */
static long begin_wait(struct wait *wait, const struct __kernel_timespec *timeout,
                       const uint64_t *mask, size_t mask_size) {
  *wait = (struct wait){.timeout = timeout, .has_mask = mask != NULL};
  long error = timeout == NULL ? 0 : clock_check(timeout);
  if (error != 0 || mask == NULL) {
    return error;
  }
  if (mask_size != sizeof *mask) {
    return -EINVAL;
  }
  if (!memory_readable(mask, sizeof *mask)) {
    return -EFAULT;
  }
  wait->mask = *mask;
  return 0;
}

/* Where nothing is ready: the timeout passes; without one this is for ever. */
static long time_out(const struct wait *wait, const char *call) {
  if (wait->timeout == NULL) {
    return libos_stuck(call);
  }
  clock_pass(wait->timeout);
  return 0;
}

static bool is_interrupted(const struct wait *wait) {
  return wait->has_mask && signals_let_in(wait->mask);
}

static long poll(struct pollfd *wanted, unsigned count, const struct wait *wait) {
  if (count > DESCRIPTORS) {
    return -EINVAL;
  }
  if (!memory_writable(wanted, count * sizeof *wanted)) {
    return -EFAULT;
  }
  long ready = 0;
  for (unsigned i = 0; i < count; i++) {
    struct opened *opened = opened_at(wanted[i].fd);
    short events = 0;
    if (wanted[i].fd >= 0) {
      events = opened == NULL
                   ? POLLNVAL
                   : events_of(opened) & (wanted[i].events | POLLERR | POLLHUP | POLLNVAL);
    }
    wanted[i].revents = events;
    ready += events != 0;
  }
  if (ready == 0 && is_interrupted(wait)) {
    return (long)libos_frame.rax;
  }
  return ready > 0 ? ready : time_out(wait, "poll");
}

long call_poll(struct pollfd *wanted, unsigned count, int timeout_millis) {
  struct __kernel_timespec timeout = {timeout_millis / 1000, timeout_millis % 1000 * 1000000l};
  return poll(wanted, count, &(struct wait){.timeout = timeout_millis < 0 ? NULL : &timeout});
}

long call_ppoll(struct pollfd *wanted, unsigned count, const struct __kernel_timespec *timeout,
                const uint64_t *mask, size_t mask_size) {
  struct wait wait;
  long error = begin_wait(&wait, timeout, mask, mask_size);
  return error != 0 ? error : poll(wanted, count, &wait);
}

/* ---- select ---------------------------------------------------------------------------------- */

static bool is_set(const __kernel_fd_set *set, int number) {
  return set != NULL && (set->fds_bits[number / WORD_BITS] >> number % WORD_BITS & 1) != 0;
}

/* Keeps a bit that was set if it is ready. */
static long keep(const __kernel_fd_set *set, __kernel_fd_set *kept, int number, bool ready) {
  bool is_kept = ready && is_set(set, number);
  kept->fds_bits[number / WORD_BITS] |= (unsigned long)is_kept << number % WORD_BITS;
  return is_kept;
}

static long select(int count, __kernel_fd_set *sets[3], const struct wait *wait) {
  if (count < 0) {
    return -EINVAL;
  }
  count = count < DESCRIPTORS ? count : DESCRIPTORS;
  size_t size = ((size_t)count + WORD_BITS - 1) / WORD_BITS * sizeof(long);
  for (int i = 0; i < 3; i++) {
    if (sets[i] != NULL && !memory_writable(sets[i], size)) {
      return -EFAULT;
    }
  }
  for (int number = 0; number < count; number++) {
    bool wanted = is_set(sets[0], number) || is_set(sets[1], number) || is_set(sets[2], number);
    if (wanted && opened_at(number) == NULL) {
      return -EBADF;
    }
    if (wanted && opened_at(number)->kind == OPEN_STDIN) {
      snapshot_touch();
    }
  }
  __kernel_fd_set kept[3] = {0};
  long ready = 0;
  for (int number = 0; number < count; number++) {
    if (!is_set(sets[0], number) && !is_set(sets[1], number) && !is_set(sets[2], number)) {
      continue;
    }
    short events = events_of(opened_at(number));
    ready += keep(sets[0], &kept[0], number, (events & (POLLIN | POLLHUP | POLLERR)) != 0);
    ready += keep(sets[1], &kept[1], number, (events & (POLLOUT | POLLERR)) != 0);
  }
  if (ready == 0 && is_interrupted(wait)) {
    return (long)libos_frame.rax;
  }
  for (int i = 0; i < 3; i++) {
    if (sets[i] != NULL) {
      memcpy(sets[i], &kept[i], size);
    }
  }
  return ready > 0 ? ready : time_out(wait, "select");
}

long call_pselect6(int count, __kernel_fd_set *read, __kernel_fd_set *write, __kernel_fd_set *except,
                   const struct __kernel_timespec *timeout, const struct mask_word *mask) {
  if (mask != NULL && !memory_readable(mask, sizeof *mask)) {
    return -EFAULT;
  }
  struct wait wait;
  long error = begin_wait(&wait, timeout, mask == NULL ? NULL : mask->set, mask == NULL ? 0 : mask->size);
  return error != 0 ? error : select(count, (__kernel_fd_set *[]){read, write, except}, &wait);
}

long call_select(int count, __kernel_fd_set *read, __kernel_fd_set *write, __kernel_fd_set *except,
                 struct __kernel_old_timeval *timeout) {
  if (timeout == NULL) {
    return select(count, (__kernel_fd_set *[]){read, write, except}, &(struct wait){0});
  }
  if (!memory_writable(timeout, sizeof *timeout)) {
    return -EFAULT;
  }
  if (timeout->tv_sec < 0 || timeout->tv_usec < 0) {
    return -EINVAL;
  }
  struct __kernel_timespec converted = {timeout->tv_sec + timeout->tv_usec / 1000000,
                                        timeout->tv_usec % 1000000 * 1000};
  long ready = select(count, (__kernel_fd_set *[]){read, write, except},
                      &(struct wait){.timeout = &converted});
  if (ready == 0) {
    *timeout = (struct __kernel_old_timeval){0, 0};
  }
  return ready;
}

/* ---- futex ----------------------------------------------------------------------------------- */

long call_futex(const uint32_t *word, int operation, uint32_t value,
                const struct __kernel_timespec *timeout) {
  if (((uint64_t)word & 3) != 0) {
    return -EINVAL;
  }
  switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET: {
      if (!memory_readable(word, sizeof *word)) {
        return -EFAULT;
      }
      long error = timeout == NULL ? 0 : clock_check(timeout);
      if (error != 0) {
        return error;
      }
      if (*word != value) {
        return -EAGAIN;
      }
      if (timeout == NULL) {
        return libos_stuck("futex");
      }
      if ((operation & FUTEX_CMD_MASK) == FUTEX_WAIT) {
        clock_pass(timeout);
      } else {
        clock_pass_until(operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, timeout);
      }
      return -ETIMEDOUT;
    }
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
    case FUTEX_REQUEUE:
    case FUTEX_WAKE_OP:
      return memory_readable(word, sizeof *word) ? 0 : -EFAULT;
    default:
      return libos_unsupported("futex with priorities", ENOSYS);
  }
}

long call_pause(void) {
  return libos_stuck("for a signal");
}
