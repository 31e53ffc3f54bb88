/* runtime.h: what the parts of the runtime know of each other. */
#ifndef PAPPUS_RUNTIME_H
#define PAPPUS_RUNTIME_H

#include <pappus.h>

#define control __dandelion_system_data

/* Whether memory is gone, or means something else, once a C function has returned. */
bool pappus_is_on_stack(const void *data);

/* Leaves at once; outputs are as they are in the control block. */
_Noreturn void pappus_leave(int code);

/* Memory, all zero, or null where there is no more. */
void *pappus_try_alloc(size_t size, size_t alignment);

/* Takes memory back, whatever it holds; false where the heap hands out nothing twice. */
bool pappus_give_back(void *memory, size_t size);

/* Says so and leaves. */
_Noreturn void pappus_out_of_memory(size_t wanted);

#ifdef __wasm__
/* The platform's control block; `control` is a copy of it until the function leaves. */
extern pappus_control *pappus_given_control;
#else
/* Where to jump to, to end the run; 0 where there is only an instruction for that. */
extern uint64_t pappus_way_out;
#endif

/* Writes the output tables. */
void pappus_publish(void);

/* Appends to a ring. */
void pappus_ring_add(pappus_log_ring *ring, const char *text, size_t size);

/* Appends to the log ring alone. */
void pappus_log(const char *text, size_t size);

/* Appends to stderr or stdout as it is, and not to the log ring. */
void pappus_write(bool to_error, const char *text, size_t size);

/* Adds the items of the set stdio, if it is registered. */
void pappus_publish_stdio(void);

#endif
