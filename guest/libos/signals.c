/* signals.c: signals, which only the program can send, and only to itself. They are delivered when a call
 * returns. A handler's frame holds no vector registers: there is no call whose caller keeps any of
 * them (System V ABI, x86-64, 3.2.1). */
#include <linux/time_types.h>

#include "calls.h"
#include "frame.h"

enum { SIGNALS = 64, SET_BYTES = 8, RED_ZONE = 128, ALTERNATE_LEAST = 2048, USER = 1000 };

#define BIT(signal) (1ul << ((signal) - 1))
#define NEVER_BLOCKED (BIT(SIGKILL) | BIT(SIGSTOP))

static struct sigaction actions[SIGNALS + 1];
static uint64_t blocked, pending;
/* What came with those that are pending: of several that are alike, with the first. */
static struct siginfo sent[SIGNALS + 1];
static struct sigaltstack alternate = {.ss_flags = SS_DISABLE};

static bool is_signal(int signal) {
  return signal >= 1 && signal <= SIGNALS;
}

static const char *name_of(int signal) {
  static const char names[][8] = {
      [SIGHUP] = "SIGHUP",   [SIGINT] = "SIGINT",   [SIGQUIT] = "SIGQUIT", [SIGILL] = "SIGILL",
      [SIGTRAP] = "SIGTRAP", [SIGABRT] = "SIGABRT", [SIGBUS] = "SIGBUS",   [SIGFPE] = "SIGFPE",
      [SIGKILL] = "SIGKILL", [SIGUSR1] = "SIGUSR1", [SIGSEGV] = "SIGSEGV", [SIGUSR2] = "SIGUSR2",
      [SIGPIPE] = "SIGPIPE", [SIGALRM] = "SIGALRM", [SIGTERM] = "SIGTERM"};
  bool named = (size_t)signal < sizeof names / sizeof *names && names[signal][0] != '\0';
  return named ? names[signal] : "a signal";
}

static bool is_ignored(int signal) {
  const uint64_t by_default = BIT(SIGCHLD) | BIT(SIGCONT) | BIT(SIGURG) | BIT(SIGWINCH);
  return actions[signal].sa_handler == SIG_IGN ||
         (actions[signal].sa_handler == SIG_DFL && (by_default & BIT(signal)) != 0);
}

static void raise_with(int signal, struct siginfo info) {
  bool is_wanted = !is_ignored(signal) || (blocked & BIT(signal)) != 0;
  if (is_wanted && (pending & BIT(signal)) == 0) {
    pending |= BIT(signal);
    sent[signal] = info;
    sent[signal].si_signo = signal;
  }
}

static struct siginfo from_program(int code) {
  return (struct siginfo){.si_code = code, .si_pid = LIBOS_PROCESS, .si_uid = USER};
}

void libos_raise(int signal) {
  raise_with(signal, from_program(SI_USER));
}

static _Noreturn void die(int signal) {
  libos_say("ended by signal %d (%s)\n", signal, name_of(signal));
  libos_exit(128 + signal);
}

/* ---- Delivery -------------------------------------------------------------------------------- */

/* The kernel's, where debuggers and unwinders look for it. */
struct signal_frame {
  uint64_t return_address;
  struct ucontext context;
  struct siginfo info;
};

static bool on_alternate(uint64_t address) {
  return address - (uint64_t)alternate.ss_sp <= alternate.ss_size &&
         (alternate.ss_flags & SS_DISABLE) == 0;
}

/* Lets the program go on in a handler, which returns to this mask. */
static void enter(int signal, const struct sigaction *action, uint64_t mask) {
  struct libos_frame *frame = &libos_frame;
  bool switches = (action->sa_flags & SA_ONSTACK) != 0 && (alternate.ss_flags & SS_DISABLE) == 0 &&
                  !on_alternate(frame->rsp);
  uint64_t top = switches ? (uint64_t)alternate.ss_sp + alternate.ss_size : frame->rsp - RED_ZONE;
  struct signal_frame *made = (void *)(((top - sizeof *made) & -16ul) - 8);
  if (!memory_writable(made, sizeof *made)) {
    die(SIGSEGV);
  }
  *made = (struct signal_frame){
      .return_address = (uint64_t)action->sa_restorer,
      .context = {.uc_stack = alternate, .uc_sigmask = mask},
      .info = sent[signal],
  };
  put_frame(frame, &made->context.uc_mcontext);
  blocked |= (action->sa_mask | ((action->sa_flags & SA_NODEFER) != 0 ? 0 : BIT(signal))) & ~NEVER_BLOCKED;
  frame->rip = (uint64_t)action->sa_handler;
  frame->rsp = (uint64_t)made;
  frame->rdi = (uint64_t)signal;
  frame->rsi = (uint64_t)&made->info;
  frame->rdx = (uint64_t)&made->context;
  frame->rax = 0;
}

/* Enters the handlers of all that are not blocked; the first of them, which ends last, returns to `mask`.
 * Whether there was one: signals that are ignored have none. */
static bool deliver(uint64_t mask) {
  bool entered = false;
  uint64_t ready;
  while ((ready = pending & ~blocked) != 0) {
    int signal = __builtin_ctzl(ready) + 1;
    pending &= ~BIT(signal);
    if (is_ignored(signal)) {
      continue;
    }
    struct sigaction action = actions[signal];
    if (action.sa_handler == SIG_DFL) {
      die(signal);
    }
    if ((action.sa_flags & SA_RESETHAND) != 0) {
      actions[signal].sa_handler = SIG_DFL;
    }
    enter(signal, &action, entered ? blocked : mask);
    entered = true;
  }
  return entered;
}

void libos_deliver(void) {
  deliver(blocked);
}

/* Does not return to where it was called from: its result is the register of what it returns to. */
long call_rt_sigreturn(void) {
  struct libos_frame *frame = &libos_frame;
  const struct signal_frame *made = (void *)(frame->rsp - sizeof(uint64_t));
  if (!memory_readable(made, sizeof *made)) {
    die(SIGSEGV);
  }
  blocked = made->context.uc_sigmask & ~NEVER_BLOCKED;
  *frame = frame_of(&made->context.uc_mcontext);
  return (long)frame->rax;
}

/* ---- Sending --------------------------------------------------------------------------------- */

static long send(int signal, struct siginfo info) {
  if (signal < 0 || signal > SIGNALS) {
    return -EINVAL;
  }
  if (signal > 0) {
    raise_with(signal, info);
  }
  return 0;
}

long call_kill(int process, int signal) {
  bool is_here = process == LIBOS_PROCESS || process == 0 || process == -LIBOS_PROCESS;
  return is_here ? send(signal, from_program(SI_USER)) : -ESRCH;
}

long call_tkill(int thread, int signal) {
  return thread <= 0                ? -EINVAL
         : thread == LIBOS_PROCESS ? send(signal, from_program(SI_TKILL))
                                   : -ESRCH;
}

long call_tgkill(int process, int thread, int signal) {
  return process <= 0 || thread <= 0 ? -EINVAL
         : process == LIBOS_PROCESS  ? call_tkill(thread, signal)
                                     : -ESRCH;
}

long call_rt_sigqueueinfo(int process, int signal, const struct siginfo *info) {
  if (!memory_readable(info, sizeof *info)) {
    return -EFAULT;
  }
  if (process != LIBOS_PROCESS) {
    /* Nobody tells others that the kernel has sent it, or kill. */
    return info->si_code >= 0 || info->si_code == SI_TKILL ? -EPERM : -ESRCH;
  }
  return send(signal, *info);
}

/* ---- What shall happen ----------------------------------------------------------------------- */

long call_rt_sigaction(int signal, const struct sigaction *wanted, struct sigaction *before,
                       size_t set_size) {
  if (set_size != SET_BYTES || !is_signal(signal) ||
      (wanted != NULL && (signal == SIGKILL || signal == SIGSTOP))) {
    return -EINVAL;
  }
  if ((wanted != NULL && !memory_readable(wanted, sizeof *wanted)) ||
      (before != NULL && !memory_writable(before, sizeof *before))) {
    return -EFAULT;
  }
  struct sigaction old = actions[signal];
  if (wanted != NULL) {
    actions[signal] = *wanted;
    actions[signal].sa_mask &= ~NEVER_BLOCKED;
    if (is_ignored(signal)) {
      pending &= ~BIT(signal);
    }
  }
  if (before != NULL) {
    *before = old;
  }
  return 0;
}

long call_rt_sigprocmask(int how, const uint64_t *set, uint64_t *before, size_t set_size) {
  if (set_size != SET_BYTES) {
    return -EINVAL;
  }
  if ((set != NULL && !memory_readable(set, SET_BYTES)) ||
      (before != NULL && !memory_writable(before, SET_BYTES))) {
    return -EFAULT;
  }
  uint64_t old = blocked;
  if (set != NULL) {
    uint64_t bits = *set & ~NEVER_BLOCKED;
    switch (how) {
      case SIG_BLOCK:
        blocked |= bits;
        break;
      case SIG_UNBLOCK:
        blocked &= ~bits;
        break;
      case SIG_SETMASK:
        blocked = bits;
        break;
      default:
        return -EINVAL;
    }
  }
  if (before != NULL) {
    *before = old;
  }
  return 0;
}

long call_rt_sigpending(uint64_t *to, size_t set_size) {
  if (set_size > SET_BYTES) {
    return -EINVAL;
  }
  uint64_t waiting = pending & blocked;
  if (!memory_writable(to, set_size)) {
    return -EFAULT;
  }
  memcpy(to, &waiting, set_size);
  return 0;
}

long call_sigaltstack(const struct sigaltstack *wanted, struct sigaltstack *before) {
  if ((wanted != NULL && !memory_readable(wanted, sizeof *wanted)) ||
      (before != NULL && !memory_writable(before, sizeof *before))) {
    return -EFAULT;
  }
  bool in_use = on_alternate(libos_frame.rsp);
  struct sigaltstack old = alternate, fresh = wanted != NULL ? *wanted : old;
  old.ss_flags |= in_use ? SS_ONSTACK : 0;
  if (wanted != NULL) {
    if (in_use) {
      return -EPERM;
    }
    int flags = fresh.ss_flags & ~(1 << 31 /* SS_AUTODISARM */);
    if (flags != SS_DISABLE && flags != SS_ONSTACK && flags != 0) {
      return -EINVAL;
    }
    if (flags != SS_DISABLE && fresh.ss_size < ALTERNATE_LEAST) {
      return -ENOMEM;
    }
    alternate = (struct sigaltstack){.ss_sp = flags == SS_DISABLE ? NULL : fresh.ss_sp,
                          .ss_flags = flags == SS_DISABLE ? SS_DISABLE : 0,
                          .ss_size = flags == SS_DISABLE ? 0 : fresh.ss_size};
  }
  if (before != NULL) {
    *before = old;
  }
  return 0;
}

/* ---- Waiting for them ------------------------------------------------------------------------ */

bool signals_let_in(uint64_t mask) {
  uint64_t before = blocked;
  blocked = mask & ~NEVER_BLOCKED;
  libos_frame.rax = (uint64_t)-EINTR;
  bool entered = deliver(before);
  if (!entered) {
    blocked = before;
  }
  return entered;
}

long call_rt_sigsuspend(const uint64_t *set, size_t set_size) {
  if (set_size != SET_BYTES) {
    return -EINVAL;
  }
  if (!memory_readable(set, SET_BYTES)) {
    return -EFAULT;
  }
  return signals_let_in(*set) ? (long)libos_frame.rax : libos_stuck("sigsuspend");
}

long call_rt_sigtimedwait(const uint64_t *set, struct siginfo *info,
                          const struct __kernel_timespec *timeout, size_t set_size) {
  if (set_size != SET_BYTES) {
    return -EINVAL;
  }
  if (!memory_readable(set, SET_BYTES) || (info != NULL && !memory_writable(info, sizeof *info))) {
    return -EFAULT;
  }
  long error = timeout == NULL ? 0 : clock_check(timeout);
  if (error != 0) {
    return error;
  }
  uint64_t ready = pending & *set;
  if (ready == 0) {
    if (timeout == NULL) {
      return libos_stuck("sigwait");
    }
    clock_pass(timeout);
    return -EAGAIN;
  }
  int signal = __builtin_ctzl(ready) + 1;
  pending &= ~BIT(signal);
  if (info != NULL) {
    *info = sent[signal];
  }
  return signal;
}
