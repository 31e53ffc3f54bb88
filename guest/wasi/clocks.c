/* clocks.c: clocks that advance by a microsecond whenever somebody looks, random numbers, waiting. */
#include "wasi.h"

enum { CLOCKS = 4, FEW = 16 };

static uint64_t clock_nanos(uint32_t clock) {
  return clock == 0 ? file_now() : file_elapsed_nanos;
}

WASI(clock_res_get)(wasi *instance, uint32_t clock, uint32_t result) {
  if (clock >= CLOCKS) {
    return E_INVAL;
  }
  return wasi_store64(instance, result, FILE_TICK_NANOS) ? E_SUCCESS : E_FAULT;
}

WASI(clock_time_get)(wasi *instance, uint32_t clock, uint64_t precision, uint32_t result) {
  (void)precision;
  if (clock >= CLOCKS) {
    return E_INVAL;
  }
  file_elapsed_nanos += FILE_TICK_NANOS;
  return wasi_store64(instance, result, clock_nanos(clock)) ? E_SUCCESS : E_FAULT;
}

WASI(random_get)(wasi *instance, uint32_t address, uint32_t size) {
  uint8_t *to = wasi_at(instance, address, size);
  if (to == NULL) {
    return E_FAULT;
  }
  file_random(to, size);
  return E_SUCCESS;
}

struct subscription {
  uint64_t user_data;
  uint8_t kind;
  uint32_t clock_or_descriptor __attribute__((aligned(8)));
  uint64_t timeout, precision;
  uint16_t flags;
};
_Static_assert(sizeof(struct subscription) == 48, "as preview 1 has it");

struct event {
  uint64_t user_data;
  uint16_t error;
  uint8_t kind;
  uint64_t bytes;
  uint16_t flags;
};
_Static_assert(sizeof(struct event) == 32, "as preview 1 has it");

enum { EVENT_CLOCK = 0, EVENT_READ = 1, EVENT_WRITE = 2, FLAG_ABSOLUTE = 1 };

static uint64_t waits_for(const struct subscription *wanted) {
  if ((wanted->flags & FLAG_ABSOLUTE) == 0) {
    return wanted->timeout;
  }
  uint64_t now = clock_nanos(wanted->clock_or_descriptor);
  return wanted->timeout > now ? wanted->timeout - now : 0;
}

/* What is due at once: descriptors always, clocks if they do not exist. */
static struct event immediate(const struct subscription *wanted) {
  struct event event = {.user_data = wanted->user_data, .kind = wanted->kind};
  if (wanted->kind == EVENT_CLOCK) {
    event.error = E_INVAL;
    return event;
  }
  descriptor *opened = wasi_descriptor(wanted->clock_or_descriptor);
  if (wanted->kind > EVENT_WRITE) {
    event.error = E_INVAL;
  } else if (opened == NULL) {
    event.error = E_BADF;
  } else if (opened->node != NULL && opened->offset < opened->node->size) {
    event.bytes = opened->node->size - opened->offset;
  }
  return event;
}

WASI(poll_oneoff)(wasi *instance, uint32_t in, uint32_t out, uint32_t count, uint32_t result) {
  if (count == 0) {
    return E_INVAL;
  }
  char *wanted_at = wasi_at(instance, in, (uint64_t)count * sizeof(struct subscription));
  char *events_at = wasi_at(instance, out, (uint64_t)count * sizeof(struct event));
  if (wanted_at == NULL || events_at == NULL) {
    return E_FAULT;
  }
  /* Events may be written over subscriptions, so the subscriptions are looked at first. */
  struct subscription few[FEW];
  struct subscription *wanted = count <= FEW ? few : pappus_alloc(count * sizeof *wanted);
  memcpy(wanted, wanted_at, count * sizeof *wanted);
  uint64_t soonest = UINT64_MAX;
  for (uint32_t i = 0; i < count; i++) {
    bool waits = wanted[i].kind == EVENT_CLOCK && wanted[i].clock_or_descriptor < CLOCKS;
    uint64_t nanos = waits ? waits_for(&wanted[i]) : 0;
    soonest = nanos < soonest ? nanos : soonest;
  }
  uint32_t events = 0;
  for (uint32_t i = 0; i < count; i++) {
    bool waits = wanted[i].kind == EVENT_CLOCK && wanted[i].clock_or_descriptor < CLOCKS;
    if (!waits || waits_for(&wanted[i]) <= soonest) {
      struct event event =
          waits ? (struct event){.user_data = wanted[i].user_data} : immediate(&wanted[i]);
      memcpy(events_at + events * sizeof event, &event, sizeof event);
      events++;
    }
  }
  file_elapsed_nanos += soonest;
  return wasi_store32(instance, result, events) ? E_SUCCESS : E_FAULT;
}

WASI(sched_yield)(wasi *instance) {
  (void)instance;
  return E_SUCCESS;
}
