/* modes.h: functions that do one of many things per run.
 *
 * in:  mode    one item: the name of what is to be done, of the table at the end of the function's file
 *      number  one item: what it is to be done with
 * out: result  one item `done`, where a mode lets it come so far: a number in decimal */
#ifndef PAPPUS_MODES_H
#define PAPPUS_MODES_H

#include "../runtime/runtime.h"

struct mode {
  const char *name;
  uint64_t (*run)(uint64_t number);
};

#define MODE(name) {#name, name}

static int run_mode(const struct mode *modes, size_t count, pappus_in mode, pappus_in number, pappus_out result) {
  const char *wanted = pappus_string(pappus_first(mode));
  int64_t with = 0;
  pappus_number(pappus_first(number), &with);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(wanted, modes[i].name) == 0) {
      uint64_t done = modes[i].run((uint64_t)with);
      pappus_put_text(result, pappus_id("done", 0), "%lld", (long long)done);
      return 0;
    }
  }
  pappus_fail("no mode %s", wanted);
}

#endif
