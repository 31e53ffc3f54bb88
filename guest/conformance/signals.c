/* signals.c: signals that a process sends to itself. */
#include "check.h"

#include <setjmp.h>
#include <signal.h>
#include <time.h>


static volatile sig_atomic_t seen, order;

static void handler(int signal) {
  seen = signal;
  order = order * 10 + (signal == SIGUSR1 ? 1 : 2);
}

static void with_information(int signal, siginfo_t *info, void *context) {
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  printf("handler: signal %d, in the information %d, from here %d, blocked itself %d other %d, context %d\n",
         signal, info->si_signo, info->si_pid == getpid(), sigismember(&mask, signal),
         sigismember(&mask, SIGUSR2), context != NULL);
}

static void on_stack(int signal) {
  stack_t stack;
  int here;
  sigaltstack(NULL, &stack);
  printf("handler on the alternate stack: %s, flags %d\n",
         (char *)&here >= (char *)stack.ss_sp && (char *)&here < (char *)stack.ss_sp + stack.ss_size
             ? "yes" : "no",
         stack.ss_flags);
  seen = signal;
}

static void actions(void) {
  struct sigaction action = {.sa_handler = handler}, before;
  SHOW(sigaction(SIGUSR1, &action, &before));
  SAYS(before.sa_handler == SIG_DFL);
  SHOW(sigaction(SIGUSR1, NULL, &before));
  SAYS(before.sa_handler == handler);
  SHOW(sigaction(SIGKILL, &action, NULL));
  SHOW(sigaction(65, &action, NULL));
  SHOW(raise(SIGUSR1));
  SHOW(seen == SIGUSR1);
  seen = 0;
  SHOW(kill(getpid(), SIGUSR1));
  SHOW(seen == SIGUSR1);
  SHOW(kill(getpid(), 0));
  SHOW(kill(getpid(), 65));
  action.sa_handler = SIG_IGN;
  SHOW(sigaction(SIGUSR1, &action, NULL));
  seen = 0;
  SHOW(raise(SIGUSR1));
  SHOW(seen);
  SHOW(raise(SIGCHLD));
  SHOW(raise(SIGWINCH));
}

static void masks(void) {
  sigset_t set, pending, before;
  signal(SIGUSR1, handler);
  signal(SIGUSR2, handler);
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGUSR2);
  SHOW(sigprocmask(SIG_BLOCK, &set, &before));
  SHOW(sigismember(&before, SIGUSR1));
  seen = order = 0;
  raise(SIGUSR2);
  raise(SIGUSR1);
  raise(SIGUSR1);
  SHOW(seen);
  SHOW(sigpending(&pending));
  SHOW(sigismember(&pending, SIGUSR1));
  SHOW(sigismember(&pending, SIGUSR2));
  SHOW(sigismember(&pending, SIGTERM));
  SHOW(sigprocmask(SIG_UNBLOCK, &set, NULL));
  SHOW(seen != 0);
  SHOW(order > 10);
  SHOW(sigpending(&pending));
  SHOW(sigismember(&pending, SIGUSR1));
  SHOW(sigprocmask(77, &set, NULL));
  sigfillset(&set);
  SHOW(sigprocmask(SIG_SETMASK, &set, NULL));
  SHOW(sigprocmask(SIG_SETMASK, NULL, &before));
  SHOW(sigismember(&before, SIGKILL));
  SHOW(sigismember(&before, SIGTERM));
  sigemptyset(&set);
  SHOW(sigprocmask(SIG_SETMASK, &set, NULL));
}

static void handlers(void) {
  struct sigaction action = {.sa_sigaction = with_information, .sa_flags = SA_SIGINFO};
  sigaddset(&action.sa_mask, SIGUSR2);
  SHOW(sigaction(SIGUSR1, &action, NULL));
  SHOW(raise(SIGUSR1));
  action.sa_flags |= SA_NODEFER | SA_RESETHAND;
  SHOW(sigaction(SIGUSR1, &action, NULL));
  SHOW(raise(SIGUSR1));
  SHOW(sigaction(SIGUSR1, NULL, &action));
  SAYS(action.sa_handler == SIG_DFL);
  stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
  stack_t before;
  SHOW(sigaltstack(&stack, &before));
  SHOW(before.ss_flags == SS_DISABLE);
  struct sigaction other = {.sa_handler = on_stack, .sa_flags = SA_ONSTACK};
  SHOW(sigaction(SIGUSR1, &other, NULL));
  SHOW(raise(SIGUSR1));
  stack.ss_size = 100;
  SHOW(sigaltstack(&stack, NULL));
  stack.ss_flags = 77;
  SHOW(sigaltstack(&stack, NULL));
  stack.ss_flags = SS_DISABLE;
  SHOW(sigaltstack(&stack, NULL));
}

static sigjmp_buf back;

static void jump(int signal) {
  siglongjmp(back, signal);
}

/* Registers and the mask survive a handler, and a jump out of one. */
static void jumping(void) {
  signal(SIGUSR1, jump);
  int from = sigsetjmp(back, 1);
  if (from == 0) {
    raise(SIGUSR1);
    printf("not reached\n");
  }
  SHOW(from == SIGUSR1);
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  SHOW(sigismember(&mask, SIGUSR1));
  signal(SIGUSR1, handler);
  double x = 1.5;
  long y = 12345;
  raise(SIGUSR1);
  printf("%g %ld\n", x * 2, y);
}

static void waiting(void) {
  sigset_t set;
  siginfo_t info;
  struct timespec none = {0, 1000};
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  SHOW(sigtimedwait(&set, &info, &none));
  raise(SIGUSR1);
  SHOW(sigtimedwait(&set, &info, &none) == SIGUSR1);
  SHOW(info.si_signo == SIGUSR1);
  raise(SIGUSR1);
  sigset_t empty;
  sigemptyset(&empty);
  seen = 0;
  SHOW(sigsuspend(&empty));
  SHOW(seen == SIGUSR1);
  sigprocmask(SIG_BLOCK, NULL, &empty);
  SHOW(sigismember(&empty, SIGUSR1));
  SHOW(alarm(0));
  SHOW(raise(SIGUSR1));
}

static void show_mask(void) {
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  printf("blocked: 1 %d, 2 %d\n", sigismember(&mask, SIGUSR1), sigismember(&mask, SIGUSR2));
}

static void showing_mask(int signal) {
  printf("handler %d, ", signal == SIGUSR1 ? 1 : 2);
  show_mask();
}

/* Two are let in at once, one handler above the other; the mask of before comes back. */
static void waiting_for_two(void) {
  sigset_t both, none;
  struct sigaction action = {.sa_handler = showing_mask};
  sigaction(SIGUSR1, &action, NULL);
  sigaction(SIGUSR2, &action, NULL);
  sigemptyset(&none);
  sigemptyset(&both);
  sigaddset(&both, SIGUSR1);
  sigaddset(&both, SIGUSR2);
  sigprocmask(SIG_SETMASK, &both, NULL);
  raise(SIGUSR2);
  raise(SIGUSR1);
  SHOW(sigsuspend(&none));
  show_mask();
  /* One that is ignored is not waited for, but goes. */
  signal(SIGWINCH, SIG_IGN);
  sigaddset(&both, SIGWINCH);
  sigprocmask(SIG_SETMASK, &both, NULL);
  raise(SIGWINCH);
  raise(SIGUSR1);
  SHOW(sigsuspend(&none));
  show_mask();
  sigset_t pending;
  SHOW(sigpending(&pending));
  SHOW(sigismember(&pending, SIGWINCH));
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void show_info(const char *name, const siginfo_t *info) {
  printf("%s: signal %d, code %d, from here %d, value %d\n", name, info->si_signo, info->si_code,
         info->si_pid == getpid(), info->si_code == SI_QUEUE ? info->si_value.sival_int : 0);
}

static void showing_info(int signal, siginfo_t *info, void *context) {
  show_info("handler", info);
}

/* Who sends a signal, how, and what goes along. */
static void informing(void) {
  sigset_t set;
  siginfo_t info = {0};
  int ends[2];
  union sigval value = {.sival_int = 4711}, other = {.sival_int = 4712};
  struct timespec none = {0, 0};
  struct sigaction action = {.sa_sigaction = showing_info, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &action, NULL);
  sigaction(SIGPIPE, &action, NULL);
  sigaction(SIGRTMIN + 1, &action, NULL);
  SHOW(raise(SIGUSR1));
  SHOW(kill(getpid(), SIGUSR1));
  SHOW(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1));
  SHOW(sigqueue(getpid(), SIGUSR1, value));
  SHOW(sigqueue(getpid(), SIGRTMIN + 1, value));
  SHOW(pipe(ends));
  close(ends[0]);
  SHOW(write(ends[1], "x", 1));
  close(ends[1]);
  /* The first of two that are alike stays. */
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_SETMASK, &set, NULL);
  SHOW(sigqueue(getpid(), SIGUSR1, value));
  SHOW(sigqueue(getpid(), SIGUSR1, other));
  SHOW(kill(getpid(), SIGUSR1));
  SHOW(sigtimedwait(&set, &info, &none));
  show_info("taken", &info);
  SHOW(kill(getpid(), SIGUSR1));
  SHOW(sigtimedwait(&set, &info, &none));
  show_info("taken", &info);
  sigemptyset(&set);
  sigprocmask(SIG_SETMASK, &set, NULL);
  info = (siginfo_t){.si_signo = SIGTERM, .si_code = SI_QUEUE};
  info.si_pid = getpid();
  info.si_value = value;
  SHOW(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info));
  SHOW(syscall(SYS_rt_sigqueueinfo, getpid(), 0, &info));
  SHOW(syscall(SYS_rt_sigqueueinfo, getpid(), 65, &info));
  SHOW(syscall(SYS_rt_sigqueueinfo, 0, SIGUSR1, &info));
  info.si_code = SI_USER;
  SHOW(syscall(SYS_rt_sigqueueinfo, 0, SIGUSR1, &info));
  SHOW(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, (siginfo_t *)8));
}

int main(int count, char **words) {
  begin(count, words);
  actions();
  masks();
  handlers();
  jumping();
  waiting();
  waiting_for_two();
  informing();
  return 0;
}
