/* probe.c: a function that looks at itself and at what the runtime promises.
 *
 * in:  data, empty       any items; none
 * out: data, stdio, log  data: the items of data, copied; log: an item `stack`, put from the stack,
 *                        and `report`, a line for each check that failed, then the word done */
#include <pappus.h>

static char *report;

static void check(bool holds, const char *what) {
  if (!holds) {
    pappus_warn("failed: %s\n", what);
    report = pappus_format("%sfailed: %s\n", report, what);
  }
}

static bool formats(const char *expected, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool formats(const char *expected, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = pappus_vformat(format, arguments, NULL);
  va_end(arguments);
  return strcmp(text, expected) == 0;
}

static void check_formats(void) {
  check(formats("plain 100%", "plain %d%%", 100), "%d%%");
  check(formats("-2147483648|+7| 7", "%d|%+d|% d", INT32_MIN, 7, 7), "signs");
  check(formats("-9223372036854775808", "%lld", (long long)INT64_MIN), "%lld");
  const char *largest = sizeof(size_t) == 8 ? "18446744073709551615 255" : "4294967295 255";
  check(formats(largest, "%zu %hhu", SIZE_MAX, (unsigned char)255), "unsigned");
  check(formats("-1 4294967295 -1", "%ld %u %jd", -1L, UINT32_MAX, INTMAX_C(-1)), "lengths");
  check(formats("ff 0XFF 0 017", "%x %#X %#x 0%o", 255u, 255u, 0u, 15u), "bases");
  check(formats("[   42][42   ][00042][  007]", "[%5d][%-5d][%05d][%5.3d]", 42, 42, 42, 7), "widths");
  check(formats("[-0042][   -42]", "[%05d][%6d]", -42, -42), "negative widths");
  check(formats("abc ab [  c]", "%s %.2s [%3c]", "abc", "abc", 'c'), "texts");
  check(formats("[ab  ]", "[%-*.*s]", 4, 2, "abcdef"), "starred");
  check(formats("0x10", "%p", (void *)16), "%p");
}

static void check_text(void) {
  char hay[700];
  for (size_t i = 0; i < sizeof hay; i++) {
    hay[i] = (char)('a' + i % 3);
  }
  hay[650] = 'x';
  check(memchr(hay, 'x', sizeof hay) == hay + 650, "memchr finds");
  check(memchr(hay, 'x', 650) == NULL, "memchr ends");
  for (size_t start = 640; start < 650; start++) {
    check(pappus_find(hay, sizeof hay, hay + start, 651 - start) == hay + start, "find finds");
    check(pappus_find(hay, 650, hay + start, 651 - start) == NULL, "find ends");
  }
  check(pappus_find(hay, 2, "", 0) == hay, "find nothing");
  char copy[sizeof hay];
  memcpy(copy, hay, sizeof hay);
  check(memcmp(copy, hay, sizeof hay) == 0, "memcpy");
  memmove(copy + 3, copy, 600);
  check(memcmp(copy + 3, hay, 600) == 0, "memmove up");
  memcpy(copy, hay, sizeof hay);
  memmove(copy, copy + 5, 600);
  check(memcmp(copy, hay + 5, 600) == 0, "memmove down");
  memset(copy, 0x80, 300);
  check(copy[299] == (char)0x80 && copy[300] == hay[305], "memset");
  check(memcmp("b", "a", 1) > 0 && memcmp("\x7F", "\x80", 1) < 0, "memcmp order");
  check(strcmp("ab", "abc") < 0 && strncmp("abx", "aby", 2) == 0, "strcmp");
}

static void check_numbers(void) {
  int64_t number;
  pappus_item item = {.data = " -42\n", .size = 5};
  check(pappus_number(&item, &number) && number == -42, "text number");
  item = (pappus_item){.data = "9223372036854775807", .size = 19};
  check(pappus_number(&item, &number) && number == INT64_MAX, "largest number");
  item = (pappus_item){.data = "-9223372036854775808", .size = 20};
  check(pappus_number(&item, &number) && number == INT64_MIN, "smallest number");
  item = (pappus_item){.data = "9223372036854775808", .size = 19};
  check(!pappus_number(&item, &number), "too large a number");
  item = (pappus_item){.data = "\x2A\0\0\0\0\0\0", .size = 8};
  check(pappus_number(&item, &number) && number == 42, "binary number");
  item = (pappus_item){.data = "", .size = 0};
  check(!pappus_number(&item, &number), "no number");
}

static uint64_t zero_data[64];
static uint64_t some_data[64] = {[63] = 63};

static void check_memory(void) {
  uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
#ifdef __wasm__
  check(frame < (uintptr_t)zero_data, "the stack is below the data");
#else
  check(frame > __dandelion_system_data.heap_end, "the stack is above the heap");
#endif
  _Alignas(16) volatile char aligned[16] = {0};
  check(((uintptr_t)aligned & 15) == 0, "the stack is aligned");
  check(((uintptr_t)pappus_alloc(1) & 15) == 0, "alloc aligns");
  check(((uintptr_t)pappus_alloc_aligned(1, 4096) & 4095) == 0, "alloc_aligned aligns");
  const char *room = pappus_alloc(100000);
  bool zero = true;
  for (size_t i = 0; i < 100000; i++) {
    zero &= room[i] == 0;
  }
  check(zero, "the heap is zero");
  for (size_t i = 0; i < 64; i++) {
    zero &= zero_data[i] == 0 && some_data[i] == (i == 63 ? 63 : 0);
    zero_data[i] = some_data[i] = ~0ull;
  }
  check(zero, "data is as in the file");
  double third = 1.0 / (double)frame;
  check(third > 0, "floating point works");
}

PAPPUS_FUNCTION(probe, IN(data, empty), OUT(data, stdio, log)) {
  report = pappus_format("%s", "");
  check(in.empty.count == 0 && pappus_first(in.empty)->size == 0, "an empty set");
  pappus_each(item, in.data) {
    check(((uintptr_t)item->data & 127) == 0, "inputs are aligned");
    memcpy(pappus_put_room(out.data, item, item->size), item->data, item->size);
  }
  check_formats();
  check_text();
  check_numbers();
  check_memory();
  pappus_print("printed %d lines\n", 1);
  pappus_warn("and an error\n");
  char on_stack[] = "done";
  pappus_put(out.log, pappus_id("stack", 0), on_stack, 4);
  memset(on_stack, 0, sizeof on_stack);
  pappus_put_text(out.log, pappus_id("report", 4294967295u), "%sdone", report);
  return 0;
}
