/* pappus.h: write a Pappus function in C.
 *
 *     #include <pappus.h>
 *
 *     PAPPUS_FUNCTION(greet, IN(names), OUT(greetings)) {
 *       pappus_each(name, in.names) {
 *         pappus_put_text(out.greetings, name, "Hello, %s!\n", pappus_string(name));
 *       }
 *       return 0;
 *     }
 *
 * A function reads its input sets, fills its output sets and returns 0; any other value is its exit
 * code and fails the invocation. There is no operating system below it: no files, no sockets, no
 * clock, no threads. Memory is plentiful, starts out as zero, and is gone when the function returns,
 * so nothing is ever freed. */
#ifndef PAPPUS_H
#define PAPPUS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pappus_abi.h"

#ifdef __cplusplus
#error "pappus.h is for C"
#endif

/* ---- Declaring a function --------------------------------------------------------------------
 * PAPPUS_FUNCTION(name, IN(set, ...), OUT(set, ...)) { body } declares the function's name and its
 * sets, for the compiler (in.SET and out.SET below) and for `pappus deploy` (a note in the binary).
 * An output set called stdio yields two items, stderr and stdout, with what was printed. */

typedef struct {
  const pappus_item *items;
  size_t count;
} pappus_in;

typedef struct {
  size_t index;
} pappus_out;

#define IN(...) (__VA_ARGS__)
#define OUT(...) (__VA_ARGS__)

#define PAPPUS_FUNCTION(function, inputs, outputs)                                              \
  PAPPUS_NOTE_(#function, PAPPUS_TEXT_ inputs, PAPPUS_TEXT_ outputs)                             \
  static struct {                                                                               \
    PAPPUS_INPUT_MEMBERS_ inputs                                                                \
  } in;                                                                                         \
  static struct {                                                                               \
    PAPPUS_OUTPUT_MEMBERS_ outputs                                                              \
  } out;                                                                                        \
  static int function(void);                                                                    \
  int pappus_main(void) {                                                                       \
    pappus_bind((pappus_in *)&in, sizeof in / sizeof(pappus_in), (pappus_out *)&out,            \
                sizeof out / sizeof(pappus_out));                                               \
    return function();                                                                          \
  }                                                                                             \
  static int function(void)

#define PAPPUS_TEXT_(...) PAPPUS_TEXT_2_(__VA_ARGS__)
#define PAPPUS_TEXT_2_(...) #__VA_ARGS__
#define PAPPUS_INPUT_MEMBERS_(...) __VA_OPT__(pappus_in __VA_ARGS__;)
#define PAPPUS_OUTPUT_MEMBERS_(...) __VA_OPT__(pappus_out __VA_ARGS__;)
#ifdef __wasm__
/* Only assembly can make a custom section. */
#define PAPPUS_NOTE_(function, inputs, outputs)                                                 \
  __asm__(".section .custom_section.pappus.function,\"\",@\n"                                   \
          "  .ascii \"" function "\\0" inputs "\\0" outputs "\\0\"\n"                          \
          "  .text\n");
#else
#define PAPPUS_NOTE_(function, inputs, outputs)                                                 \
  static const struct {                                                                         \
    uint32_t owner_size, text_size, type;                                                       \
    char owner[8];                                                                              \
    char description[sizeof(function "\0" inputs "\0" outputs)];                                \
  } pappus_note __attribute__((section(".note.pappus"), used, aligned(4))) = {                  \
      sizeof(PAPPUS_NOTE_OWNER), sizeof(function "\0" inputs "\0" outputs),                     \
      PAPPUS_NOTE_FUNCTION, PAPPUS_NOTE_OWNER, function "\0" inputs "\0" outputs};
#endif

/* ---- Inputs ---------------------------------------------------------------------------------- */

/* Runs its statement once for each item of an input set; `item` is a const pappus_item *. */
#define pappus_each(item, set)                                                                  \
  for (const pappus_item *item = (set).items, *item##_end_ = item + (set).count;                \
       item != item##_end_; item++)

/* The first item of a set; an empty item if the set has none. Never null. */
const pappus_item *pappus_first(pappus_in set);

/* An item's data, or its name, as a terminated string (a copy). */
char *pappus_string(const pappus_item *item);
char *pappus_name(const pappus_item *item);

/* Reads a number: decimal digits with blanks around them and an optional sign, or else eight bytes,
 * little-endian. False if the item is neither. */
bool pappus_number(const pappus_item *item, int64_t *number);

/* ---- Outputs --------------------------------------------------------------------------------- */

/* Adds an item with the name and key of `like`. Data is not copied, unless it is on the stack: do
 * not change it afterwards. */
void pappus_put(pappus_out set, const pappus_item *like, const void *data, size_t size);

/* Adds an item with room for `size` bytes, and returns the room, aligned to 128 bytes, all zero. */
void *pappus_put_room(pappus_out set, const pappus_item *like, size_t size);

/* Adds a text; the format is that of printf without floating point. */
void pappus_put_text(pappus_out set, const pappus_item *like, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Name and key for an item that is like no other: pappus_put(out.x, pappus_id("total", 0), ...). */
#define pappus_id(text, number)                                                                 \
  (&(const pappus_item){.name = (text), .name_size = strlen(text), .key = (uint32_t)(number)})

/* ---- Printing and ending --------------------------------------------------------------------- */

/* Print to stdout and to stderr: both go to the output set stdio, if the function has one, and to
 * the log ring, whose last 4096 bytes the log keeps and the caller of a function that fails sees. */
void pappus_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void pappus_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints to stderr and ends the function with exit code 1. */
_Noreturn void pappus_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the function with an exit code; outputs put so far are left behind. */
_Noreturn void pappus_exit(int code);

/* ---- Memory and text ------------------------------------------------------------------------- */

/* Memory, all zero, aligned to 16 bytes, from 64 bytes on to 64. Never null: where there is no more
 * the function ends. */
void *pappus_alloc(size_t size) __attribute__((malloc, alloc_size(1), returns_nonnull));

/* The same with another alignment, a power of two. */
void *pappus_alloc_aligned(size_t size, size_t alignment)
    __attribute__((malloc, alloc_size(1), returns_nonnull));

/* A formatted string of its own. */
char *pappus_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *pappus_vformat(const char *format, va_list arguments, size_t *size);

/* The first place of `what` in `where`, or null. */
const char *pappus_find(const char *where, size_t where_size, const char *what, size_t what_size);

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
void *memchr(const void *where, int value, size_t size);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);

/* ---- For functions that take whatever sets they are registered with -------------------------- */

/* Write `int pappus_main(void) { ... }` instead of PAPPUS_FUNCTION and ask for sets by position. */
int pappus_main(void);
size_t pappus_input_count(void);
size_t pappus_output_count(void);
pappus_in pappus_input(size_t index);
pappus_out pappus_output(size_t index);

/* What PAPPUS_FUNCTION calls before the body. */
void pappus_bind(pappus_in *inputs, size_t input_count, pappus_out *outputs, size_t output_count);

#endif
