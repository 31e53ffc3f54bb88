/* item.c: reading inputs, collecting outputs, and the output tables at the end. */
#include "runtime.h"

/* Outputs in the order in which they were put; the tables want them set by set. */
struct batch {
  struct batch *next;
  size_t count;
  struct {
    size_t set;
    pappus_item item;
  } entries[40];
};

static struct batch *first_batch, *last_batch;

const pappus_item *pappus_first(pappus_in set) {
  static const pappus_item empty = {.data = ""};
  return set.count > 0 ? set.items : &empty;
}

static char *copy_text(const void *text, size_t size) {
  char *copy = pappus_alloc_aligned(size + 1, 1);
  memcpy(copy, text, size);
  return copy;
}

char *pappus_string(const pappus_item *item) {
  return copy_text(item->data, item->size);
}

char *pappus_name(const pappus_item *item) {
  return copy_text(item->name, item->name_size);
}

static bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool decimal(const char *text, size_t size, int64_t *number) {
  while (size > 0 && is_blank(text[size - 1])) {
    size--;
  }
  while (size > 0 && is_blank(*text)) {
    text++, size--;
  }
  bool negative = size > 0 && *text == '-';
  if (size > 0 && (*text == '-' || *text == '+')) {
    text++, size--;
  }
  /* Negative numbers reach one further. No builtin: that for products needs a library on wasm32. */
  int64_t value = 0;
  for (size_t i = 0; i < size; i++) {
    int digit = text[i] - '0';
    if (digit < 0 || digit > 9 || value < (INT64_MIN + digit) / 10) {
      return false;
    }
    value = value * 10 - digit;
  }
  if (!negative && value == INT64_MIN) {
    return false;
  }
  *number = negative ? value : -value;
  return size > 0;
}

bool pappus_number(const pappus_item *item, int64_t *number) {
  if (decimal(item->data, item->size, number)) {
    return true;
  }
  if (item->size == sizeof *number) {
    memcpy(number, item->data, sizeof *number);
    return true;
  }
  return false;
}

static void add(pappus_out set, const pappus_item *like, const void *data, size_t size) {
  if (set.index >= control.output_count) {
    pappus_fail("output set %zu is not registered", set.index);
  }
  if (last_batch == NULL || last_batch->count == sizeof last_batch->entries / sizeof *last_batch->entries) {
    struct batch *fresh = pappus_alloc(sizeof *fresh);
    *(last_batch == NULL ? &first_batch : &last_batch->next) = fresh;
    last_batch = fresh;
  }
  size_t name_size = like->name_size;
  last_batch->entries[last_batch->count].set = set.index;
  last_batch->entries[last_batch->count].item = (pappus_item){
      .name = name_size == 0 ? NULL : copy_text(like->name, name_size),
      .name_size = name_size,
      .data = size == 0 ? NULL : data,
      .size = size,
      .key = like->key,
  };
  last_batch->count++;
}

void pappus_put(pappus_out set, const pappus_item *like, const void *data, size_t size) {
  if (pappus_is_on_stack(data) && size > 0) {
    data = memcpy(pappus_alloc_aligned(size, 128), data, size);
  }
  add(set, like, data, size);
}

void *pappus_put_room(pappus_out set, const pappus_item *like, size_t size) {
  void *room = pappus_alloc_aligned(size, 128);
  add(set, like, room, size);
  return room;
}

void pappus_put_text(pappus_out set, const pappus_item *like, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  size_t size;
  char *text = pappus_vformat(format, arguments, &size);
  va_end(arguments);
  add(set, like, text, size);
}

void pappus_publish(void) {
  pappus_publish_stdio();
  pappus_set_record *sets = control.output_sets;
  size_t count = control.output_count;
  for (size_t i = 0; i <= count; i++) {
    sets[i].first = 0;
  }
  /* Count, one record ahead; then sum up, so that each record holds where its set begins. */
  size_t total = 0;
  for (struct batch *batch = first_batch; batch != NULL; batch = batch->next) {
    for (size_t i = 0; i < batch->count; i++) {
      sets[batch->entries[i].set + 1].first++;
    }
    total += batch->count;
  }
  if (total == 0) {
    control.output_items = NULL;
    return;
  }
  size_t *next = pappus_alloc(count * sizeof *next);
  for (size_t i = 0; i < count; i++) {
    next[i] = sets[i].first;
    sets[i + 1].first += sets[i].first;
  }
  control.output_items = pappus_alloc(total * sizeof *control.output_items);
  for (struct batch *batch = first_batch; batch != NULL; batch = batch->next) {
    for (size_t i = 0; i < batch->count; i++) {
      control.output_items[next[batch->entries[i].set]++] = batch->entries[i].item;
    }
  }
}
