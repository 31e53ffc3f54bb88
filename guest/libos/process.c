/* process.c: the one process that there is: who it is, what it may have, how it ends. */
#include <asm/prctl.h>
#include <linux/prctl.h>
#include <linux/random.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/sysinfo.h>
#include <linux/utsname.h>

#include "../files/files.h"
#include "calls.h"
#include "opened.h"

enum { OWNER = 1000, LIMITS = RLIM_NLIMITS, NAME_BYTES = 16 };

/* ---- Its thread ------------------------------------------------------------------------------ */

uint64_t libos_kernel;

long libos_arch_prctl(int what, uint64_t address);

/* A kernel keeps the bases over its own switches. Of the instructions it knows nothing unless it has
 * enabled them, which is not so everywhere (AT_HWCAP2, which programs are not given for the same reason). */
void thread_set(int what, uint64_t base) {
  if (libos_kernel != 0) {
    libos_arch_prctl(what, base);
  } else if (what == ARCH_SET_FS) {
    __asm__ volatile("wrfsbase %0" ::"r"(base));
  } else {
    __asm__ volatile("wrgsbase %0" ::"r"(base));
  }
}

uint64_t thread_get(int what) {
  uint64_t base = 0;
  if (libos_kernel != 0) {
    libos_arch_prctl(what, (uint64_t)&base);
  } else if (what == ARCH_GET_FS) {
    __asm__ volatile("rdfsbase %0" : "=r"(base));
  } else {
    __asm__ volatile("rdgsbase %0" : "=r"(base));
  }
  return base;
}

long call_arch_prctl(int what, uint64_t address) {
  switch (what) {
    case ARCH_SET_FS:
    case ARCH_SET_GS:
      if (address >> 47 != 0) {
        return -EPERM;
      }
      thread_set(what, address);
      return 0;
    case ARCH_GET_FS:
    case ARCH_GET_GS:
      if (!memory_writable((void *)address, sizeof(uint64_t))) {
        return -EFAULT;
      }
      *(uint64_t *)address = thread_get(what);
      return 0;
    default:
      return -EINVAL;
  }
}

long call_prctl(int what, uint64_t argument) {
  static char name[NAME_BYTES] = "function";
  switch (what) {
    case PR_SET_NAME: {
      long size = memory_length((const char *)argument);
      if (size < 0) {
        return -EFAULT;
      }
      size = size < NAME_BYTES ? size : NAME_BYTES - 1;
      memset(name, 0, sizeof name);
      memcpy(name, (const char *)argument, (size_t)size);
      return 0;
    }
    case PR_GET_NAME:
      if (!memory_writable((void *)argument, sizeof name)) {
        return -EFAULT;
      }
      memcpy((void *)argument, name, sizeof name);
      return 0;
    case PR_GET_DUMPABLE:
      return 1;
    case PR_SET_DUMPABLE:
    case PR_SET_PDEATHSIG:
    case PR_SET_NO_NEW_PRIVS:
    case PR_SET_TIMERSLACK:
      return 0;
    default:
      return -EINVAL;
  }
}

/* ---- Numbers --------------------------------------------------------------------------------- */

long call_number_of_process(void) {
  return LIBOS_PROCESS;
}

long call_number_of_owner(void) {
  return OWNER;
}

/* Answers 0: no parent, and what has no effect. */
long call_nothing(void) {
  return 0;
}

/* Quiet about what is only tried. */
long call_absent(void) {
  return -ENOSYS;
}

long call_of_process(int process) {
  return process == 0 || process == LIBOS_PROCESS ? LIBOS_PROCESS : -ESRCH;
}

static bool is_own(int number) {
  return number == OWNER || number == -1;
}

long call_set_owners(int a) {
  return is_own(a) ? 0 : -EPERM;
}

long call_set_two_owners(int a, int b) {
  return is_own(a) && is_own(b) ? 0 : -EPERM;
}

long call_set_three_owners(int a, int b, int c) {
  return is_own(a) && is_own(b) && is_own(c) ? 0 : -EPERM;
}

long call_three_owners(uint32_t *a, uint32_t *b, uint32_t *c) {
  if (!memory_writable(a, sizeof *a) || !memory_writable(b, sizeof *b) ||
      !memory_writable(c, sizeof *c)) {
    return -EFAULT;
  }
  *a = *b = *c = OWNER;
  return 0;
}

long call_not_permitted(void) {
  return -EPERM;
}

long call_wait(void) {
  return -ECHILD;
}

/* ---- What it may have ------------------------------------------------------------------------ */

static struct rlimit64 limits[LIMITS];

static void begin_limits(void) {
  static bool begun;
  if (begun) {
    return;
  }
  begun = true;
  for (int i = 0; i < LIMITS; i++) {
    limits[i] = (struct rlimit64){RLIM64_INFINITY, RLIM64_INFINITY};
  }
  limits[RLIMIT_STACK].rlim_cur = memory_stack_end - __pappus_start.stack_bottom;
  limits[RLIMIT_NOFILE] = (struct rlimit64){1024, 1024};
  limits[RLIMIT_CORE] = limits[RLIMIT_NPROC] = (struct rlimit64){0, 0};
}

/* They are recorded: what bounds a function is its context. */
long call_prlimit64(int process, unsigned which, const struct rlimit64 *wanted,
                    struct rlimit64 *before) {
  if (process != 0 && process != LIBOS_PROCESS) {
    return -ESRCH;
  }
  if (which >= LIMITS) {
    return -EINVAL;
  }
  if ((wanted != NULL && !memory_readable(wanted, sizeof *wanted)) ||
      (before != NULL && !memory_writable(before, sizeof *before))) {
    return -EFAULT;
  }
  begin_limits();
  struct rlimit64 old = limits[which];
  if (wanted != NULL) {
    if (wanted->rlim_cur > wanted->rlim_max) {
      return -EINVAL;
    }
    if (wanted->rlim_max > old.rlim_max) {
      return -EPERM;
    }
    limits[which] = *wanted;
    if (which == RLIMIT_NOFILE) {
      descriptors_limit = (int)wanted->rlim_cur;
    }
  }
  if (before != NULL) {
    *before = old;
  }
  return 0;
}

long call_getrlimit(unsigned which, struct rlimit64 *to) {
  return to == NULL ? -EFAULT : call_prlimit64(0, which, NULL, to);
}

long call_setrlimit(unsigned which, const struct rlimit64 *wanted) {
  return wanted == NULL ? -EFAULT : call_prlimit64(0, which, wanted, NULL);
}

long call_sched_getaffinity(int process, unsigned size, uint64_t *to) {
  if (process != 0 && process != LIBOS_PROCESS) {
    return -ESRCH;
  }
  if (size < sizeof *to || size % sizeof *to != 0) {
    return -EINVAL;
  }
  if (!memory_writable(to, sizeof *to)) {
    return -EFAULT;
  }
  *to = 1;
  return sizeof *to;
}

static long priority_of(int policy, bool highest) {
  switch (policy) {
    case SCHED_FIFO:
    case SCHED_RR:
      return highest ? 99 : 1;
    case SCHED_NORMAL:
    case SCHED_BATCH:
    case SCHED_IDLE:
      return 0;
    default:
      return -EINVAL;
  }
}

long call_sched_get_priority_max(int policy) {
  return priority_of(policy, true);
}

long call_sched_get_priority_min(int policy) {
  return priority_of(policy, false);
}

/* As the kernel tells it: 20 less the niceness. */
long call_getpriority(void) {
  return 20;
}

long call_getcpu(unsigned *processor, unsigned *node) {
  if ((processor != NULL && !memory_writable(processor, sizeof *processor)) ||
      (node != NULL && !memory_writable(node, sizeof *node))) {
    return -EFAULT;
  }
  if (processor != NULL) {
    *processor = 0;
  }
  if (node != NULL) {
    *node = 0;
  }
  return 0;
}

/* ---- What it runs on ------------------------------------------------------------------------- */

long call_uname(struct new_utsname *to) {
  if (!memory_writable(to, sizeof *to)) {
    return -EFAULT;
  }
  *to = (struct new_utsname){.sysname = "Linux", .nodename = "function", .release = "6.1.0-pappus",
                             .version = "#1 Pappus", .machine = "x86_64", .domainname = "(none)"};
  return 0;
}

long call_sysinfo(struct sysinfo *to) {
  if (!memory_writable(to, sizeof *to)) {
    return -EFAULT;
  }
  uint64_t memory = __pappus_start.stack_bottom - __pappus_start.image_end;
  *to = (struct sysinfo){.totalram = memory, .freeram = memory, .procs = 1, .mem_unit = 1,
                         .uptime = (long)(file_elapsed_nanos / 1000000000u)};
  return 0;
}

long call_getrandom(void *to, size_t size, unsigned flags) {
  if ((flags & ~(unsigned)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) != 0) {
    return -EINVAL;
  }
  if (!memory_writable(to, size)) {
    return -EFAULT;
  }
  file_random(to, size);
  return (long)size;
}

/* ---- The end --------------------------------------------------------------------------------- */

static const char *first_unsupported, *why_unsupported;

long libos_unsupported(const char *call, int error) {
  return libos_lacks(call, NULL, error);
}

long libos_lacks(const char *call, const char *what, int error) {
  if (first_unsupported == NULL) {
    first_unsupported = call;
    why_unsupported = what;
  }
  return -error;
}

void libos_exit(int status) {
  if (status == 0) {
    file_put_outputs();
    pappus_exit(0);
  }
  file_log_output();
  if (first_unsupported != NULL && why_unsupported != NULL) {
    libos_say("the program called %s (%s), which functions do not have\n", first_unsupported,
              why_unsupported);
  } else if (first_unsupported != NULL) {
    libos_say("the program called %s, which functions do not have\n", first_unsupported);
  }
  pappus_leave(status);
}

long call_exit(int status) {
  libos_exit(status & 0xFF);
}
