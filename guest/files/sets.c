/* sets.c: input sets as files, files as output sets, and what is printed. */
#include "files.h"

node file_standard_input;
node *file_inputs;
file_words file_arguments, file_environment;

static node *outputs;

/* Deeper than an item may lie, and deep enough to say so. */
enum { PATH_MAX = 512 };

/* ---- Inputs -------------------------------------------------------------------------------------- */

static bool is_text(const char *text, size_t size, const char *wanted) {
  return size == strlen(wanted) && memcmp(text, wanted, size) == 0;
}

static bool is_standard(const pappus_set_record *set) {
  return is_text(set->name, set->name_size, "stdio");
}

/* A name that is free in a directory: NAME, else the first of NAME~2, NAME~3 … */
static const char *free_name(node *parent, const char *name, size_t size) {
  node *first = file_child(parent, name, size);
  if (first == NULL) {
    return pappus_format("%.*s", (int)size, name);
  }
  const char *candidate;
  unsigned number = first->last_twin < 2 ? 2 : first->last_twin + 1;
  do {
    candidate = pappus_format("%.*s~%u", (int)size, name, number);
    first->last_twin = number++;
  } while (file_child(parent, candidate, strlen(candidate)) != NULL);
  return candidate;
}

static node *protect(node *directory) {
  directory->read_only = true;
  directory->mode = 0555;
  return directory;
}

/* The directory of this name, or one beside the file that has it. */
static node *directory(node *parent, const char *name, size_t size) {
  node *first = file_child(parent, name, size);
  if (first != NULL && is_directory(first)) {
    return first;
  }
  if (first != NULL && first->twin_directory != NULL) {
    return first->twin_directory;
  }
  const char *chosen = free_name(parent, name, size);
  node *added = file_add(parent, chosen, strlen(chosen), NODE_DIRECTORY);
  if (first != NULL) {
    first->twin_directory = added;
  }
  return added;
}

static node *set_directory(node *parent, const pappus_set_record *set, uint64_t key) {
  if ((uint32_t)key == 0) {
    return directory(parent, set->name, set->name_size);
  }
  const char *name = pappus_format("%.*s:%u", (int)set->name_size, set->name, (unsigned)key);
  return directory(parent, name, strlen(name));
}

/* Adds a file to `parent`; its name may lead through directories. */
static void add_input(node *parent, const pappus_item *item) {
  const char *name = item->name;
  size_t left = item->name_size;
  for (const char *slash; left > 0 && (slash = memchr(name, '/', left)) != NULL;) {
    size_t size = (size_t)(slash - name);
    parent = size == 0 ? parent : protect(directory(parent, name, size));
    name = slash + 1;
    left -= size + 1;
  }
  const char *chosen =
      left == 0 ? free_name(parent, "item", 4) : free_name(parent, name, left);
  node *file = file_add(parent, chosen, strlen(chosen), NODE_FILE);
  file->data = (char *)item->data;
  file->size = item->size;
  file->read_only = true;
  file->mode = 0444;
}

/* ---- argv and environ ---------------------------------------------------------------------------- */

static bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Splits at blanks; ' and " quote blanks and each other, and vanish. */
static file_words split(const pappus_item *item) {
  const char *from = item->data;
  size_t left = item->size;
  file_words words = {.text = pappus_alloc_aligned(left + 1, 1)};
  char *to = words.text;
  while (left > 0) {
    if (is_blank(*from)) {
      from++, left--;
      continue;
    }
    char quote = '\0';
    for (; left > 0 && (quote != '\0' || !is_blank(*from)); from++, left--) {
      if (quote == '\0' && (*from == '\'' || *from == '"')) {
        quote = *from;
      } else if (*from == quote && quote != '\0') {
        quote = '\0';
      } else {
        *to++ = *from == '\0' ? ' ' : *from;
      }
    }
    *to++ = '\0';
    words.count++;
  }
  words.size = (uint32_t)(to - words.text);
  return words;
}

static void take_standard(const pappus_item *item) {
  if (is_text(item->name, item->name_size, "stdin")) {
    file_standard_input.data = (char *)item->data;
    file_standard_input.size = item->size;
  } else if (is_text(item->name, item->name_size, "argv")) {
    file_words words = split(item);
    file_arguments = words.count > 0 ? words : file_arguments;
  } else if (is_text(item->name, item->name_size, "environ")) {
    file_environment = split(item);
  }
}

void file_begin_sets(void) {
  file_inputs = protect(directory(&file_root, "in", 2));
  outputs = directory(&file_root, "out", 3);
  directory(&file_root, "tmp", 3)->mode = 01777;
}

void file_begin_outputs(void) {
  for (size_t i = 0; i < control.output_count; i++) {
    const pappus_set_record *set = &control.output_sets[i];
    if (!is_standard(set)) {
      directory(outputs, set->name, set->name_size);
      if (!file_is_taken(set->name, set->name_size)) {
        directory(&file_root, set->name, set->name_size);
      }
    }
  }
}

void file_add_empty_input_set(const char *name, size_t size) {
  protect(directory(file_inputs, name, size));
  if (!file_is_taken(name, size) && file_child(&file_root, name, size) == NULL) {
    protect(directory(&file_root, name, size));
  }
}

void file_add_input_set(const pappus_set_record *set) {
  if (set->name_size == 0) {
    return;
  }
  protect(directory(file_inputs, set->name, set->name_size));
  node *second = file_is_taken(set->name, set->name_size)
                     ? NULL
                     : protect(directory(&file_root, set->name, set->name_size));
  for (size_t at = set->first; at < set[1].first; at++) {
    const pappus_item *item = &control.input_items[at];
    add_input(protect(set_directory(file_inputs, set, item->key)), item);
    if (second != NULL) {
      add_input(second, item);
    }
    if (is_standard(set)) {
      take_standard(item);
    }
  }
}

/* ---- Outputs ------------------------------------------------------------------------------------- */

static _Noreturn void bad_output(const char *path, const char *why) {
  __pappus_log.total = 0;
  const char *text = pappus_format("the file %s %s\n", path, why);
  pappus_log(text, strlen(text));
  pappus_leave(PAPPUS_EXIT_BAD_OUTPUT);
}

/* Whether one name comes before another when directories end with a slash: then a walk meets paths
 * in the order of their bytes. */
static bool precedes(const node *a, const node *b) {
  for (uint32_t i = 0;; i++) {
    unsigned char left = i < a->name_size ? (unsigned char)a->name[i] : is_directory(a) ? '/' : 0;
    unsigned char right = i < b->name_size ? (unsigned char)b->name[i] : is_directory(b) ? '/' : 0;
    if (left != right || i >= a->name_size || i >= b->name_size) {
      return left < right;
    }
  }
}

/* The children, in that order. Only directories stand elsewhere than they do now. */
static node **in_path_order(const node *directory) {
  node **sorted = pappus_alloc(directory->count * sizeof *sorted);
  for (uint32_t i = 0; i < directory->count; i++) {
    uint32_t at = i;
    for (; at > 0 && precedes(directory->children[i], sorted[at - 1]); at--) {
      sorted[at] = sorted[at - 1];
    }
    sorted[at] = directory->children[i];
  }
  return sorted;
}

/* The file itself, or the one that a link leads to. */
static const node *followed(const node *file, const char *name) {
  place end = {.node = (node *)file};
  if (file->kind == NODE_LINK &&
      file_find(file->parent, file->name, file->name_size, FILE_FOLLOW, &end) != 0) {
    end.node = NULL;
  }
  if (end.node == NULL || end.node->kind != NODE_FILE) {
    bad_output(name, "is a link that does not lead to a file");
  }
  return end.node;
}

/* Calls `take` for all files below a directory that came into being during the run. */
static void each_file(const node *directory, const char *prefix,
                      void (*take)(const node *file, const char *name)) {
  node **sorted = in_path_order(directory);
  for (uint32_t i = 0; i < directory->count; i++) {
    node *child = sorted[i];
    const char *name = pappus_format("%s%s", prefix, child->name);
    if (!is_directory(child)) {
      if (!child->read_only) {
        take(followed(child, name), name);
      }
    } else if (strlen(name) <= PATH_MAX) {
      each_file(child, pappus_format("%s/", name), take);
    } else if (child->count > 0) {
      bad_output(pappus_format("%.100s...", name), "has a path that is too long for an item");
    }
  }
}

/* Where `put` puts files, and what `refuse` says of them. */
static pappus_out target;
static uint32_t target_key;
static const char *refusal;

static void put(const node *file, const char *name) {
  pappus_put(target, pappus_id(name, target_key), file->data, file->size);
}

static void refuse(const node *file, const char *name) {
  (void)file;
  bad_output(name, refusal);
}

static bool parse_key(const char *digits, size_t size, uint32_t *key) {
  uint64_t value = 0;
  if (size == 0 || size > 10) {
    return false;
  }
  for (size_t i = 0; i < size; i++) {
    if (digits[i] < '0' || digits[i] > '9') {
      return false;
    }
    value = value * 10 + (uint64_t)(digits[i] - '0');
  }
  *key = (uint32_t)value;
  return value <= UINT32_MAX;
}

/* Puts what lies in /out/SET or /out/SET:KEY. */
static void put_directory(const node *directory) {
  const char *path = pappus_format("/out/%s", directory->name);
  if (!is_directory(directory)) {
    bad_output(path, "cannot be an item: it lies in no output set's directory");
  }
  const char *colon = memchr(directory->name, ':', directory->name_size);
  size_t size = colon == NULL ? directory->name_size : (size_t)(colon - directory->name);
  target_key = 0;
  refusal = "belongs to no output set of the function";
  if (colon != NULL && !parse_key(colon + 1, directory->name_size - size - 1, &target_key)) {
    refusal = "cannot be an item: its key is not a number below 2^32";
  } else if (!is_text(directory->name, size, "stdio")) {
    for (size_t i = 0; i < control.output_count; i++) {
      const pappus_set_record *set = &control.output_sets[i];
      if (set->name_size == size && memcmp(set->name, directory->name, size) == 0) {
        target = (pappus_out){i};
        each_file(directory, "", put);
        return;
      }
    }
  }
  each_file(directory, pappus_format("%s/", path), refuse);
}

void file_put_outputs(void) {
  if (outputs == NULL) {
    return;
  }
  node **sorted = in_path_order(outputs);
  for (uint32_t i = 0; i < outputs->count; i++) {
    put_directory(sorted[i]);
  }
  target_key = 0;
  for (size_t i = 0; i < control.output_count; i++) {
    const pappus_set_record *set = &control.output_sets[i];
    if (!file_is_taken(set->name, set->name_size)) {
      const node *second = file_child(&file_root, set->name, set->name_size);
      if (second != NULL && is_directory(second) && !second->read_only) {
        target = (pappus_out){i};
        each_file(second, "", put);
      }
    }
  }
}

/* ---- What is printed ----------------------------------------------------------------------------- */

/* The end of stdout, once the log ring has been left to stderr. */
static pappus_log_ring output_log;
static bool error_printed;

void file_print(bool to_error, const void *data, size_t size) {
  pappus_write(to_error, data, size);
  /* The log ring holds stderr, or stdout as long as there is none: what ends a run without asking
   * the program leaves it like that. */
  if (to_error && !error_printed && size > 0) {
    error_printed = true;
    output_log = __pappus_log;
    __pappus_log.total = 0;
  }
  pappus_ring_add(to_error || !error_printed ? &__pappus_log : &output_log, data, size);
}

void file_log_output(void) {
  static const char output_title[] = "stdout:\n", error_title[] = "stderr:\n";
  static char errors[PAPPUS_LOG_CAPACITY];
  size_t size = __pappus_log.total, titles = sizeof output_title + sizeof error_title;
  if (output_log.total == 0 || size + titles >= PAPPUS_LOG_CAPACITY) {
    return;
  }
  memcpy(errors, __pappus_log.text, size);
  uint64_t first = 0, room = PAPPUS_LOG_CAPACITY - size - titles;
  if (output_log.total > room) {
    first = output_log.total - room;
    /* Not in the middle of a character. */
    while (first < output_log.total &&
           (output_log.text[first % PAPPUS_LOG_CAPACITY] & 0xC0) == 0x80) {
      first++;
    }
  }
  __pappus_log.total = 0;
  pappus_log(output_title, sizeof output_title - 1);
  char last = '\n';
  for (; first < output_log.total; first++) {
    last = output_log.text[first % PAPPUS_LOG_CAPACITY];
    pappus_log(&last, 1);
  }
  if (last != '\n') {
    pappus_log("\n", 1);
  }
  pappus_log(error_title, sizeof error_title - 1);
  pappus_log(errors, size);
}
