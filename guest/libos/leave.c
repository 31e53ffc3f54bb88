/* leave.c: the end of a run, and how the host's runtime parts end one. */
#include "libos.h"

pappus_control SHOWN control = {.exit_code = PAPPUS_EXIT_NEVER_INITIALISED};

_Noreturn void libos_leave(void);

void pappus_leave(int code) {
  control.exit_code = code;
  if (libos_signal_context != NULL) {
    libos_leave();
  }
  __asm__ volatile("outb %%al, %0" ::"i"(PAPPUS_EXIT_PORT), "a"(0) : "memory");
  __builtin_trap();
}

void pappus_exit(int code) {
  pappus_publish();
  pappus_leave(code);
}

static void say(const char *format, va_list arguments) {
  size_t size;
  const char *text = pappus_vformat(format, arguments, &size);
  pappus_log(text, size);
}

void libos_say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
}

void pappus_fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
  pappus_log("\n", 1);
  pappus_leave(1);
}
