/* runtime.h: what the parts of the runtime know of each other. */
#ifndef PAPPUS_RUNTIME_H
#define PAPPUS_RUNTIME_H

#include <pappus.h>

#define control __dandelion_system_data

/* Leaves at once; outputs are as they are in the control block. */
_Noreturn void pappus_leave(int code);

/* Says so and leaves. */
_Noreturn void pappus_out_of_memory(size_t wanted);

/* Writes the output tables. */
void pappus_publish(void);

/* Appends to the log ring alone. */
void pappus_log(const char *text, size_t size);

/* Adds the items of the set stdio, if it is registered. */
void pappus_publish_stdio(void);

#endif
